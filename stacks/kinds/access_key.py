"""The access key of an IAM user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from credential_rotation.access_key import AccessKey
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.platform import Platform
from credential_rotation.token import TokenLives
from credential_rotation.token_age import LIMIT_DAYS
from stacks.accepted import BOUNDARY, Accepted, in_standards, resource, wildcards
from stacks.settings import Settings
from stacks.settings.databases import MAIN

if TYPE_CHECKING:
    from stacks.rotation_stack import CredentialStack


class AccessKeyKind:
    """An IAM user whose access key rotates, once in an app. See `Kind`."""

    proof = "security.kinds.access_key"

    def add(
        self, stack: CredentialStack, platform: Platform, settings: Settings, *, database: str
    ) -> Iterable[CredentialGroup]:
        """Add the user, if the settings want one."""
        given = settings.access_key
        if not given.enabled or database != MAIN:
            return
        key = AccessKey(
            stack,
            "AccessKey",
            platform=platform,
            policy=given.policy,
            readers=given.readers,
            lives=TokenLives(
                interval_days=given.interval_days,
                grace_days=given.grace_days,
                rest_days=given.rest_days,
                notice_days=given.notice_days,
                limit_days=LIMIT_DAYS,
            ),
        )
        stack.tell(AccessKeyUserName=key.user_name, AccessKeyReaperFunctionName=key.reaper.name)
        yield key.group

    def accepted(self, settings: Settings) -> Iterable[Accepted]:
        """List what the rule packs find in it and is accepted."""
        if not settings.access_key.enabled:
            return
        yield Accepted(
            in_standards("LambdaInsideVPC"),
            "AWS::Lambda::Function",
            "It calls IAM's API, which has no endpoint in most regions' networks, and ours has no "
            "other way out. It may read one secret and manage the keys of one user.",
            within=_WITHIN,
        )
        if not settings.permissions_boundary:
            logs = f"log-group:/aws/lambda/{settings.prefix}-access-key-*:*"
            yield wildcards(
                "*",
                resource("logs", logs),
                reason=BOUNDARY,
                within=f"{_WITHIN}Boundary/",
            )


_WITHIN = "/AccessKey/"

ACCESS_KEY = AccessKeyKind()
