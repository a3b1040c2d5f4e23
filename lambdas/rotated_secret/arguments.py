"""Refuses what can't be meant, at once and by the name of the argument."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rotated_secret.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_ARN = re.compile(r"arn:(aws[\w-]*):secretsmanager:([a-z0-9-]+):[^:]*:secret:.+")
_LONGEST_ID = 2048
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f]")

LONGEST_REFRESH_SECONDS = 86_400.0
LONGEST_PATIENCE_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret is, as far as its id tells.

    Attributes:
        partition: Such as `aws`; None for a name.
        region: None for a name.
    """

    partition: str | None = None
    region: str | None = None

    @classmethod
    def of(cls, secret_id: object) -> Self:
        """Reads it from a secret's ARN.

        Args:
            secret_id: ARN or name.

        Raises:
            TypeError: It is no text.
            ValueError: It is no secret's.
        """
        if not isinstance(secret_id, str):
            raise TypeError(f"secret_id must be a secret's name or ARN, not {_kind(secret_id)}")
        if not secret_id or len(secret_id) > _LONGEST_ID or _UNPRINTABLE.search(secret_id):
            raise ValueError(
                "secret_id must be a secret's name or ARN: it is empty, too long, or holds a space"
                " or a line's end"
            )
        if not secret_id.startswith("arn:"):
            return cls()
        arn = _ARN.fullmatch(secret_id)
        if not arn:
            raise ValueError(
                f"secret_id {secret_id} is not the ARN of a secret, which begins with"
                " arn:aws:secretsmanager:<region>:<account>:secret:"
            )
        return cls(arn[1], arn[2])

    def check(self, client: SecretsManagerClient, *, secret_id: str) -> None:
        """Makes sure that a client can find it.

        Raises:
            ValueError: The client is for another region or partition.
        """
        meta = getattr(client, "meta", None)
        for what, here in (("region", "region_name"), ("partition", "partition")):
            wanted, found = getattr(self, what), getattr(meta, here, None)
            if wanted and isinstance(found, str) and found != wanted:
                raise ValueError(
                    f"secret_id {secret_id} is in the {what} {wanted}, and client is for {found}."
                    f" Give a client for {wanted}, or none: then the ARN's region is taken"
                )


def check_client(client: object) -> None:
    """Makes sure that a client is one for Secrets Manager.

    Raises:
        TypeError: It is something else.
    """
    if not callable(getattr(client, "get_secret_value", None)):
        raise TypeError(f"client must be a client for Secrets Manager, not {_kind(client)}")


def check_clock(clock: object) -> None:
    """Makes sure that a clock is one.

    Raises:
        TypeError: It is something else.
    """
    if not isinstance(clock, Clock):
        raise TypeError(f"clock must be a rotated_secret.Clock, not {_kind(clock)}")


def check_seconds(
    name: str, seconds: object, *, longest: float, may_be_none: bool = False
) -> float:
    """Reads a duration.

    Args:
        name: The argument's name.
        seconds: Its value.
        longest: What it may be at most.
        may_be_none: Whether it may be 0.

    Raises:
        TypeError: It is no number.
        ValueError: It is not more than nothing, or too long.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError(f"{name} must be a number of seconds, not {_kind(seconds)}")
    if not 0 <= seconds <= longest or not (seconds or may_be_none):
        raise ValueError(f"{name} must be more than 0 and at most {longest:g} seconds")
    return float(seconds)


def check_version(name: str, version: object, kind: type) -> None:
    """Makes sure that something is a version of a secret, in the handle's form.

    Raises:
        TypeError: It is something else.
    """
    if not isinstance(version, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, not {_kind(version)}")


def check_function(name: str, function: object) -> None:
    """Makes sure that something can be called.

    Raises:
        TypeError: It can't.
    """
    if not callable(function):
        raise TypeError(f"{name} must be a function, not {_kind(function)}")


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
