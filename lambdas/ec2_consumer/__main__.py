"""Logs in with AWSCURRENT over verified TLS, and prints who the database says it is.

`SECRET_ID` is the secret's name. Nothing else is configured: the credentials for Secrets Manager
are those of the role that is attached to the instance, and product, host, port, user, password and
database are in the secret.
"""

import os

from consumer.login import log_in
from rotated_secret import RotatedSecret

login = log_in(RotatedSecret(os.environ["SECRET_ID"]))
print(f"logged in as {login.user} with version {login.version_id}")
