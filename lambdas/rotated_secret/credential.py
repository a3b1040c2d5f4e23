"""A database credential."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from rotated_secret.discretion import Hidden
from rotated_secret.errors import BadSecretError
from rotated_secret.value import Value

_LARGEST_PORT = 65535
_REMEDY = (
    "Put the documented JSON: engine, host, port, username, password, dbname. A secret that is no"
    " database credential is read by RotatedValue"
)
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
        port: TCP port; None if the secret has none, and then the driver's own: 5432, or 3306.
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
    def parse(cls, value: Value) -> Self:
        """Reads the content.

        Raises:
            BadSecretError: It is not the JSON of a database credential.
        """
        fields = _Fields(value, value.document(remedy=_REMEDY))
        fields.text("password")
        return cls(
            version_id=value.version_id,
            username=fields.text("username"),
            host=fields.text("host") if fields.says("host") else None,
            port=fields.port() if fields.says("port") else None,
            dbname=fields.text("dbname") if fields.says("dbname") else None,
            _document=Hidden(fields.document),
        )


@dataclass(frozen=True, slots=True)
class _Fields:
    value: Value
    document: Mapping[str, Any] = field(repr=False)

    def says(self, name: str) -> bool:
        said = self.document.get(name)
        return said is not None and said != ""

    def text(self, name: str) -> str:
        found = self.document.get(name)
        if not isinstance(found, str) or not found:
            raise self._bad(f"{name} must be a text that is not empty")
        if _UNSENDABLE.search(found):
            raise self._bad(f"{name} holds a character that no database can be sent")
        return found

    def port(self) -> int:
        found = str(self.document["port"])
        if not (found.isascii() and found.isdigit() and 0 < int(found[:9]) <= _LARGEST_PORT):
            raise self._bad(f"port must be a number from 1 to {_LARGEST_PORT}")
        return int(found)

    def _bad(self, why: str) -> BadSecretError:
        return self.value.unusable(why, remedy=_REMEDY)
