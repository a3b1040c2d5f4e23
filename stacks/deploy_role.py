"""How a pipeline deploys without a key that it would have to keep."""

from typing import cast

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Duration, Stack, Tags
from aws_cdk import aws_iam as iam
from constructs import Construct

from credential_rotation.roles import Boundary
from stacks.settings import Settings

ISSUER = "token.actions.githubusercontent.com"
_BOOTSTRAP_ROLES = ("deploy", "file-publishing", "lookup")
"""What `cdk diff` and `cdk deploy` take on. CloudFormation takes on a fourth, which this cannot."""


class DeployRoleStack(Stack):
    """A role for GitHub Actions, for one environment of one repository.

    A stack of its own: a person deploys it once, and the pipeline that has the role does not touch
    it. The account has GitHub's identity provider already, or makes it: there can be only one.
    """

    # https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/
    # oidc-in-aws

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        """Create the role.

        Args:
            scope: The app.
            settings: What the team decided; names the repository.
        """
        super().__init__(
            scope,
            f"{settings.prefix}-deploy-role",
            description=f"What {settings.github_repository} deploys {settings.path} with",
            termination_protection=settings.protected,
        )
        role = iam.Role(
            self,
            "Role",
            role_name=f"{settings.prefix}-deploy",
            description=f"Deploys {settings.path} from {settings.github_repository}",
            assumed_by=iam.WebIdentityPrincipal(
                self.format_arn(
                    service="iam", region="", resource="oidc-provider", resource_name=ISSUER
                ),
                {
                    "StringEquals": {
                        f"{ISSUER}:aud": "sts.amazonaws.com",
                        f"{ISSUER}:sub": _subject(settings),
                    }
                },
            ),
            max_session_duration=Duration.hours(1),
        )
        deploy = iam.PolicyStatement(
            sid="DeployWithTheCdk",
            actions=["sts:AssumeRole"],
            resources=[self._bootstrap_role(name) for name in _BOOTSTRAP_ROLES],
        )
        iam.ManagedPolicy(
            self,
            "Policy",
            description="Takes on the roles that the CDK deploys with",
            roles=[role],
            statements=[deploy],
        )
        Boundary(
            self,
            "Boundary",
            path=settings.path,
            given=settings.permissions_boundary,
            ceiling=[deploy],
        )
        CfnOutput(self, "DeployRoleArn", value=role.role_arn)
        for key, value in settings.all_tags().items():
            Tags.of(self).add(key, value)

    def _bootstrap_role(self, name: str) -> str:
        qualifier = cast("DefaultStackSynthesizer", self.synthesizer).bootstrap_qualifier
        return self.format_arn(
            service="iam",
            region="",
            resource="role",
            resource_name=f"cdk-{qualifier}-{name}-role-{self.account}-{self.region}",
        )


def _subject(settings: Settings) -> str:
    """What GitHub says of a job that runs in the environment, which may need a reviewer."""
    return f"repo:{settings.github_repository}:environment:{settings.environment}"
