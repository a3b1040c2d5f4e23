"""A group of people."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.access.own_credentials import OwnCredentials
from stacks.access.person_role import PersonRole


class PeopleGroup(Construct):
    """A group whose members look after their own credentials and may take one role on.

    Rights are the group's, never a user's (IAM.2).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        users: Sequence[str],
        role: PersonRole,
        own: OwnCredentials,
    ) -> None:
        """Create the group.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The group's name.
            users: Names of IAM users that exist; none where others fill the group.
            role: What the members may take on.
            own: What they may do for themselves.
        """
        super().__init__(scope, construct_id)
        take_on = iam.PolicyStatement(
            sid="TakeOn",
            actions=["sts:AssumeRole", "sts:SetSourceIdentity"],
            resources=[role.arn],
        )
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            description=f"May take {role.name} on",
            statements=[take_on],
        )
        group = iam.Group(self, "Group", group_name=name, managed_policies=[own.policy, policy])
        if users:
            iam.CfnUserToGroupAddition(
                self, "Members", group_name=group.group_name, users=list(users)
            )
