"""What a call needs permission for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.policies.request import Policy


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
