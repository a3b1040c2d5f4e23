"""A function's own policy, taken out of moto."""

from typing import Any

from moto.awslambda.models import LambdaFunction

from local.policies.request import Policy

_ELEMENTS = ("Sid", "Effect", "Principal", "Action", "Resource", "Condition")


def function_policy(function: LambdaFunction) -> Policy | None:
    """Return a function's policy; None if it has none.

    moto keeps the properties of a permission beside the statement's elements and an account as its
    bare number; both are set right here.
    """
    if not function.policy.statements:
        return None
    statements = [_statement(each) for each in function.policy.statements]
    return Policy("the function's policy", {"Version": "2012-10-17", "Statement": statements})


def _statement(kept: dict[str, Any]) -> dict[str, Any]:
    statement = {element: kept[element] for element in _ELEMENTS if element in kept}
    principal = statement["Principal"]
    if isinstance(principal, str) and principal != "*":
        statement["Principal"] = {"AWS": principal}
    return statement
