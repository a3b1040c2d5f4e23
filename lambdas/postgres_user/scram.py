"""Passwords as PostgreSQL keeps them, computed on our side.

The server then never sees a password: not in a statement, not in its log (`log_statement`), not in
`pg_stat_statements`. It stores a verifier as it is, also where `password_encryption` is still md5:
such a user is thereby upgraded. Clients need a driver that knows SCRAM-SHA-256 (libpq 10, 2017).

https://www.postgresql.org/docs/current/catalog-pg-authid.html
"""

import base64

from scramp import ScramMechanism

from rotation.secret_text import SecretText

ITERATIONS = 4096
"""As PostgreSQL itself does it; passwords of 190 bits need no slow hash."""


def verifier(password: SecretText) -> str:
    """Computes what to store for a password, with a new random salt.

    Args:
        password: The password.

    Returns:
        A text such as `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`.
    """
    salt, stored_key, server_key, iterations = ScramMechanism("SCRAM-SHA-256").make_auth_info(
        password.reveal(), iteration_count=ITERATIONS
    )
    keys = f"{_base64(stored_key)}:{_base64(server_key)}"
    return f"SCRAM-SHA-256${iterations}:{_base64(salt)}${keys}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
