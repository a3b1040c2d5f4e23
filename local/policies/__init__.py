"""IAM, enforced: whether a call may be made, decided from the deployed policies.

`Evaluator` decides one `Request` and knows nothing of the local AWS; `enforce` puts it in front of
the local AWS, and builds the requests from what is deployed there.
"""

from local.policies.decision import Decision, Layer
from local.policies.enforcement import enforce
from local.policies.evaluator import Evaluator, EvaluatorError
from local.policies.functions import may_invoke
from local.policies.request import Policy, Request
from local.policies.role_trust import may_assume

__all__ = [
    "Decision",
    "Evaluator",
    "EvaluatorError",
    "Layer",
    "Policy",
    "Request",
    "enforce",
    "may_assume",
    "may_invoke",
]
