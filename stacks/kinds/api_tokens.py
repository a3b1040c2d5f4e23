"""Tokens of HTTP APIs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from api_declaration.declaration import Declaration
from credential_rotation.api_token import ApiOptions, ApiSubnets, ApiToken
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.names import pascal
from credential_rotation.platform import Platform
from credential_rotation.token import TokenLives
from stacks.accepted import BOUNDARY, Accepted, in_standards, resource, wildcards
from stacks.settings import Settings
from stacks.settings import api_tokens as given_by
from stacks.settings.databases import MAIN

if TYPE_CHECKING:
    from stacks.rotation_stack import CredentialStack


class ApiTokens:
    """Tokens of HTTP APIs, each by its declaration. See `Kind`."""

    proof = "security.kinds.api_tokens"

    def add(
        self, stack: CredentialStack, platform: Platform, settings: Settings, *, database: str
    ) -> Iterable[CredentialGroup]:
        """Add the tokens that the settings want."""
        for name, given in settings.api_tokens.items() if database == MAIN else ():
            token = ApiToken(
                stack,
                f"Token{pascal(name)}",
                platform=platform,
                name=name,
                options=_options(given),
                readers=given.readers,
                lives=TokenLives(
                    interval_days=given.interval_days,
                    grace_days=given.grace_days,
                    rest_days=1,  # none of these can be suspended
                    notice_days=given.notice_days,
                    limit_days=given.limit_days,
                ),
            )
            stack.tell(**{f"{token.id}ReaperFunctionName": token.reaper.name})
            yield token.group

    def accepted(self, settings: Settings) -> Iterable[Accepted]:
        """List what the rule packs find in them and is accepted."""
        for name, given in settings.api_tokens.items():
            within = f"/Token{pascal(name)}/"
            if not given.vpc_id:
                yield Accepted(
                    in_standards("LambdaInsideVPC"),
                    "AWS::Lambda::Function",
                    "It calls an API on the internet, to which the network has no way, and is to "
                    "have none. It may read one secret, and the one that lets it manage tokens.",
                    within=within,
                )
            if not settings.permissions_boundary:
                logs = f"log-group:/aws/lambda/{settings.prefix}-token-{name}-*:*"
                yield wildcards(
                    "*", resource("logs", logs), reason=BOUNDARY, within=f"{within}Boundary/"
                )


def _options(given: given_by.ApiToken) -> ApiOptions:
    listing = Declaration.read(given.declared).list
    return ApiOptions(
        declaration=given.declared,
        by_id=listing is None or listing.name is not None,
        management_secret_arn=given.management_secret_arn,
        management_secret_key_arn=given.management_secret_key_arn,
        private_networks=given.private_networks,
        authorities=Path(given.authorities) if given.authorities else None,
        subnets=(
            ApiSubnets(given.vpc_id, given.subnet_ids, given.security_group_ids)
            if given.vpc_id
            else None
        ),
    )


API_TOKENS = ApiTokens()
