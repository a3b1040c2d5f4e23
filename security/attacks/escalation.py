"""Functions that give themselves more, or cover their tracks."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, IDENTITY, Attack, refused
from security.identifiers import arn
from security.intent import Intent
from security.parts import Parts
from security.principals import ADMINISTRATOR, Principal


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what no function's code may do to roles, functions and logs."""
    for who in parts.all_code():
        own_log = arn("logs", f"log-group:/aws/lambda/{parts.ids.stack}-{who.name}")
        for what, action, resource in (
            ("put other code in its place", "lambda:UpdateFunctionCode", who.code_of),
            ("let others invoke it", "lambda:AddPermission", who.code_of),
            ("delete its log", "logs:DeleteLogGroup", f"{own_log}:log-stream:"),
            ("delete a part of its log", "logs:DeleteLogStream", f"{own_log}:log-stream:any"),
        ):
            intent = Intent(what=what, who=who, action=action, resource=resource)
            yield from refused(intent, IDENTITY, BOUNDARY)
        yield from climbs(who)


def climbs(who: Principal) -> Iterator[Attack]:
    """List how someone may not get more rights than their own."""
    for what, action, resource in (
        ("give itself more rights", "iam:PutRolePolicy", who.role_arn),
        ("hand its role on", "iam:PassRole", who.role_arn),
        ("write another's log", "logs:PutLogEvents", arn("logs", _ANOTHER_LOG)),
        # Whom that role trusts is not of the stack.
        ("act as an administrator", "sts:AssumeRole", ADMINISTRATOR.role_arn),
    ):
        intent = Intent(what=what, who=who, action=action, resource=resource)
        yield from refused(intent, IDENTITY, BOUNDARY)


_ANOTHER_LOG = "log-group:/aws/lambda/payroll-production-rotation:log-stream:any"
