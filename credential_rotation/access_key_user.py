"""An IAM user whose access key rotates, and the secret that holds the key."""

import json
from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.names import Names
from credential_rotation.platform import Platform
from credential_rotation.roles import Grantee, ServiceRole
from credential_rotation.secret import RotatedSecret
from credential_rotation.secret_policy import READ, allow_rotate

_SEE = ("iam:GetAccessKeyLastUsed", "iam:ListAccessKeys")
MAKE_KEYS = (*_SEE, "iam:CreateAccessKey", "iam:DeleteAccessKey")
"""What makes a key, and takes one back."""

END_KEYS = (*_SEE, "iam:DeleteAccessKey", "iam:UpdateAccessKey")
"""What ends the life of a key."""


def user_arn(stack: Stack, names: Names) -> str:
    """The user's ARN, made of its name: naming it does not wait for it."""
    return stack.format_arn(
        service="iam",
        region="",
        resource="user",
        resource_name=f"{names.path}/{names.prefix}-access-key",
    )


class KeyUser(Construct):
    """A user without a password, under a path of its own, who may do what one policy says.

    The policy is a group's (IAM.2), and it is the user's permissions boundary as well: whatever
    else somebody attaches, it is the most that a leaked key can do.
    """

    def __init__(self, scope: Construct, construct_id: str, *, names: Names, policy: str) -> None:
        """Create the user.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its name and path begin with.
            policy: ARN of what it may do.
        """
        super().__init__(scope, construct_id)
        self.name = f"{names.prefix}-access-key"
        self.arn = user_arn(Stack.of(self), names)
        group = iam.CfnGroup(
            self,
            "Group",
            group_name=self.name,
            managed_policy_arns=[policy],
            path=f"/{names.path}/",
        )
        user = iam.CfnUser(
            self, "User", user_name=self.name, path=f"/{names.path}/", groups=[group.ref]
        )
        most = iam.ManagedPolicy.from_managed_policy_arn(self, "Policy", policy)
        iam.PermissionsBoundary.of(user).apply(most)  # instead of that of the stack's roles

    def grant_make_keys(self, role: Grantee) -> None:
        """Let a role make the user's keys, and delete them."""
        role.allow(iam.PolicyStatement(actions=list(MAKE_KEYS), resources=[self.arn]))

    def grant_end_keys(self, role: Grantee) -> None:
        """Let a role deactivate the user's keys, and delete them."""
        role.allow(iam.PolicyStatement(actions=list(END_KEYS), resources=[self.arn]))


_FILL = (READ, "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")

_KNOWN_LABELS = ["ATTEMPTED", "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "INTENT"]
"""Of the versions that say what a key is."""


class AccessKeySecret(RotatedSecret):
    """The user's access key.

    At first it holds the user's name alone, which never changes: the key is put in by a function,
    so that no template and no stack ever has it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        user_name: str,
        readers: Sequence[str],
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            platform: What its name begins with, what encrypts it, and the way to it.
            user_name: Whose key it is going to hold.
            readers: ARNs of roles that may read it and are not of this stack.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{platform.names.path}/access-key",
            resource_id="Secret",
            description=f"Access key of the IAM user {user_name}",
            text=json.dumps({"UserName": user_name}),
            platform=platform,
            readers=readers,
        )

    def grant_rotate_from_outside(self, role: ServiceRole, *, function_arn: str) -> None:
        """Let a function outside of the network rotate the secret, if the secret names it."""
        allow_rotate(role, self.arn, function_arn=function_arn, key=self._key)
        self.policy.admit(role.arn)
        self.policy.admit_writing(role.arn)

    def grant_fill(self, role: ServiceRole) -> None:
        """Let a role put the first key in."""
        role.allow(iam.PolicyStatement(actions=list(_FILL), resources=[self.arn]))
        self._key.grant_encrypt_decrypt(role, secret_arn=self.arn)
        self.policy.admit(role.arn)
        self.policy.admit_writing(role.arn)

    def grant_know(self, role: ServiceRole) -> None:
        """Let a role read which version holds which key."""
        role.allow(
            iam.PolicyStatement(actions=["secretsmanager:DescribeSecret"], resources=[self.arn])
        )
        role.allow(
            iam.PolicyStatement(
                actions=[READ],
                resources=[self.arn],
                conditions={"StringEquals": {"secretsmanager:VersionStage": _KNOWN_LABELS}},
            )
        )
        self._key.grant_decrypt(role, secret_arn=self.arn)
        self.policy.admit(role.arn)
