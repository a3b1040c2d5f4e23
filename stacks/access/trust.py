"""Whom a role trusts, and what they have to prove."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_iam as iam

from stacks.settings.access import Access

SESSION_SECONDS = 3600
"""How long a session lasts, and how long ago the MFA code may have been typed."""

OWN_NAME = "${aws:username}"
"""A variable of IAM's: the name of the user who calls. Sessions of roles have none."""

Conditions = Mapping[str, Mapping[str, Any]]

# A session has no MFA of its own: what happens within it cannot ask for one, only its beginning.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
_RECENT_MFA: Conditions = {
    "Bool": {"aws:MultiFactorAuthPresent": "true"},
    "NumericLessThan": {"aws:MultiFactorAuthAge": str(SESSION_SECONDS)},
}


class Trust:
    """The principals that may take a role on, and the conditions.

    Args:
        principals: Whose users may.
        conditions: Besides a recent MFA.
    """

    def __init__(self, principals: iam.PrincipalBase, conditions: Conditions) -> None:
        self._principals = principals
        self.assumed_by = iam.PrincipalWithConditions(principals, {**_RECENT_MFA, **conditions})

    @classmethod
    def in_users(cls) -> "Trust":
        """Trust users of this account, whose policies have to allow it as well.

        The session bears the user's name, so that CloudTrail says who did what. A profile of the
        CLI sets it with `role_session_name`; it has nothing for a source identity (docs/adr/0015).
        """
        return cls(iam.AccountRootPrincipal(), {"StringEquals": {"sts:RoleSessionName": OWN_NAME}})

    @classmethod
    def in_contractor(cls, access: Access) -> "Trust":
        """Trust users of another account, for as long as the contract goes.

        The session bears the user's name there as its source identity, which no later session can
        change: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html.
        """
        return cls(
            iam.AccountPrincipal(access.contractor_account),
            {
                "StringEquals": {
                    "sts:ExternalId": access.contractor_external_id,
                    "sts:SourceIdentity": OWN_NAME,
                },
                **until(access),
            },
        )

    def source_identity(self) -> iam.PolicyStatement:
        """Let them say who they are, and nothing else than that."""
        return iam.PolicyStatement(
            sid="OwnSourceIdentity",
            principals=[self._principals],
            actions=["sts:SetSourceIdentity"],
            conditions={"StringEquals": {"sts:SourceIdentity": OWN_NAME}},
        )


def until(access: Access) -> Conditions:
    """The condition that ends with the contract."""
    return {"DateLessThan": {"aws:CurrentTime": f"{access.contractor_until}T00:00:00Z"}}
