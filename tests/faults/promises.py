"""What has to hold at any instant, and after a rotation."""

from fakes.product import Document
from tests.faults.site import Site

WITH_TWO_PASSWORDS = {"alternating", "dual"}
"""Strategies with which AWSPREVIOUS is accepted."""


def outages(site: Site, strategy: str) -> list[str]:
    """Which credentials don't log in although they have to at this instant.

    AWSCURRENT always has to, and with two users or two passwords AWSPREVIOUS too. There is one
    exception each, between the change of the password and the move of the label: a single user's
    AWSCURRENT then gives way to AWSPENDING, and so does the AWSPREVIOUS of the others. It is the
    credential before the last but one by then: there is no third password.

    Args:
        site: Whose secret.
        strategy: By which it is rotated.
    """
    required = ["AWSCURRENT"]
    if strategy in WITH_TWO_PASSWORDS and "AWSPREVIOUS" in site.labels:
        required.append("AWSPREVIOUS")
    excused = "AWSCURRENT" if strategy == "single" else "AWSPREVIOUS"
    return [
        f"{label} does not log in"
        for label in required
        if not site.accepts(document := site.document(label))
        and not (label == excused and _replaced(site, document))
    ]


def unfinished(site: Site, token: str, former: str) -> list[str]:
    """Which labels are wrong after a rotation that had to succeed.

    Args:
        site: Whose secret.
        token: The version to which it was rotated.
        former: The version from which it was rotated.
    """
    labels = site.labels
    allowed: dict[str, set[str | None]] = {
        "AWSCURRENT": {token},
        "AWSPENDING": {token, None},
        "AWSPREVIOUS": {former},
    }
    return [
        f"{label} is on {labels.get(label)} instead of {versions}"
        for label, versions in allowed.items()
        if labels.get(label) not in versions
    ]


def _replaced(site: Site, document: Document) -> bool:
    """Whether the user's password is the one of a version that is about to become AWSCURRENT."""
    pending = site.labels.get("AWSPENDING")
    if pending is None or pending == site.labels["AWSCURRENT"] or not site.content(pending):
        return False
    new = site.document("AWSPENDING")
    return bool(new["username"] == document["username"]) and site.accepts(new)
