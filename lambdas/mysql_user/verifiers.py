"""Passwords as MySQL and MariaDB keep them, computed on our side.

The server then never sees a password: not in a statement, and so in no log, no binary log and no
`performance_schema`.
"""

import base64
import hashlib
import hmac
import secrets
import string
from collections.abc import Callable, Mapping

from mysql_user import ed25519
from mysql_user.sha_crypt import sha256_crypt
from rotation.secret_text import SecretText

SHA2 = "caching_sha2_password"
NATIVE = "mysql_native_password"
ED25519 = "ed25519"

ROUNDS = 5000
"""As MySQL itself does it by default; passwords of 190 bits need no slow hash."""

_SALT_LENGTH = 20
_SALT_CHARACTERS = string.ascii_letters + string.digits


def _native(password: bytes) -> bytes:
    """Hashes twice; see `scramble_native_password` of PyMySQL for the other side."""
    once = hashlib.sha1(password, usedforsecurity=False).digest()
    return b"*" + hashlib.sha1(once, usedforsecurity=False).hexdigest().upper().encode()


def _sha2(password: bytes, salt: bytes = b"", rounds: int = ROUNDS) -> bytes:
    """Hashes often.

    https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html
    """
    salt = salt or "".join(secrets.choice(_SALT_CHARACTERS) for _ in range(_SALT_LENGTH)).encode()
    return b"$A$%03X$" % (rounds // 1000) + salt + sha256_crypt(password, salt, rounds)


def _ed25519(password: bytes) -> bytes:
    return base64.b64encode(ed25519.public_key(password)).rstrip(b"=")


_MAKERS: Mapping[str, Callable[[bytes], bytes]] = {
    SHA2: _sha2,
    NATIVE: _native,
    ED25519: _ed25519,
}

PLUGINS = tuple(_MAKERS)
"""The ways to prove a password for which there are verifiers here."""


def verifier(plugin: str, password: SecretText) -> bytes:
    """Computes what to store for a password.

    Args:
        plugin: One of `PLUGINS`.
        password: The password.
    """
    return _MAKERS[plugin](password.reveal().encode())


def verifies(plugin: str, stored: bytes, password: SecretText) -> bool:
    """Whether a verifier was made of a password.

    Args:
        plugin: The way to prove a password; False for one that is none of `PLUGINS`.
        stored: The verifier, which anyone may have made.
        password: The password.
    """
    if plugin not in _MAKERS:
        return False
    secret = password.reveal().encode()
    if plugin != SHA2:
        return hmac.compare_digest(_MAKERS[plugin](secret), stored)
    prefix, salt = stored[:7], stored[7 : 7 + _SALT_LENGTH]
    try:
        rounds = int(prefix[3:6], 16) * 1000
    except ValueError:
        return False
    return hmac.compare_digest(_sha2(secret, salt, rounds), stored)
