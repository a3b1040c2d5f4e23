"""The entry points of rotations: each wires a strategy to MySQL and MariaDB."""

from database.alternating_users import AlternatingUsers
from database.dual_passwords import DualPasswords
from database.single_user import SingleUser
from mysql_user.mysql import MySQL
from rotation.handler import rotation_handler

single_user = rotation_handler(SingleUser(MySQL))
alternating_users = rotation_handler(AlternatingUsers(MySQL))
dual_passwords = rotation_handler(DualPasswords(MySQL))
