"""People and sessions that give themselves or others more."""

from collections.abc import Iterator, Mapping

from local.policies import Layer
from security.attacks.attack import BOUNDARY, IDENTITY, TRUST, Attack, refused
from security.identifiers import arn
from security.intent import Intent
from security.people.calls import mfa, take_on
from security.people.staff import COLLEAGUE, Staff, user_arn
from security.principals import ADMINISTRATOR, Principal

_ON_A_ROLE = {
    "iam:AttachRolePolicy": "give a role more rights",
    "iam:CreateRole": "make a role",
    "iam:DeleteRolePermissionsBoundary": "take a role's boundary off",
    "iam:PassRole": "hand a role on to a service",
    "iam:PutRolePermissionsBoundary": "widen a role's boundary",
    "iam:PutRolePolicy": "give a role more rights",
    "iam:UpdateAssumeRolePolicy": "let others take a role on",
    "iam:UpdateRole": "make sessions longer",
}
_ON_A_USER = {
    "iam:AttachUserPolicy": "give a user more rights",
    "iam:CreateLoginProfile": "give a user a password",
    "iam:CreateUser": "make a user",
    "iam:PutUserPolicy": "give a user more rights",
    "iam:UpdateLoginProfile": "change another's password",
}
_ON_A_POLICY = {
    "iam:CreatePolicyVersion": "change a policy",
    "iam:SetDefaultPolicyVersion": "bring an old policy back",
}


def attacks(staff: Staff) -> Iterator[Attack]:
    """List the ways to more rights, each for sessions of every role and for their users."""
    policy = arn("iam", f"policy/{staff.parts.ids.stack}-auditor", region="")
    group = staff.parts.group("break-glass")
    for who in staff.sessions():
        targets = _targets(who.role_arn, policy, group)
        yield from _tries(who, targets, {}, (IDENTITY, BOUNDARY))
        for action in ("iam:CreateAccessKey", "iam:DeactivateMFADevice"):
            intent = Intent(
                what="take another's credentials over",
                who=who,
                action=action,
                resource=user_arn(COLLEAGUE),
            )
            yield from refused(intent, IDENTITY, BOUNDARY)
        yield from _further_roles(staff, who)
    for role, member in staff.members():
        targets = _targets(staff.session(role).role_arn, policy, group)
        yield from _tries(member, targets, mfa(), (IDENTITY,))


def _targets(role: str, policy: str, group: str) -> Iterator[tuple[str, str, str]]:
    """Action, resource, and what for."""
    for table, resource in (
        (_ON_A_ROLE, role),
        (_ON_A_USER, user_arn(COLLEAGUE)),
        (_ON_A_POLICY, policy),
    ):
        for action, what in table.items():
            yield action, resource, what
    yield "iam:AddUserToGroup", group, "join another group"


def _tries(
    who: Principal,
    targets: Iterator[tuple[str, str, str]],
    context: Mapping[str, str],
    layers: tuple[Layer, ...],
) -> Iterator[Attack]:
    for action, resource, what in targets:
        intent = Intent(what=what, who=who, action=action, resource=resource, context=context)
        yield from refused(intent, *layers)


def _further_roles(staff: Staff, who: Principal) -> Iterator[Attack]:
    what = "take a further role on from a session"
    for other in staff.sessions():
        yield from refused(take_on(who, other, what, {}), IDENTITY, BOUNDARY, TRUST)
    # Whom that role trusts is not of these stacks.
    yield from refused(take_on(who, ADMINISTRATOR, what, {}), IDENTITY, BOUNDARY)
