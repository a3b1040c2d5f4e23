"""From a call to the request that the evaluator decides."""

from datetime import UTC, datetime

from local.functions.deployed import DeployedFunction
from local.policies.call import Call
from local.policies.callers import Caller
from local.policies.network import Path
from local.policies.request import Access, Request


def request_for(
    access: Access, *, call: Call, caller: Caller, function: DeployedFunction | None, path: Path
) -> Request:
    """Put together what the evaluator needs to decide on one permission.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

    Args:
        access: The permission.
        call: The call that needs it.
        caller: Who makes it.
        function: The function whose code makes it; None if it is none.
        path: How it comes.
    """
    context: dict[str, str | tuple[str, ...]] = {
        **caller.context,
        "aws:CurrentTime": datetime.now(UTC).isoformat(timespec="seconds"),
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": "true",
        **access.context,
    }
    if function:
        context["lambda:SourceFunctionArn"] = function.arn
    if access.by_service:
        # A service that works for the caller does not come through the caller's network.
        context |= {"aws:ViaAWSService": "true", "aws:CalledVia": (access.by_service,)}
    else:
        context |= {"aws:ViaAWSService": "false", **path.context}
    return Request(
        principal=caller.arn,
        action=access.action,
        resource=access.resource,
        resource_account=_account_of(access.resource) or caller.account,
        context=context,
        identity_policies=caller.identity_policies,
        boundary=caller.boundary,
        session_policy=caller.session_policy,
        resource_policy=access.resource_policy,
        endpoint_policy=None if access.by_service else path.endpoint_policy,
    )


def _account_of(resource: str) -> str:
    return resource.split(":")[4] if resource.startswith("arn:") else ""
