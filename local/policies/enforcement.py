"""Policies in front of the local AWS: a call that they refuse does not reach it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from local.policies.call import buffered, protocol_of, service_of
from local.policies.credential import credential_of
from local.policies.evaluator import Evaluator
from local.policies.judge import DecisionLog, Judge, RunningFunctions, RunningInstances
from local.policies.refusal import Fault, Refusal, answer
from local.policies.unsigned import unsigned_protocol

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication


def enforce(
    app: "WSGIApplication",
    *,
    evaluator: Evaluator,
    functions: RunningFunctions,
    instances: RunningInstances,
    decisions: DecisionLog,
) -> "WSGIApplication":
    """Put policies in front of the local AWS.

    Judged is every call that is signed with credentials that IAM or STS issued. Not judged are the
    account's own credentials (any access key that does not look issued, such as `test`), the roles
    with which the CDK deploys, and requests without a signature that are no call of an API, such
    as a custom resource's answer.

    Args:
        app: The local AWS.
        evaluator: Who decides.
        functions: Who knows which credentials were given to which function.
        instances: The same of instances.
        decisions: Is told of every decision: `time`, `principal`, `action`, `resource`, `verdict`
            (`allowed`, `denied explicitly`, `denied implicitly`, or `refused` for another reason
            than a policy), `layer` (what refused it) and `message`.
    """
    judge = Judge(
        evaluator=evaluator, functions=functions, instances=instances, decisions=decisions
    )
    return _Enforcement(app, judge)


class _Enforcement:
    def __init__(self, app: "WSGIApplication", judge: Judge) -> None:
        self._app = app
        self._judge = judge

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        environ = buffered(environ)
        credential = credential_of(environ)
        if credential is None:
            protocol = unsigned_protocol(environ)
            if protocol:
                refusal = Refusal("Request is missing Authentication Token", Fault.UNSIGNED)
                return answer(refusal, start_response, service="", protocol=protocol)
            return self._app(environ, start_response)
        if credential.is_issued:
            # moto lets whoever sends this header into any account.
            environ.pop("HTTP_X_MOTO_ACCOUNT_ID", None)
            try:
                self._judge.judge(environ, credential)
            except Refusal as refusal:
                return answer(
                    refusal,
                    start_response,
                    service=service_of(credential),
                    protocol=protocol_of(credential, environ.get("CONTENT_TYPE", "")),
                )
        return self._app(environ, start_response)
