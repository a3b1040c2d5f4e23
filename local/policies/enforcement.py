"""Policies in front of the local AWS: a call that they refuse does not reach it."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from local.policies.call import buffered, protocol_of, service_of
from local.policies.credential import credential_of
from local.policies.evaluator import Evaluator
from local.policies.judge import DecisionLog, Judge, RunningFunctions, RunningInstances
from local.policies.recording import Nobody, Recorder, followed, refused
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
    recorder: Recorder | None = None,
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
        recorder: Is told of every judged call and what became of it; nobody if left out.
    """
    judge = Judge(
        evaluator=evaluator, functions=functions, instances=instances, decisions=decisions
    )
    return _Enforcement(app, judge, recorder or Nobody())


class _Enforcement:
    def __init__(self, app: "WSGIApplication", judge: Judge, recorder: Recorder) -> None:
        self._app = app
        self._judge = judge
        self._recorder = recorder

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
            # Before the call, which may be the one that switches a trail off.
            listeners = self._recorder.listeners()
            try:
                judged = self._judge.judge(environ, credential)
            except Refusal as refusal:
                seen = refused(refusal, environ) if listeners else None
                if seen:
                    self._recorder.note(seen, listeners)
                return answer(
                    refusal,
                    start_response,
                    service=service_of(credential),
                    protocol=protocol_of(credential, environ.get("CONTENT_TYPE", "")),
                )
            if judged and listeners:
                body, seen = followed(judged, environ, partial(self._app, environ), start_response)
                self._recorder.note(seen, listeners)
                return body
        return self._app(environ, start_response)
