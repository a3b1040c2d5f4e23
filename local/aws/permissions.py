"""What services may do: call a function, assume a function's role."""

import logging

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import lambda_backends

from local.policies import Evaluator, EvaluatorError, may_assume, may_invoke
from local.policies.functions import function_policy

_log = logging.getLogger(__name__)


class InvokePermission:
    """Asks the function's own policy.

    Args:
        evaluator: Who decides.
        service: Who wants to invoke.
    """

    def __init__(self, evaluator: Evaluator, *, service: str) -> None:
        self._evaluator = evaluator
        self._service = service

    def __call__(self, function_arn: str, source_arn: str) -> bool:
        """Tell whether the service may invoke the function for one of its resources.

        Args:
            function_arn: The function's ARN; one that does not exist may not be invoked.
            source_arn: ARN of the resource: a secret, a rule.
        """
        _, _, _, region, account, *_ = function_arn.split(":")
        try:
            function = lambda_backends[account][region].get_function(function_arn)
            decision = may_invoke(
                self._evaluator,
                function_arn=function_arn,
                policy=function_policy(function),
                service=self._service,
                source_arn=source_arn,
                source_account=source_arn.split(":")[4],
            )
        except (UnknownFunctionException, EvaluatorError) as error:
            _log.warning("%s may not be invoked for %s: %s", function_arn, source_arn, error)
            return False
        return decision.allowed


class TrustOf:
    """Asks a role whether it trusts a service, such as `lambda.amazonaws.com`."""

    def __init__(self, evaluator: Evaluator, service: str) -> None:
        self._evaluator = evaluator
        self._service = service

    def __call__(self, role_arn: str) -> bool:
        """Tell whether the service may assume a role; one that does not exist trusts nobody."""
        try:
            decision = may_assume(self._evaluator, role_arn=role_arn, service=self._service)
        except EvaluatorError as error:
            _log.warning("%s may not be assumed: %s", role_arn, error)
            return False
        return decision.allowed
