"""The entry points of rotations: each wires a strategy to PostgreSQL."""

from database.alternating_users import AlternatingUsers
from database.single_user import SingleUser
from postgres_user.postgres import Postgres
from rotation.handler import rotation_handler

single_user = rotation_handler(SingleUser(Postgres))
alternating_users = rotation_handler(AlternatingUsers(Postgres))
