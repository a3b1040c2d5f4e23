"""Logs in with AWSCURRENT over verified TLS, and prints who the database says it is.

`SECRET_ID` is the secret's name. Nothing else is configured: the credentials for Secrets Manager
are those of the role that is attached to the instance, and host, port, user, password and database
are in the secret.
"""

import os
from contextlib import closing

from rotated_secret import RotatedSecret, version_of
from rotated_secret.pg8000 import connect

secret = RotatedSecret(os.environ["SECRET_ID"])

with closing(connect(secret)) as connection:
    cursor = connection.cursor()
    cursor.execute("SELECT session_user")
    [user] = cursor.fetchone()
    print(f"logged in as {user} with version {version_of(connection)}")
