"""Answers that were not hoped for, as our errors: the request, the host and the status."""

from __future__ import annotations

from rotation.errors import BadSecretError, TargetError


class NothingDoneError(TargetError):
    """It is known that a request had no effect: it was refused, or not sent at all."""


def unexpected(name: str, host: str, status: int) -> NothingDoneError:
    """The error about an answer that the declaration does not know.

    Args:
        name: Which request.
        host: Who answered.
        status: With which status.
    """
    return NothingDoneError(
        f"{host} answered {status} to the request {name}, which the declaration does not expect",
        remedy=f"Try the request by hand, and compare {name} and {name}.answers with the API's"
        " documentation; if it does not let us in, renew the management secret",
    )


def unfit(whose: str, why: str) -> BadSecretError:
    """The error about a secret that can't be used.

    Args:
        whose: Which.
        why: What is wrong with it.
    """
    return BadSecretError(
        f"The content of {whose} can't be used: {why}",
        remedy="Compare it with the declaration: a field of the secret is filled from issue.fields,"
        " and {management.FIELD} from the management secret's JSON",
    )
