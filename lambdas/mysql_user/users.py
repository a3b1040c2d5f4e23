"""The entry point for custom resources: what looks at a server, and after its users.

Apart from those of rotations, which start without what it imports.
"""

from database.adoption_check import AdoptionCheck
from database.alternating_users import AlternatingUsers
from database.dual_passwords import DualPasswords
from database.first_check import FirstCheck
from database.single_user import SingleUser
from database.users import Users
from mysql_user.mysql import MySQL
from mysql_user.probe import MySQLProbe
from rotation.custom_resource import by_type, custom_resource_handler

_STRATEGIES = {
    each.name: each for each in (AlternatingUsers(MySQL), DualPasswords(MySQL), SingleUser(MySQL))
}

handler = by_type(
    {
        "Custom::AdoptionCheck": custom_resource_handler(AdoptionCheck(MySQL, _STRATEGIES)),
        "Custom::DatabaseCheck": custom_resource_handler(FirstCheck(MySQL, MySQLProbe())),
        "Custom::DatabaseUser": custom_resource_handler(Users(MySQL)),
    }
)
