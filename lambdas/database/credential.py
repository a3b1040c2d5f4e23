"""The secret's JSON: how a database is reached and logged in to."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from rotation.errors import BadSecretError
from rotation.secret_text import SecretText

_LARGEST_PORT = 65535
_LONGEST_PORT = len(str(_LARGEST_PORT))


@dataclass(frozen=True, slots=True)
class Credential:
    """A login and where it works.

    The structure is AWS's, so that a secret need not change when its function does:
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html

    Attributes:
        host: Name of the server; its certificate has to be for it.
        port: TCP port.
        username: Who logs in.
        password: Its password.
        dbname: The database.
        masterarn: ARN of the admin's secret, if there is one.
        document: The whole JSON object. Fields that we don't know are kept.
    """

    host: str
    port: int
    username: str
    password: SecretText
    dbname: str
    masterarn: str | None
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, text: SecretText, *, engines: Mapping[str, int], dbname: str) -> Self:
        """Reads a secret.

        Args:
            text: The secret's content.
            engines: Accepted values of `engine`, each with its usual port.
            dbname: The database if the secret names none.

        Raises:
            BadSecretError: A field is missing or can't be used.
        """
        document = _object(text)
        engine = _text(document, "engine")
        if engine not in engines:
            raise _bad(f"engine must be one of {', '.join(engines)}")
        return cls(
            host=_text(document, "host"),
            port=_port(document.get("port", engines[engine])),
            username=_text(document, "username"),
            password=SecretText(_text(document, "password")),
            dbname=_text(document, "dbname") if "dbname" in document else dbname,
            masterarn=_text(document, "masterarn") if "masterarn" in document else None,
            document=document,
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
        document = _object(text)
        admin = replace(
            self,
            host=_text(document, "host") if "host" in document else self.host,
            port=_port(document.get("port", self.port)),
            username=_text(document, "username"),
            password=SecretText(_text(document, "password")),
            masterarn=None,
            document=document,
        )
        self.must_share_server(admin, whose="the admin's secret")
        return admin

    def must_share_server(self, other: "Credential", *, whose: str) -> None:
        """Refuses to mix two servers.

        Raises:
            BadSecretError: Host or port differ.
        """
        if (self.host.lower(), self.port) != (other.host.lower(), other.port):
            raise BadSecretError(
                f"AWSCURRENT is for {self.host}:{self.port},"
                f" but {whose} is for {other.host}:{other.port}",
                remedy="Correct the wrong one of the two",
            )

    def with_login(self, username: str, password: SecretText) -> SecretText:
        """The secret's content with another login and all else unchanged."""
        login = {"username": username, "password": password.reveal()}
        return SecretText(json.dumps({**self.document, **login}))


def _object(text: SecretText) -> dict[str, Any]:
    try:
        document = json.loads(text.reveal())
    except (ValueError, RecursionError) as error:
        # The exception keeps the whole text: it must not travel further.
        raise _bad(f"it is not JSON ({type(error).__name__})") from None
    if not isinstance(document, dict):
        raise _bad("it is no JSON object")
    return document


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise _bad(f"{name} must be a text that is not empty")
    if "\0" in value or not value.isprintable():
        raise _bad(f"{name} must not hold control characters")
    return value


def _port(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(rf"[0-9]{{1,{_LONGEST_PORT}}}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LARGEST_PORT:
        raise _bad(f"port must be a number from 1 to {_LARGEST_PORT}")
    return value


def _bad(cause: str) -> BadSecretError:
    return BadSecretError(
        f"The secret's content can't be used: {cause}",
        remedy="Put the documented JSON: engine, host, port, username, password, dbname",
    )
