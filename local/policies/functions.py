"""Who may call a function: its own policy, and the permission in it."""

from typing import Any

from moto.awslambda.models import LambdaFunction

from local.policies.decision import Decision
from local.policies.evaluator import Evaluator
from local.policies.request import Policy, Request

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


def may_invoke(
    evaluator: Evaluator,
    *,
    function_arn: str,
    policy: Policy | None,
    service: str,
    source_arn: str,
    source_account: str,
) -> Decision:
    """Decide whether a function's own policy lets a service invoke it for a resource.

    https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html

    Args:
        evaluator: Who decides.
        function_arn: The function.
        policy: The function's policy; None if it has none, and then nobody may.
        service: The service, for example `secretsmanager.amazonaws.com`.
        source_arn: The resource on whose behalf it calls, for example a secret.
        source_account: The account that owns that resource.

    Raises:
        EvaluatorError: It cannot be decided. Take it as a refusal.
    """
    return evaluator.decide(
        Request(
            principal=service,
            action="lambda:InvokeFunction",
            resource=function_arn,
            resource_account=function_arn.split(":")[4],
            context={
                "aws:SourceArn": source_arn,
                "aws:SourceAccount": source_account,
                "aws:SecureTransport": "true",
            },
            resource_policy=policy,
        )
    )
