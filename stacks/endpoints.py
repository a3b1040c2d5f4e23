"""The two doors of the network, each with a policy that says who may go where."""

from collections.abc import Sequence

from aws_cdk import Fn, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from stacks.security_group import HTTPS, SecurityGroup

ISOLATED = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
"""Where everything is: subnets without a route to the internet, in two zones."""


class SecretsEndpoint(Construct):
    """The interface endpoint of Secrets Manager: only the named roles, only the named secrets."""

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> None:
        """Create the endpoint.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: The network it opens on.
        """
        super().__init__(scope, construct_id)
        self._security_group = SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="Endpoint of Secrets Manager"
        )
        self._endpoint = ec2.InterfaceVpcEndpoint(
            self,
            "Endpoint",
            vpc=vpc,
            service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
            open=False,
            private_dns_enabled=True,
            security_groups=[self._security_group.group],
            subnets=ISOLATED,
        )

    @property
    def id(self) -> str:
        """The endpoint's id, which requests that come through it carry as `aws:SourceVpce`."""
        return self._endpoint.vpc_endpoint_id

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from a function to the endpoint.

        Returns:
            What has to exist before the way is open.
        """
        rule = security_group.open_to(
            self._security_group, port=HTTPS, description="Secrets Manager"
        )
        return self._endpoint, rule

    def allow(self, role_arn: str, *, actions: Sequence[str], secret_arn: str) -> None:
        """Let a role through to a secret. What it may do there, its own policy says."""
        self._endpoint.add_to_policy(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=list(actions),
                resources=[secret_arn],
                conditions={"ArnEquals": {"aws:PrincipalArn": role_arn}},
            )
        )


class ResponseEndpoint(Construct):
    """The gateway endpoint of S3, for nothing but answers to CloudFormation.

    A custom resource answers with an HTTP PUT to a bucket of CloudFormation's, whose name has the
    region without its hyphens. No other bucket can be reached, neither ours nor anyone's.
    """

    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> None:
        """Create the endpoint.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: The network it opens on.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        region = Fn.join("", Fn.split("-", stack.region))
        bucket = f"arn:{stack.partition}:s3:::cloudformation-custom-resource-response-{region}"
        self._endpoint = ec2.GatewayVpcEndpoint(
            self,
            "Endpoint",
            vpc=vpc,
            service=ec2.GatewayVpcEndpointAwsService.S3,
            subnets=[ISOLATED],
        )
        self._endpoint.add_to_policy(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],  # CloudFormation's, which signed the URL
                actions=["s3:PutObject"],
                resources=[f"{bucket}/*"],
            )
        )

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from a function to the endpoint.

        A rule for S3's prefix list alone would need a look-up in the account, because the list's
        id differs from region to region. The subnets have no other route than this endpoint's.

        Returns:
            What has to exist before the way is open.
        """
        security_group.open_to_any_address(port=HTTPS, description="Answers to CloudFormation")
        return (self._endpoint,)
