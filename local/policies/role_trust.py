"""Whom a role trusts."""

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from local.policies.decision import Decision
from local.policies.evaluator import Evaluator
from local.policies.request import Policy, Request


def trust_of(role_arn: str) -> Policy:
    """Return a role's trust policy; one that does not exist trusts nobody, as AWS answers."""
    _, partition, _, _, account, _ = role_arn.split(":", 5)
    try:
        role = iam_backends[account][partition].get_role_by_arn(role_arn)
    except NotFoundException:
        return Policy("no such role", {"Version": "2012-10-17", "Statement": []})
    return Policy.read("the role's trust policy", role.assume_role_policy_document)


def may_assume(evaluator: Evaluator, *, role_arn: str, service: str) -> Decision:
    """Decide whether a service may assume a role.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services

    Args:
        evaluator: Who decides.
        role_arn: The role.
        service: The service, for example `lambda.amazonaws.com`.

    Raises:
        EvaluatorError: It cannot be decided. Take it as a refusal.
    """
    return evaluator.decide(
        Request(
            principal=service,
            action="sts:AssumeRole",
            resource=role_arn,
            resource_account=role_arn.split(":")[4],
            resource_policy=trust_of(role_arn),
        )
    )
