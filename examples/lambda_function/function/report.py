"""Counts orders, with a login that rotates."""

import os

from rotated_secret import RotatedSecret
from rotated_secret.pg8000 import connect

secret = RotatedSecret(os.environ["SECRET_ID"])


def handler(event: object, context: object) -> dict[str, int]:
    """Answer how many orders there are."""
    del event, context
    connection = connect(secret)
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM orders")
        [count] = cursor.fetchone()
    finally:
        connection.close()
    return {"orders": count}
