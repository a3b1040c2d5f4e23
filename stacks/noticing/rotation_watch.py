"""The dead man's handle: who notices that nothing happens."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.bundle import Bundle
from stacks.endpoints import SecretsEndpoint
from stacks.function import PythonFunction
from stacks.rotated_secret import RotatedSecret
from stacks.run_every import run_every
from stacks.site import Site

EVERY = Duration.hours(6)


class RotationWatch(Construct):
    """A function that measures how old each secret's rotation is, several times a day.

    CloudWatch cannot look back further than a week, and a rotation may come once in three months;
    and a schedule that stopped leaves no metric of its own.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: Site,
        secrets: Sequence[RotatedSecret],
    ) -> None:
        """Create the function and its schedule.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: Where the function runs.
            secrets: What is watched.
        """
        super().__init__(scope, construct_id)
        self.function = PythonFunction(
            self,
            "Function",
            name=f"{site.names.prefix}-watch",
            description="Measures how old the rotation of each secret is",
            bundle=Bundle("rotation_watch"),
            handler="rotation_watch.handler.watch",
            key=site.key,
            vpc=site.network.vpc,
            timeout=Duration.seconds(60),
            environment={"SECRET_IDS": ",".join(secret.arn for secret in secrets)},
        )
        self.function.allow_to(site.network.secrets_endpoint)
        for secret in secrets:
            self._describe(secret.arn, site.network.secrets_endpoint)
        run_every(
            self,
            self.function,
            EVERY,
            description="Measures how old the rotation of each secret is",
            target="Watch",
        )

    def _describe(self, secret_arn: str, endpoint: SecretsEndpoint) -> None:
        describe = "secretsmanager:DescribeSecret"
        role = self.function.role
        role.allow(iam.PolicyStatement(actions=[describe], resources=[secret_arn]))
        endpoint.allow(role.arn, actions=[describe], resource=secret_arn)
