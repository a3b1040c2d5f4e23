"""What was decided, and by what."""

from dataclasses import dataclass
from enum import StrEnum


class Layer(StrEnum):
    """What refused a request; the words are AWS's.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """

    IDENTITY = "identity-based policy"
    SESSION = "session policy"
    BOUNDARY = "permissions boundary"
    RESOURCE = "resource-based policy"
    KEY = "key policy"
    TRUST = "role trust policy"
    ENDPOINT = "VPC endpoint policy"


@dataclass(frozen=True)
class Decision:
    """The verdict on one request.

    Attributes:
        principal: Who wanted it.
        action: What was wanted.
        resource: On what.
        refused_by: The layer that refused; None if the request is allowed.
        explicit: Whether a statement denies it, rather than none allowing it.
    """

    principal: str
    action: str
    resource: str
    refused_by: Layer | None = None
    explicit: bool = False

    @property
    def allowed(self) -> bool:
        """Whether the request may be made."""
        return self.refused_by is None

    @property
    def verdict(self) -> str:
        """One of `allowed`, `denied explicitly`, `denied implicitly`."""
        if self.allowed:
            return "allowed"
        return "denied explicitly" if self.explicit else "denied implicitly"

    def __str__(self) -> str:
        """The decision as AWS words it in its errors."""
        subject = f"{self.principal} is {'' if self.allowed else 'not '}authorized to perform"
        told = f"User: {subject}: {self.action} on resource: {self.resource}"
        if self.refused_by is None:
            return told
        # AWS calls a key's policy by its kind.
        layer = Layer.RESOURCE if self.refused_by is Layer.KEY else self.refused_by
        if self.explicit:
            article = "an" if layer is Layer.IDENTITY else "a"
            return f"{told} with an explicit deny in {article} {layer}"
        return f"{told} because no {layer} allows the {self.action} action"
