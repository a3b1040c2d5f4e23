"""An IAM user whose access key rotates."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.names import Names
from credential_rotation.roles import Grantee, bound

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
        bound(user, by=most, within=self)  # instead of that of the stack's roles

    def grant_issue(self, role: Grantee) -> None:
        """Let a role make the user's keys, and delete them."""
        role.allow(iam.PolicyStatement(actions=list(MAKE_KEYS), resources=[self.arn]))

    def grant_end(self, role: Grantee) -> None:
        """Let a role deactivate the user's keys, and delete them."""
        role.allow(iam.PolicyStatement(actions=list(END_KEYS), resources=[self.arn]))
