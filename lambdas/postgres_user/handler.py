"""The functions' entry points: each wires a strategy to PostgreSQL."""

from database.alternating_users import AlternatingUsers
from database.first_check import FirstCheck
from database.single_user import SingleUser
from database.users import Users
from postgres_user.postgres import Postgres
from postgres_user.probe import PostgresProbe
from rotation.custom_resource import by_type, custom_resource_handler
from rotation.handler import rotation_handler

single_user = rotation_handler(SingleUser(Postgres))
alternating_users = rotation_handler(AlternatingUsers(Postgres))
users = by_type(
    {
        "Custom::DatabaseCheck": custom_resource_handler(FirstCheck(Postgres, PostgresProbe())),
        "Custom::DatabaseUser": custom_resource_handler(Users(Postgres)),
    }
)
