"""What a call asks for, as the evaluator takes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Policy:
    """A policy document.

    Attributes:
        name: For people: which one it is.
        document: The document itself, decoded.
    """

    name: str
    document: Mapping[str, Any]

    @classmethod
    def read(cls, name: str, document: Any) -> Self:  # noqa: ANN401  # moto's
        """Take a policy as moto keeps it: text if it came by a call, JSON if by a template."""
        return cls(name, json.loads(document) if isinstance(document, str | bytes) else document)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A principal that wants to do one thing to one resource, and all policies that have a say.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

    Attributes:
        principal: ARN of a user or of a role's session, or a service such as
            `secretsmanager.amazonaws.com`.
        action: As policies name it, for example `secretsmanager:GetSecretValue`.
        resource: The resource's ARN; `*` where the action has none.
        resource_account: The account that owns the resource.
        context: The values of the condition keys. A key that is missing is missing in the request,
            which conditions tell from an empty one.
        identity_policies: Those attached to the principal, inline and managed.
        boundary: The principal's permissions boundary, if it has one.
        session_policy: The policy that was passed when the role was assumed, if any.
        resource_policy: The resource's own: a secret's, a function's, a key's, a role's trust.
        endpoint_policy: That of the VPC endpoint through which the request comes, if any.
    """

    principal: str
    action: str
    resource: str
    resource_account: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    identity_policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session_policy: Policy | None = None
    resource_policy: Policy | None = None
    endpoint_policy: Policy | None = None


@dataclass(frozen=True, kw_only=True)
class Access:
    """One permission that a call needs; some calls need several.

    Attributes:
        action: As policies name it.
        resource: The resource's ARN; `*` where the action has none.
        context: The condition keys that the service itself adds.
        resource_policy: The resource's policy, if it has one.
        unless_denied: Whether it needs no grant: only a statement that denies it is in the way.
        by_service: The service that needs it while it works for the caller, for example
            `secretsmanager.eu-west-1.amazonaws.com`; None if the caller needs it directly.
    """

    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    resource_policy: Policy | None = None
    unless_denied: bool = False
    by_service: str | None = None
