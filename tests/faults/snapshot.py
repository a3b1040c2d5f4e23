"""Everything that a bad input must not change."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.faults.site import Site

_CATALOGS = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
    SELECT pg_authid::text FROM pg_authid
    UNION ALL SELECT pg_auth_members::text FROM pg_auth_members
    UNION ALL SELECT pg_db_role_setting::text FROM pg_db_role_setting
    UNION ALL SELECT pg_shdescription::text FROM pg_shdescription
    UNION ALL SELECT pg_namespace::text FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL SELECT pg_database::text FROM pg_database
    UNION ALL SELECT pg_shdepend::text FROM pg_shdepend
) AS everything (line)
"""
"""Roles with their verifiers, memberships, settings, marks, schemas and who owns what."""


@dataclass(frozen=True)
class Snapshot:
    """What there is.

    Attributes:
        secrets: Contents of all versions and places of all labels, by ARN.
        roles: A hash of what the server knows about roles.
    """

    secrets: dict[str, tuple[dict[str, str | None], dict[str, str]]]
    roles: str


class Camera:
    """Takes snapshots of a site; use it as a context manager. Nobody else may use the server."""

    def __init__(self, site: Site) -> None:
        """Connects."""
        self._site = site
        self._session = site.as_superuser()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def take(self) -> Snapshot:
        """What there is now."""
        row = self._session.execute(_CATALOGS).fetchone()
        return Snapshot(
            {
                arn: (dict(secret.contents), dict(secret.labels))
                for arn, secret in self._site.secrets.secrets.items()
            },
            str(row),
        )

    def put_back(self, snapshot: Snapshot) -> None:
        """Makes the secrets what they were."""
        for arn, (contents, labels) in snapshot.secrets.items():
            secret = self._site.secrets.secrets[arn]
            secret.contents, secret.labels = dict(contents), dict(labels)
