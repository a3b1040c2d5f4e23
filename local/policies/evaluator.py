"""Deciding requests."""

import hashlib
import json
import queue
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

from local.policies.decision import Decision, Layer
from local.policies.evaluator_process import EvaluatorError, EvaluatorProcess
from local.policies.request import Request

__all__ = ["Evaluator", "EvaluatorError"]

_GRANTING: Final = frozenset({"Allowed", "AllowedForAccount"})
_OF_ROLES: Final = ("sts:assumerole", "sts:setsourceidentity", "sts:tagsession")
_DENYING: Final = frozenset({"ExplicitlyDenied", "DeniedForAccount"})


class Evaluator:
    """Decides requests by AWS's rules, in processes of its own while it is entered.

    Args:
        node: The Node.js program.
        node_modules: The folder in which `npm ci` put the evaluator.
        processes: How many requests can be judged at once.
        remember: Whether to judge the same request once only. For proofs, which ask the same again
            and again; it takes some bytes for each request.
    """

    def __init__(
        self, *, node: Path, node_modules: Path, processes: int = 1, remember: bool = False
    ) -> None:
        self._processes = [
            EvaluatorProcess(node=node, node_modules=node_modules) for _ in range(processes)
        ]
        self._free: queue.SimpleQueue[EvaluatorProcess] = queue.SimpleQueue()
        self._running = ExitStack()
        self._answers: dict[bytes, Any] | None = {} if remember else None

    def __enter__(self) -> Self:
        for process in self._processes:
            self._free.put(self._running.enter_context(process))
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def decide(self, request: Request) -> Decision:
        """Decide a request.

        Raises:
            EvaluatorError: It cannot be decided, for example because a policy is malformed or the
                evaluator is gone. Take it as a refusal.
        """
        answer = self._answer(json.dumps(vars(request), default=vars).encode())
        if "error" in answer:
            raise EvaluatorError(
                f"{request.action} on {request.resource} cannot be decided, so it is refused",
                why=str(answer["error"]),
                remedy="Correct the policy or the request that it names",
            )
        refused_by, explicit = _refusal(request, answer)
        return Decision(
            request.principal, request.action, request.resource, refused_by, explicit=explicit
        )

    def _answer(self, line: bytes) -> Any:  # noqa: ANN401  # what the evaluator answers
        if self._answers is None:
            return self._ask(line)
        digest = hashlib.blake2b(line, digest_size=16).digest()
        if digest not in self._answers:
            self._answers[digest] = self._ask(line)
        return self._answers[digest]

    def _ask(self, line: bytes) -> Any:  # noqa: ANN401  # what the evaluator answers
        process = self._free.get()
        try:
            return json.loads(process.ask(line))
        finally:
            # A dead one too: it goes on refusing, where an empty queue would block.
            self._free.put(process)


def _refusal(request: Request, answer: Mapping[str, Any]) -> tuple[Layer | None, bool]:
    if answer["overall"] == "Allowed" and answer["endpoint"] in {"NotApplicable", *_GRANTING}:
        return None, False
    for layer, verdict in _verdicts(request, answer):
        if verdict in _DENYING:
            return layer, True
    return _missing(request, answer), False


def _missing(request: Request, answer: Mapping[str, Any]) -> Layer:
    """Tell which layer should have allowed and does not."""
    if answer["endpoint"] not in {"NotApplicable", *_GRANTING}:
        return Layer.ENDPOINT
    if "pb" in answer["blockedBy"]:
        return Layer.BOUNDARY
    if answer.get("session") not in {None, "Allowed"}:
        return Layer.SESSION
    own = _resource_layer(request)
    # Services have no policies of their own; keys and roles must trust somebody before identity
    # policies count at all.
    decisive = own is not Layer.RESOURCE or not request.principal.startswith("arn:")
    if decisive and answer.get("resource") not in _GRANTING:
        return own
    # Enough for what is in the same account; another account's resource has to agree.
    return own if answer.get("identity") == "Allowed" else Layer.IDENTITY


def _verdicts(request: Request, answer: Mapping[str, Any]) -> list[tuple[Layer, str | None]]:
    return [
        (Layer.ENDPOINT, answer["endpoint"]),
        (_resource_layer(request), answer.get("resource")),
        (Layer.BOUNDARY, answer.get("boundary")),
        (Layer.SESSION, answer.get("session")),
        (Layer.IDENTITY, answer.get("identity")),
    ]


def _resource_layer(request: Request) -> Layer:
    if request.action.lower().startswith("kms:"):
        return Layer.KEY
    if request.action.lower().startswith(_OF_ROLES):
        return Layer.TRUST
    return Layer.RESOURCE
