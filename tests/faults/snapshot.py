"""Everything that a bad input must not change."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.site import Site


@dataclass(frozen=True)
class Snapshot:
    """What there is.

    Attributes:
        secrets: Contents of all versions and places of all labels, by ARN.
        catalogs: A hash of what the server knows about users and what is theirs.
    """

    secrets: dict[str, tuple[dict[str, str | None], dict[str, str]]]
    catalogs: str


class Camera:
    """Takes snapshots of a site, to whose server nobody else may go meanwhile."""

    def __init__(self, site: Site, catalogs: Callable[[], str]) -> None:
        """Takes none yet.

        Args:
            site: Of what.
            catalogs: Tells what the server knows.
        """
        self._site = site
        self._catalogs = catalogs

    def take(self) -> Snapshot:
        """What there is now."""
        return Snapshot(
            {
                arn: (dict(secret.contents), dict(secret.labels))
                for arn, secret in self._site.secrets.secrets.items()
            },
            self._catalogs(),
        )

    def put_back(self, snapshot: Snapshot) -> None:
        """Makes the secrets what they were."""
        for arn, (contents, labels) in snapshot.secrets.items():
            secret = self._site.secrets.secrets[arn]
            secret.contents, secret.labels = dict(contents), dict(labels)
