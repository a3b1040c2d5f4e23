"""The secret's JSON: how a database is reached and logged in to."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from rotation.errors import BadSecretError
from rotation.secret_object import SecretObject
from rotation.secret_text import SecretText
from rotation.versions import PENDING

_HOST = re.compile(r"[A-Za-z0-9._:-]{1,255}")
_PORT = re.compile(r"[0-9]{1,5}")
_LARGEST_PORT = 65535

_READERS, _WRITER = re.compile(r"\.cluster-ro-", re.IGNORECASE), ".cluster-"
"""Of a cluster of Aurora, one endpoint leads to its readers and one to its writer.

https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Endpoints.Cluster.html
"""


def writer_of(host: str) -> str:
    """The endpoint that takes changes, of the same cluster; any other host is itself that."""
    return _READERS.sub(_WRITER, host, count=1)


@dataclass(frozen=True, slots=True)
class Credential:
    """A login and where it works.

    The structure is AWS's, so that a secret need not change when its function does:
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html

    Attributes:
        whose: Where it comes from, for errors: a label, or the admin's secret.
        engine: The database product, as the secret calls it.
        host: Name of the server; its certificate has to be for it.
        port: TCP port.
        username: Who logs in.
        password: Its password.
        dbname: The database.
        masterarn: ARN of the admin's secret, if there is one.
        is_admin: Whether it is the admin of a login, whose `dbname` this has then.
        document: The whole JSON object. Fields that we don't know are kept as they are.
    """

    whose: str
    engine: str
    host: str
    port: int
    username: str
    password: SecretText
    dbname: str
    masterarn: str | None
    document: SecretObject = field(repr=False)
    is_admin: bool = False

    @classmethod
    def parse(
        cls, text: SecretText, *, whose: str, engines: Mapping[str, int], dbname: str
    ) -> Self:
        """Reads a secret.

        Args:
            text: The secret's content.
            whose: Where it comes from.
            engines: Accepted values of `engine`, each with its usual port.
            dbname: The database if the secret names none; empty for none.

        Raises:
            BadSecretError: A field is missing or can't be used.
        """
        fields = _Fields.of(text, whose)
        engine = fields.text("engine")
        if engine not in engines:
            raise fields.bad(f"engine must be one of {', '.join(engines)}")
        return cls(
            whose=whose,
            engine=engine,
            host=fields.host(),
            port=fields.port(engines[engine]),
            username=fields.name("username"),
            password=SecretText(fields.text("password")),
            dbname=fields.name("dbname", dbname) if dbname or "dbname" in fields.values else "",
            masterarn=fields.name("masterarn") if "masterarn" in fields.values else None,
            document=fields.document,
        )

    def admin(self, text: SecretText) -> Self:
        """Reads the admin's secret, with this credential's server where it names none.

        A secret that RDS manages by itself holds only `username` and `password`:
        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html

        Args:
            text: The content of the secret that `masterarn` names.

        Raises:
            BadSecretError: A field is missing, or it is the admin of another server.
        """
        return replace(self.beside(text, whose="the admin's secret"), is_admin=True)

    def beside(self, text: SecretText, *, whose: str) -> Self:
        """Reads another login's secret, with this credential's server where it names none.

        It logs in to change something, and so, at a cluster of Aurora, to the writer.

        Args:
            text: Its content.
            whose: Where it comes from.

        Raises:
            BadSecretError: A field is missing, or it is a login of another server.
        """
        fields = _Fields.of(text, whose)
        other = replace(
            self,
            whose=fields.whose,
            host=writer_of(fields.host(self.host)),
            port=fields.port(self.port),
            username=fields.name("username"),
            password=SecretText(fields.text("password")),
            masterarn=None,
            document=fields.document,
        )
        self.must_share_server(other)
        return other

    def shares_server(self, other: "Credential") -> bool:
        """Whether both are for one server; a cluster of Aurora is one, read or written."""
        hosts = {writer_of(each.host.lower()) for each in (self, other)}
        return len(hosts) == 1 and self.port == other.port

    def at_writer(self) -> Self:
        """The same login where changes are made."""
        return replace(self, host=writer_of(self.host))

    def must_share_server(self, other: "Credential") -> None:
        """Refuses to mix two servers.

        Raises:
            BadSecretError: Host or port differ.
        """
        if not self.shares_server(other):
            raise BadSecretError(
                f"{self.whose} is for {self.host}:{self.port},"
                f" but {other.whose} is for {other.host}:{other.port}",
                remedy="Correct host and port of the wrong one; if a rotation is under way, take"
                f" {PENDING} off its version and rotate again",
            )

    def besides_login(self) -> str:
        """All fields of the secret but user and password, as JSON: numbers may be none."""
        fields = {**self.document.fields, "username": "", "password": ""}
        return json.dumps(fields, sort_keys=True)

    def with_login(self, username: str, password: SecretText) -> SecretText:
        """The secret's content with another login and all else unchanged."""
        return self.document.replaced({"username": username, "password": password.reveal()})


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of a JSON object, each read with what is demanded of it."""

    document: SecretObject = field(repr=False)
    whose: str

    @classmethod
    def of(cls, text: SecretText, whose: str) -> Self:
        try:
            return cls(SecretObject.parse(text), whose)
        except ValueError as error:
            raise _bad(whose, str(error)) from None

    @property
    def values(self) -> Mapping[str, Any]:
        return self.document.fields

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, default)
        why = "must be a text that is not empty"
        if isinstance(value, str) and value:
            if "\0" not in value and value.encode(errors="replace").decode() == value:
                return value
            why = "must hold valid characters only"
        del value  # an error reporter would record it
        raise self.bad(f"{name} {why}")

    def name(self, name: str, default: str | None = None) -> str:
        value = self.text(name, default)
        if not value.isprintable():
            raise self.bad(f"{name} must not hold control characters")
        return value

    def host(self, default: str | None = None) -> str:
        value = self.text("host", default)
        if not _HOST.fullmatch(value):
            raise self.bad("host must be a host name or an address")
        return value

    def port(self, default: int) -> int:
        value = self.values.get("port", default)
        if isinstance(value, str) and _PORT.fullmatch(value):
            value = int(value)
        if type(value) is int and 0 < value <= _LARGEST_PORT:
            return value
        del value  # an error reporter would record it
        raise self.bad(f"port must be a number from 1 to {_LARGEST_PORT}")

    def bad(self, why: str) -> BadSecretError:
        return _bad(self.whose, why)


def _bad(whose: str, why: str) -> BadSecretError:
    return BadSecretError(
        f"The content of {whose} can't be used: {why}",
        remedy="Put the documented JSON: engine, host, port, username, password, dbname",
    )
