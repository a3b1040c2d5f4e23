"""The functions' entry points: each wires a strategy to PostgreSQL."""

from cloudformation.custom_resource import custom_resource_handler
from database.alternating_users import AlternatingUsers
from database.first_user import FirstUser
from database.single_user import SingleUser
from postgres_user.postgres import Postgres
from rotation.handler import rotation_handler

single_user = rotation_handler(SingleUser(Postgres))
alternating_users = rotation_handler(AlternatingUsers(Postgres))
application_user = custom_resource_handler(FirstUser(Postgres))
