"""Judging a call: who makes it, how it comes, what it needs, and whether all of that is granted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

from local.functions.deployed import DeployedFunction
from local.identity.last_use import record_use
from local.policies.authentication import NotAuthenticated, authenticated
from local.policies.call import UnknownCall, read_call
from local.policies.callers import Caller, CredentialsRefused, find_caller
from local.policies.credential import Credential
from local.policies.evaluator import Evaluator, EvaluatorError
from local.policies.network import Host, Path, Unreachable, path_to
from local.policies.recording import Judged
from local.policies.refusal import Fault, Refusal
from local.policies.request import Access, Request
from local.policies.request_for import request_for
from local.policies.services import accesses_of


class RunningFunctions(Protocol):
    """Who knows which credentials were given to which function."""

    def function_of(self, access_key_id: str) -> DeployedFunction | None:
        """Find the function whose code was given these credentials; None if it is none."""


class RunningInstances(Protocol):
    """Who knows which credentials were given to which instance."""

    def instance_of(self, access_key_id: str) -> Host | None:
        """Find the instance that was given these credentials; None if none was."""


class DecisionLog(Protocol):
    """Where decisions are written."""

    def append(self, **entry: Any) -> None:  # noqa: ANN401  # anything that JSON can hold
        """Write one entry."""


class Judge:
    """Judges calls with issued credentials, and writes down each decision.

    Args:
        evaluator: Who decides on policies.
        functions: Who knows which credentials were given to which function.
        instances: The same of instances.
        decisions: Is told of every decision.
    """

    def __init__(
        self,
        *,
        evaluator: Evaluator,
        functions: RunningFunctions,
        instances: RunningInstances,
        decisions: DecisionLog,
    ) -> None:
        self._evaluator = evaluator
        self._functions = functions
        self._instances = instances
        self._decisions = decisions

    def judge(self, environ: Mapping[str, Any], credential: Credential) -> Judged | None:
        """Judge a signed request.

        Args:
            environ: The request, with a body that can be read again.
            credential: The scope of its signature.

        Returns:
            The call; None if it is not judged.

        Raises:
            Refusal: It must not reach the service.
        """
        try:
            caller = find_caller(credential.access_key_id)
        except CredentialsRefused as refusal:
            fault = Fault.EXPIRED if refusal.expired else Fault.UNKNOWN_CREDENTIALS
            raise self._refused(
                credential.access_key_id, credential.service, "credentials", refusal, fault
            ) from refusal
        record_use(credential.access_key_id, service=credential.service, region=credential.region)
        return None if caller.deploys else self._judge(environ, credential, caller)

    def _judge(self, environ: Mapping[str, Any], credential: Credential, caller: Caller) -> Judged:
        asked, key, judged = credential.service, credential.access_key_id, None
        try:
            call = read_call(environ, credential, caller)
            asked = call.name
            judged = Judged(call, Path({"aws:SourceIp": environ["REMOTE_ADDR"]}), key, ())
            caller = authenticated(call)
            function = self._functions.function_of(credential.access_key_id)
            host = function or self._instances.instance_of(credential.access_key_id)
            path = path_to(call.service, call.region, host=host, environ=environ)
            accesses = accesses_of(call)
            judged = Judged(replace(call, caller=caller), path, key, accesses)
            for access in accesses:
                asked = access.action
                request = request_for(
                    access, call=call, caller=caller, function=function, path=path
                )
                self._decide(access, request, judged)
        except Refusal:
            raise
        except NotAuthenticated as error:
            refusal = self._refused(caller.arn, asked, "authentication", error, error.fault)
            refusal.judged = judged
            raise refusal from error
        except UnknownCall as error:
            raise self._refused(caller.arn, asked, "not known to the local AWS", error) from error
        except Unreachable as error:
            raise self._refused(caller.arn, asked, "network", error) from error
        except EvaluatorError as error:
            raise self._refused(caller.arn, asked, "evaluator", error) from error
        except Exception as error:  # whatever went wrong, nothing is allowed because of it
            told = UnjudgedError(asked, error)
            raise self._refused(caller.arn, asked, "error in the local AWS", told) from error
        return judged

    def _decide(self, access: Access, request: Request, judged: Judged) -> None:
        decision = self._evaluator.decide(request)
        if access.unless_denied and not decision.explicit:
            decision = replace(decision, refused_by=None)
        self._note(
            principal=decision.principal,
            action=decision.action,
            resource=decision.resource,
            verdict=decision.verdict,
            layer=decision.refused_by,
            message=str(decision),
        )
        if not decision.allowed:
            via = "Access to KMS is not allowed. " if _implied(request) else ""
            raise Refusal(f"{via}{decision}", judged=judged, layer=decision.refused_by)

    def _refused(
        self,
        principal: str,
        asked: str,
        layer: str,
        cause: Exception,
        fault: Fault = Fault.DENIED,
    ) -> Refusal:
        """Write down a refusal that is not a policy's."""
        self._note(
            principal=principal,
            action=asked,
            resource=None,
            verdict="refused",
            layer=layer,
            message=str(cause),
        )
        return Refusal(str(cause), fault)

    def _note(self, **entry: str | None) -> None:
        self._decisions.append(time=datetime.now(UTC).isoformat(), **entry)


class UnjudgedError(Exception):
    """A call could not be judged because of a mistake in here."""

    def __init__(self, asked: str, error: Exception) -> None:
        super().__init__(
            f"{asked} could not be judged by the local AWS, so it is refused: "
            f"{type(error).__name__}: {error}"
        )


def _implied(request: Request) -> bool:
    return request.action.startswith("kms:") and request.context["aws:ViaAWSService"] == "true"
