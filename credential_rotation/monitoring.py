"""What notices that something is wrong with credentials, of whichever kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from constructs import Construct

from credential_rotation.alarms import Alarms, ages
from credential_rotation.functions import PythonFunction
from credential_rotation.names import Names
from credential_rotation.platform import Platform
from credential_rotation.rotation import Credential
from credential_rotation.trail_rules import TrailRules


@dataclass(frozen=True, kw_only=True)
class CredentialGroup:
    """Credentials that are watched together.

    Attributes:
        id: What outputs are called after, and the dashboard shows.
        names: What alarms and rules are called.
        secrets: What the names of the secrets begin with, or the name of the only one.
        credentials: What rotates.
        strangers: ARNs of roles that may read one of the secrets and are not below our path.
        helpers: Functions besides those that rotate, whose errors ring.
        further_alarms: Adds what else rings, of a kind of its own.
    """

    id: str
    names: Names
    secrets: str
    credentials: Sequence[Credential]
    strangers: Sequence[str] = ()
    helpers: Sequence[PythonFunction] = ()
    further_alarms: Callable[[Alarms], None] | None = None

    @property
    def path(self) -> str:
        """What the watch measures them together by."""
        return self.secrets.rpartition("/")[0]


class Monitoring(Construct):
    """Alarms and rules of some credentials, and their part of the platform's dashboard."""

    def __init__(
        self, scope: Construct, construct_id: str, *, platform: Platform, group: CredentialGroup
    ) -> None:
        """Create everything.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            platform: Has topic, watch and dashboard.
            group: What it is about.
        """
        super().__init__(scope, construct_id)
        alarms = Alarms(self, "Alarms", names=group.names, topic=platform.topic)
        rotators = {each.function: each.strategy for each in group.credentials}
        for function, strategy in rotators.items():
            alarms.on_failed_rotation(function, strategy=strategy)
        for function in (*rotators, *group.helpers):
            alarms.on_trouble_of(function)
        alarms.on_overdue_rotation(group.path, watch=platform.watch.name)
        if group.further_alarms:
            group.further_alarms(alarms)
        TrailRules(
            self, "Rules", names=group.names, topic=platform.topic, trail=platform.trail
        ).on_unusual_reads(group.secrets, ours=platform.names, strangers=group.strangers)
        platform.dashboard.add(
            group.id,
            alarms=alarms.names,
            functions={each.name: strategy for each, strategy in rotators.items()},
            age=ages(group.path, watch=platform.watch.name),
        )
