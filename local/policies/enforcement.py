"""Policies in front of the local AWS: a call that they refuse does not reach it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from local.functions.deployed import DeployedFunction
from local.policies.access import Access
from local.policies.call import Call, UnknownCall, buffered, protocol_of, read_call, service_of
from local.policies.callers import Caller, CredentialsRefused, find_caller
from local.policies.credential import Credential, credential_of
from local.policies.decision import Decision
from local.policies.evaluator import Evaluator, EvaluatorError
from local.policies.network import Path, Unreachable, path_to
from local.policies.refusal import (
    access_denied,
    expired_credentials,
    invalid_credentials,
    refuse,
)
from local.policies.request import Request
from local.policies.services import accesses_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


class RunningFunctions(Protocol):
    """Who knows which credentials were given to which function."""

    def function_of(self, access_key_id: str) -> DeployedFunction | None:
        """Find the function whose code was given these credentials; None if it is none."""


class DecisionLog(Protocol):
    """Where decisions are written."""

    def append(self, **entry: Any) -> None:  # noqa: ANN401  # anything that JSON can hold
        """Write one entry."""


def enforce(
    app: "WSGIApplication",
    *,
    evaluator: Evaluator,
    functions: RunningFunctions,
    decisions: DecisionLog,
) -> "WSGIApplication":
    """Put policies in front of the local AWS.

    Judged is every call that is signed with credentials that IAM or STS issued. Not judged are the
    account's own credentials (any access key that does not look issued, such as `test`), the roles
    with which the CDK deploys, and what is not signed.

    Args:
        app: The local AWS.
        evaluator: Who decides.
        functions: Who knows which credentials were given to which function.
        decisions: Is told of every decision: `time`, `principal`, `action`, `resource`, `verdict`,
            and for a refusal `layer` and `message`.
    """
    return _Enforcement(app, evaluator, functions, decisions)


class _Refused(Exception):  # noqa: N818  # it is an answer
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Enforcement:
    def __init__(
        self,
        app: "WSGIApplication",
        evaluator: Evaluator,
        functions: RunningFunctions,
        decisions: DecisionLog,
    ) -> None:
        self._app = app
        self._evaluator = evaluator
        self._functions = functions
        self._decisions = decisions

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        credential = credential_of(environ)
        if credential is None or not credential.is_issued:
            return self._app(environ, start_response)
        environ = buffered(environ)
        protocol = protocol_of(credential, environ.get("CONTENT_TYPE", ""))
        try:
            self._judge(environ, credential, protocol)
        except _Refused as refused:
            return refuse(
                start_response, protocol=protocol, code=refused.code, message=str(refused)
            )
        return self._app(environ, start_response)

    def _judge(self, environ: Mapping[str, Any], credential: Credential, protocol: str) -> None:
        service = service_of(credential)
        denied = access_denied(service, protocol)
        try:
            caller = find_caller(credential.access_key_id)
            if caller.deploys:
                return
            call = read_call(environ, credential, caller.account)
            function = self._functions.function_of(credential.access_key_id)
            path = path_to(
                call.service, call.region, function=function, address=environ["REMOTE_ADDR"]
            )
            for access in accesses_of(call):
                self._decide(_request(caller, function, path, call, access), denied)
        except CredentialsRefused as refusal:
            code = (
                expired_credentials(protocol)
                if refusal.expired
                else invalid_credentials(service, protocol)
            )
            raise _Refused(code, str(refusal)) from refusal
        except (UnknownCall, Unreachable, EvaluatorError) as refusal:
            raise _Refused(denied, str(refusal)) from refusal

    def _decide(self, request: Request, denied: str) -> None:
        decision = self._evaluator.decide(request)
        self._note(decision)
        if not decision.allowed:
            raise _Refused(denied, str(decision))

    def _note(self, decision: Decision) -> None:
        self._decisions.append(
            time=datetime.now(UTC).isoformat(),
            principal=decision.principal,
            action=decision.action,
            resource=decision.resource,
            verdict=decision.verdict,
            layer=decision.refused_by,
        )


def _request(
    caller: Caller, function: DeployedFunction | None, path: Path, call: Call, access: Access
) -> Request:
    context: dict[str, str | tuple[str, ...]] = {
        **caller.context,
        "aws:CurrentTime": datetime.now(UTC).isoformat(),
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
