"""The entry point for custom resources: what looks at a server, and after its users.

Apart from those of rotations, which start without what it imports.
"""

from database.first_check import FirstCheck
from database.users import Users
from mysql_user.mysql import MySQL
from mysql_user.probe import MySQLProbe
from rotation.custom_resource import by_type, custom_resource_handler

handler = by_type(
    {
        "Custom::DatabaseCheck": custom_resource_handler(FirstCheck(MySQL, MySQLProbe())),
        "Custom::DatabaseUser": custom_resource_handler(Users(MySQL)),
    }
)
