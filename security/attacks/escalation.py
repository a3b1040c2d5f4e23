"""Functions that give themselves more, or cover their tracks."""

from collections.abc import Iterator

from security.attacks.attack import BOUNDARY, IDENTITY, Attack, refused
from security.identifiers import arn
from security.intent import Intent
from security.parts import Parts
from security.principals import ADMINISTRATOR


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what no function's code may do to roles, functions and logs."""
    for name in parts.functions():
        who = parts.function(name)
        own_log = arn("logs", f"log-group:/aws/lambda/{parts.ids.stack}-{name}")
        for what, action, resource in (
            ("give itself more rights", "iam:PutRolePolicy", who.role_arn),
            ("hand its role on", "iam:PassRole", who.role_arn),
            ("put other code in its place", "lambda:UpdateFunctionCode", who.code_of),
            ("let others invoke it", "lambda:AddPermission", who.code_of),
            ("delete its log", "logs:DeleteLogGroup", f"{own_log}:log-stream:"),
            ("delete a part of its log", "logs:DeleteLogStream", f"{own_log}:log-stream:any"),
            ("write another's log", "logs:PutLogEvents", arn("logs", _ANOTHER_LOG)),
        ):
            intent = Intent(what=what, who=who, action=action, resource=resource)
            yield from refused(intent, IDENTITY, BOUNDARY)
        act = Intent(
            what="act as an administrator",
            who=who,
            action="sts:AssumeRole",
            resource=ADMINISTRATOR.role_arn,
        )
        yield from refused(act, IDENTITY, BOUNDARY)  # whom that role trusts is not of the stack


_ANOTHER_LOG = "log-group:/aws/lambda/payroll-production-rotation:log-stream:any"
