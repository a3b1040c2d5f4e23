"""Contractors who have not proven who they are, or whose contract is over."""

from collections.abc import Iterator, Mapping

from security.attacks.attack import IDENTITY, TRUST, Attack, refused
from security.calls import Calls
from security.identifiers import OTHER_ACCOUNT, arn
from security.intent import Intent
from security.people.calls import NO_MFA, mfa, take_on, tell_source
from security.people.staff import COLLEAGUE, Staff
from security.principals import ADMINISTRATOR, Principal
from stacks.access.trust import SESSION_SECONDS


def attacks(staff: Staff) -> Iterator[Attack]:
    """List what a contractor must not do."""
    who, role, given = staff.contractor(), staff.session("contractor"), _given(staff)
    for what, proof in {
        "take the role on without MFA": NO_MFA,
        "take the role on from a session without MFA": {"aws:MultiFactorAuthPresent": "false"},
        "take the role on with an age of MFA alone": {
            **mfa(),
            "aws:MultiFactorAuthPresent": "false",
        },
        "take the role on with an MFA of an hour ago": mfa(SESSION_SECONDS),
        "take the role on after the contract": {**mfa(), "aws:CurrentTime": _end(staff)},
    }.items():
        yield from refused(take_on(who, role, what, proof, **given), TRUST)
    for what, more in {
        "take the role on for another customer": {**given, "ExternalId": "of-another-customer"},
        "take the role on without an external id": _without(given, "ExternalId"),
        "take the role on without a source identity": _without(given, "SourceIdentity"),
        "act under another's name": {**given, "SourceIdentity": COLLEAGUE},
    }.items():
        yield from refused(take_on(who, role, what, mfa(), **more), TRUST)
    yield from refused(tell_source(who, role, "act under another's name", COLLEAGUE), TRUST)
    what = "take a role on from another account"
    for other in (staff.contractor(account=OTHER_ACCOUNT), ADMINISTRATOR):
        yield from refused(take_on(other, role, what, mfa(), **given), TRUST)
    yield from _after_the_end(staff, role)


def _after_the_end(staff: Staff, role: Principal) -> Iterator[Attack]:
    what = "go on with a session after the contract"
    over = {"aws:CurrentTime": _end(staff)}
    calls = Calls(staff.parts)
    looks = [
        calls.secret_alone(role, operation, staff.parts.secrets()[0], what, endpoint="")
        for operation in ("DescribeSecret", "ListSecretVersionIds")
    ]
    alarms = Intent(
        what=what,
        who=role,
        action="cloudwatch:DescribeAlarms",
        resource=arn("cloudwatch", "alarm:*"),
    )
    for call in (*looks, alarms):
        late = Intent(
            what=what,
            who=role,
            action=call.action,
            resource=call.resource,
            context={**call.context, **over},
        )
        yield from refused(late, IDENTITY)


def _given(staff: Staff) -> Mapping[str, str]:
    return {
        "ExternalId": staff.access.contractor_external_id,
        "SourceIdentity": staff.contractor().user_name,
    }


def _without(given: Mapping[str, str], name: str) -> Mapping[str, str]:
    return {key: value for key, value in given.items() if key != name}


def _end(staff: Staff) -> str:
    return f"{staff.access.contractor_until}T00:00:00Z"
