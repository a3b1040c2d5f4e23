"""What AssumeRole gives to whoever assumes a role."""

from collections.abc import Mapping

from moto.sts.models import AssumedRole


class RoleSession(AssumedRole):
    """A role's session that remembers what was said when the role was assumed; moto's forgets it.

    Attributes:
        source_identity: Who it was in the first place; it stays through a chain of roles.
            https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
        session_tags: Tags of the session; they go before the role's own.
    """

    source_identity: str | None = None
    session_tags: Mapping[str, str] = {}
