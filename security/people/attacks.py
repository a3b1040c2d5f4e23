"""What people must not do."""

from collections.abc import Iterator

from security.attacks.attack import Attack
from security.people import contracts, escalation, evidence, outsiders, sessions, users
from security.people.staff import Staff


def attacks(staff: Staff) -> Iterator[Attack]:
    """List everything that must be denied."""
    for group in (users, outsiders, contracts, sessions, escalation, evidence):
        yield from group.attacks(staff)
