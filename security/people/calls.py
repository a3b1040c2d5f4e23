"""Calls of people, as intents."""

from collections.abc import Mapping

from security.intent import Context, Intent
from security.principals import Principal

IN_TIME = "2026-01-01T00:00:00Z"
"""Within a contract that ends later."""

NO_MFA: Mapping[str, str] = {}
"""What requests have that are signed with a long-lived key: nothing about MFA.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent
"""


def mfa(age: int = 60) -> Mapping[str, str]:
    """What requests have after an MFA code.

    Args:
        age: Seconds since it was typed.
    """
    return {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": str(age)}


def take_on(
    who: Principal, role: Principal, what: str, proof: Mapping[str, str], **given: str
) -> Intent:
    """Ask STS for a session of a role.

    Args:
        who: A user.
        role: A session of the role.
        what: What for.
        proof: What the request has about MFA.
        given: Parameters of AssumeRole that condition keys hold; the session is named after the
            user unless told otherwise.
    """
    parameters = {"RoleSessionName": who.user_name or "session", **given}
    context: Context = {
        "aws:CurrentTime": IN_TIME,
        **proof,
        **{f"sts:{name}": value for name, value in parameters.items()},
    }
    return Intent(
        what=what, who=who, action="sts:AssumeRole", resource=role.role_arn, context=context
    )


def tell_source(who: Principal, role: Principal, what: str, source: str) -> Intent:
    """What AssumeRole asks for besides when it is told a source identity."""
    return Intent(
        what=what,
        who=who,
        action="sts:SetSourceIdentity",
        resource=role.role_arn,
        context={**mfa(), "sts:SourceIdentity": source},
    )


def by_person(
    who: Principal, action: str, resource: str, what: str, proof: Mapping[str, str]
) -> Intent:
    """A call of a user about users, devices and keys."""
    return Intent(what=what, who=who, action=action, resource=resource, context=proof)
