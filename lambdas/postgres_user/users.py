"""The entry point for custom resources: what looks at a server, and after its users.

Apart from those of rotations, which start without what it imports.
"""

from database.adoption_check import AdoptionCheck
from database.alternating_users import AlternatingUsers
from database.first_check import FirstCheck
from database.single_user import SingleUser
from database.users import Users
from postgres_user.postgres import Postgres
from postgres_user.probe import PostgresProbe
from rotation.custom_resource import by_type, custom_resource_handler

_STRATEGIES = {each.name: each for each in (AlternatingUsers(Postgres), SingleUser(Postgres))}

handler = by_type(
    {
        "Custom::AdoptionCheck": custom_resource_handler(AdoptionCheck(Postgres, _STRATEGIES)),
        "Custom::DatabaseCheck": custom_resource_handler(FirstCheck(Postgres, PostgresProbe())),
        "Custom::DatabaseUser": custom_resource_handler(Users(Postgres)),
    }
)
