"""Who needs what: the other side of what must be denied."""

from collections.abc import Iterable

from security.intent import Intent
from security.principals import Principal


class Needs:
    """What purposes ask for.

    Args:
        purposes: Everything that must be allowed.
    """

    def __init__(self, purposes: Iterable[Intent]) -> None:
        self._intents = list(purposes)
        self._asked = {(each.who.role_arn, each.action, each.resource) for each in self._intents}

    def __contains__(self, asked: tuple[Principal, str, str]) -> bool:
        """Whether somebody needs an action on a resource."""
        who, action, resource = asked
        return (who.role_arn, action, resource) in self._asked

    def read(self, who: Principal, secret: str) -> bool:
        """Whether somebody needs to read a secret."""
        return (who, "secretsmanager:GetSecretValue", secret) in self

    def write(self, who: Principal, secret: str) -> bool:
        """Whether somebody needs to write a secret."""
        return (who, "secretsmanager:PutSecretValue", secret) in self

    def change(self, who: Principal, secret: str) -> bool:
        """Whether somebody needs to write a secret, or to move its labels."""
        moves = (who, "secretsmanager:UpdateSecretVersionStage", secret) in self
        return moves or self.write(who, secret)

    def calls(self, endpoint: str) -> list[Intent]:
        """What must be allowed through an endpoint, to roles of the templates."""
        return [each for each in self._intents if each.endpoint == endpoint and endpoint]
