"""What the customer-managed keys have in common: one for the secrets, one for data and logs.

Whoever administers a key cannot use it, and it is used through its services alone: there is no
statement that lets anyone call `kms:Decrypt` directly. Use needs a second permission, in the
caller's own policy, because the key policy names the account and not a role.
"""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""What an administrator may do with a key: everything but using it or granting its use."""

THIS_KEY = "*"
"""The resource of a statement in a key policy: there it means the key that carries the policy."""


def customer_managed_key(
    scope: Construct, *, alias: str, description: str, uses: list[iam.PolicyStatement]
) -> kms.Key:
    """Create a key that rotates.

    Args:
        scope: The parent.
        alias: What people call it, beginning with `alias/`.
        description: What it encrypts.
        uses: Who may use it, and through which service.
    """
    administration = iam.PolicyStatement(
        sid="AdministerWithoutUse",
        principals=[iam.AccountRootPrincipal()],
        actions=list(ADMINISTRATION),
        resources=[THIS_KEY],
    )
    return kms.Key(
        scope,
        "Key",
        alias=alias,
        description=description,
        enable_key_rotation=True,
        policy=iam.PolicyDocument(statements=[administration, *uses]),
    )
