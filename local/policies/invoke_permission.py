"""Whether a service may invoke a function."""

from local.policies.decision import Decision
from local.policies.evaluator import Evaluator
from local.policies.request import Policy, Request


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
