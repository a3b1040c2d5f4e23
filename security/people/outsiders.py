"""Whoever is no user of the account: sessions of roles, and other accounts."""

from collections.abc import Iterator

from security.attacks.attack import TRUST, Attack, refused
from security.identifiers import OTHER_ACCOUNT
from security.people.calls import mfa, take_on
from security.people.staff import MEMBERS, Staff
from security.principals import ADMINISTRATOR, STRANGER


def attacks(staff: Staff) -> Iterator[Attack]:
    """List who must not take a role on, whatever their own policies allow."""
    for role in MEMBERS:
        session = staff.session(role)
        what = "take a role on from a role, which has no user's name"
        yield from refused(take_on(ADMINISTRATOR, session, what, mfa()), TRUST)
        what = "take a role on from another account"
        for who in (STRANGER, staff.contractor(), staff.contractor(account=OTHER_ACCOUNT)):
            yield from refused(take_on(who, session, what, mfa()), TRUST)
