"""A role that people take on."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.access.trust import SESSION_SECONDS, Trust
from stacks.settings import Settings


class PersonRole(Construct):
    """A role with one policy, for an hour at a time.

    Names and descriptions are fixed: a change of a description would exchange the policy for
    another of the same name, which IAM refuses. Permission sets of IAM Identity Center can name
    the policy.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        name: str,
        description: str,
        trust: Trust,
    ) -> None:
        """Create the role, which may do nothing yet.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
            name: What the role is called, after the stack's name.
            description: What it is for.
            trust: Who may take it on.
        """
        super().__init__(scope, construct_id)
        self.name = f"{settings.prefix}-{name}"
        self.role = iam.Role(
            self,
            "Role",
            role_name=self.name,
            description=description,
            assumed_by=trust.assumed_by,
            max_session_duration=Duration.seconds(SESSION_SECONDS),
        )
        if policy := self.role.assume_role_policy:
            policy.add_statements(trust.source_identity())
        self._policy = iam.ManagedPolicy(
            self,
            "Policy",
            managed_policy_name=self.name,
            description=description,
            roles=[self.role],
        )

    @property
    def arn(self) -> str:
        """The role's ARN."""
        return self.role.role_arn

    def allow(self, statement: iam.PolicyStatement) -> None:
        """Add a statement to the role's policy."""
        self._policy.add_statements(statement)

    def profile(self, **more: str) -> str:
        """A profile for a person's AWS config file, with their name to be filled in.

        https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html

        Args:
            more: Further settings of the profile.
        """
        stack = Stack.of(self)
        settings = {
            "role_arn": self.arn,
            "source_profile": "default",
            "duration_seconds": str(SESSION_SECONDS),
            "region": stack.region,
            **more,
        }
        lines = [f"[profile {self.name}]", *(f"{key} = {value}" for key, value in settings.items())]
        return "\n".join(lines)
