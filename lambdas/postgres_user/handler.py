"""The functions' entry points: each wires a strategy to PostgreSQL."""

from database.alternating_users import AlternatingUsers
from database.first_check import FirstCheck
from database.single_user import SingleUser
from database.users import Users
from postgres_user.postgres import Postgres
from postgres_user.probe import PostgresProbe
from rotation.custom_resource import custom_resource_handler
from rotation.handler import rotation_handler

single_user = rotation_handler(SingleUser(Postgres))
alternating_users = rotation_handler(AlternatingUsers(Postgres))
users = custom_resource_handler(Users(Postgres))
check = custom_resource_handler(FirstCheck(Postgres, PostgresProbe()))
