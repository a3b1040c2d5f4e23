"""Somebody wants to do one thing to one resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from security.principals import Principal

Context = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What is going to be a request as soon as it is known which policies there are.

    Attributes:
        what: What for, in words.
        who: Who wants it.
        action: As policies name it.
        resource: The resource's ARN; `*` where the action has none.
        context: The condition keys that the request has besides those of every request.
        endpoint: The service whose VPC endpoint it goes through; empty if through none.
        by_service: The service that asks in the principal's name, if one does.
        owner: The account that owns the resource; empty if it is the one in the ARN or the
            principal's own.
    """

    what: str
    who: Principal
    action: str
    resource: str
    context: Context = field(default_factory=dict)
    endpoint: str = ""
    by_service: str = ""
    owner: str = ""

    @property
    def resource_account(self) -> str:
        """The account that owns the resource."""
        named = self.resource.split(":")[4] if self.resource.startswith("arn:") else ""
        return self.owner or named or self.who.account
