"""Who refuses an intent, each layer asked for itself."""

from dataclasses import replace

from local.policies import Evaluator, Layer, Policy, Request
from security.deployment import Deployment, layer_of
from security.errors import ProofError
from security.identifiers import PARTITION
from security.intent import Intent
from security.principals import EVERYTHING


def refusing_layers(
    evaluator: Evaluator, deployment: Deployment, intent: Intent
) -> frozenset[Layer]:
    """Find all layers that refuse an intent even if every other layer allowed it.

    Where several are found, each would do: that is defence in depth, and what is lost when one of
    them is opened can be seen. None is found exactly if the intent is allowed, see `agreed_layers`.
    """
    request = deployment.request(intent)
    alone = _one_at_a_time(request, own=layer_of(intent.action), service=intent.who.is_service)
    return frozenset(
        layer for layer, single in alone.items() if not evaluator.decide(single).allowed
    )


def agreed_layers(evaluator: Evaluator, deployment: Deployment, intent: Intent) -> frozenset[Layer]:
    """Find the same, and see to it that the layers together refuse what one of them refuses.

    Raises:
        ProofError: They decide otherwise than each for itself.
    """
    refusing = refusing_layers(evaluator, deployment, intent)
    together = evaluator.decide(deployment.request(intent))
    if together.allowed == bool(refusing):
        raise ProofError(f"{together}, but one at a time these refuse: {sorted(refusing)}")
    return refusing


def _one_at_a_time(request: Request, *, own: Layer, service: bool) -> dict[Layer, Request]:
    if service:  # it has no policies of its own
        return {own: request}
    account = request.principal.split(":")[4]
    at_home = account == request.resource_account
    open_to_all = replace(
        request,
        identity_policies=(EVERYTHING,),
        boundary=None,
        resource_policy=_agreeing(account),
        endpoint_policy=None,
    )
    requests = {Layer.IDENTITY: replace(open_to_all, identity_policies=request.identity_policies)}
    if request.resource_policy or own is not Layer.RESOURCE or not at_home:
        requests[own] = replace(open_to_all, resource_policy=request.resource_policy)
    if request.boundary:
        requests[Layer.BOUNDARY] = replace(open_to_all, boundary=request.boundary)
    if request.endpoint_policy:
        requests[Layer.ENDPOINT] = replace(open_to_all, endpoint_policy=request.endpoint_policy)
    return requests


def _agreeing(account: str) -> Policy:
    """A resource's policy that leaves the decision to an account's identity policies."""
    principal = {"AWS": f"arn:{PARTITION}:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"}
    return Policy("agrees", {"Version": "2012-10-17", "Statement": [statement]})
