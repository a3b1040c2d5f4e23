"""Users who have not proven who they are, or act for others."""

from collections.abc import Iterator
from dataclasses import replace

from security.attacks.attack import IDENTITY, TRUST, Attack, refused
from security.people.calls import NO_MFA, by_person, mfa, take_on, tell_source
from security.people.staff import COLLEAGUE, MEMBERS, Staff, device_arn, user_arn
from security.principals import EVERYTHING, Principal
from stacks.access.trust import SESSION_SECONDS

_FALSE = {"aws:MultiFactorAuthPresent": "false"}
"""What a session of GetSessionToken has that was asked for without a code."""

_WITHOUT_MFA = {
    "iam:DeactivateMFADevice": "take the MFA device off, with a stolen key",
    "iam:CreateAccessKey": "make a second key, with a stolen one",
    "iam:DeleteAccessKey": "delete a key, with a stolen one",
    "iam:ListAccessKeys": "see the keys, with a stolen one",
    "iam:UpdateAccessKey": "switch keys, with a stolen one",
}
_FOR_ANOTHER = {
    "iam:ChangePassword": user_arn,
    "iam:CreateAccessKey": user_arn,
    "iam:CreateVirtualMFADevice": device_arn,
    "iam:DeactivateMFADevice": user_arn,
    "iam:DeleteAccessKey": user_arn,
    "iam:DeleteVirtualMFADevice": device_arn,
    "iam:EnableMFADevice": user_arn,
    "iam:ResyncMFADevice": user_arn,
    "iam:UpdateAccessKey": user_arn,
}


def attacks(staff: Staff) -> Iterator[Attack]:
    """List what users must not do."""
    for role, member in staff.members():
        yield from _unproven(member, staff.session(role))
        yield from _without_mfa(member)
        yield from _as_somebody_else(member, staff.session(role))
        for other in MEMBERS.keys() - {role}:
            what = "take the role of another group on"
            yield from refused(take_on(member, staff.session(other), what, mfa()), IDENTITY)


def _unproven(member: Principal, role: Principal) -> Iterator[Attack]:
    for what, proof in {
        "take the role on without MFA": NO_MFA,
        "take the role on from a session without MFA": _FALSE,
        # AWS sends no age without MFA. Should it ever, the one condition stands without the other.
        "take the role on with an age of MFA alone": {**mfa(), **_FALSE},
    }.items():
        yield from refused(take_on(member, role, what, proof), IDENTITY, TRUST)
    what = "take the role on with an MFA of an hour ago"
    yield from refused(take_on(member, role, what, mfa(SESSION_SECONDS)), TRUST)


def _without_mfa(member: Principal) -> Iterator[Attack]:
    for action, what in _WITHOUT_MFA.items():
        call = by_person(member, action, user_arn(member.user_name), what, NO_MFA)
        yield from refused(call, IDENTITY)
    what = "use what another policy allows, without MFA"
    powerful = replace(member, policies=(EVERYTHING,))
    for proof in (NO_MFA, _FALSE):
        call = by_person(powerful, "iam:CreateUser", user_arn("mallory"), what, proof)
        yield from refused(call, IDENTITY)


def _as_somebody_else(member: Principal, role: Principal) -> Iterator[Attack]:
    what = "act under another's name"
    call = take_on(member, role, what, mfa(), RoleSessionName=COLLEAGUE)
    yield from refused(call, TRUST)
    yield from refused(tell_source(member, role, what, COLLEAGUE), TRUST)
    what = "change another's credentials"
    for action, resource in _FOR_ANOTHER.items():
        yield from refused(by_person(member, action, resource(COLLEAGUE), what, mfa()), IDENTITY)
