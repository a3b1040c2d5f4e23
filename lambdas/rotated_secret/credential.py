"""The secret's content, parsed once."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from rotated_secret.discretion import Hidden
from rotated_secret.errors import BadSecretError

_LARGEST_PORT = 65535
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which ends a text on the way, and halves of characters, which are not UTF-8."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One version of the secret. It can't be changed, and its repr does not hold the password.

    The structure is the one that AWS documents. Only `username` and `password` have to be there: a
    secret that RDS manages holds no more.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html

    Attributes:
        version_id: Version of the secret.
        username: Who logs in.
        host: Name of the server; None if the secret has none.
        port: TCP port; None if the secret has none.
        dbname: The database; None if the secret has none.
    """

    version_id: str
    username: str
    host: str | None
    port: int | None
    dbname: str | None
    _document: Hidden[Mapping[str, Any]] = field(repr=False, compare=False)

    @property
    def password(self) -> str:
        """The password, to be handed to the driver and to nothing else."""
        return str(self["password"])

    @property
    def server(self) -> tuple[str | None, int | None, str | None]:
        """Where to log in: host, port and database."""
        return self.host, self.port, self.dbname

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # JSON
        return self._document.reveal()[name]

    @classmethod
    def parse(cls, text: object, *, version_id: str, secret_id: str) -> Self:
        """Reads SecretString.

        Args:
            text: The content.
            version_id: Of which version.
            secret_id: Of which secret, for errors.

        Raises:
            BadSecretError: It is not the JSON of a database credential.
        """
        fields = _Fields(_document(text, secret_id), secret_id)
        fields.text("password")
        return cls(
            version_id=version_id,
            username=fields.text("username"),
            host=fields.text("host") if "host" in fields.document else None,
            port=fields.port() if "port" in fields.document else None,
            dbname=fields.text("dbname") if "dbname" in fields.document else None,
            _document=Hidden(fields.document),
        )


@dataclass(frozen=True, slots=True)
class _Fields:
    document: Mapping[str, Any] = field(repr=False)
    secret_id: str

    def text(self, name: str) -> str:
        value = self.document.get(name)
        if not isinstance(value, str) or not value:
            raise _bad(self.secret_id, f"{name} must be a text that is not empty")
        if _UNSENDABLE.search(value):
            raise _bad(self.secret_id, f"{name} holds a character that no database can be sent")
        return value

    def port(self) -> int:
        value = str(self.document["port"])
        if not (value.isascii() and value.isdigit() and 0 < int(value[:9]) <= _LARGEST_PORT):
            raise _bad(self.secret_id, f"port must be a number from 1 to {_LARGEST_PORT}")
        return int(value)


def _document(text: object, secret_id: str) -> Mapping[str, Any]:
    if not isinstance(text, str):
        raise _bad(secret_id, "it holds binary data")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = f"it is not JSON ({type(error).__name__})"
    else:
        if isinstance(document, dict):
            return document
        why = "it is no JSON object"
    # Outside of the handler: the exception holds the whole text, and must not travel along.
    raise _bad(secret_id, why)


def _bad(secret_id: str, why: str) -> BadSecretError:
    return BadSecretError(
        secret_id,
        f"the content of the secret can't be used: {why}",
        remedy="Put the documented JSON: engine, host, port, username, password, dbname",
        retry_helps=False,
    )
