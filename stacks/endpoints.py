"""The two doors of the network, each with a policy that says who may go where."""

from aws_cdk import Fn, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

HTTPS = ec2.Port.tcp(443)


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
        self.security_group = ec2.SecurityGroup(
            self,
            "SecurityGroup",
            vpc=vpc,
            description="Endpoint of Secrets Manager",
            allow_all_outbound=False,
        )
        self.endpoint = ec2.InterfaceVpcEndpoint(
            self,
            "Endpoint",
            vpc=vpc,
            service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
            open=False,
            private_dns_enabled=True,
            security_groups=[self.security_group],
            subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        )

    def allow_from(self, security_group: ec2.ISecurityGroup) -> None:
        """Open the way from a function to the endpoint."""
        self.security_group.add_ingress_rule(security_group, HTTPS, "Secrets Manager")
        security_group.add_egress_rule(self.security_group, HTTPS, "Secrets Manager")

    def allow(self, role_arn: str, *, actions: list[str], secret_arn: str) -> None:
        """Let a role through to a secret. What it may do there, its own policy says."""
        self.endpoint.add_to_policy(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=actions,
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
        self.endpoint = ec2.GatewayVpcEndpoint(
            self,
            "Endpoint",
            vpc=vpc,
            service=ec2.GatewayVpcEndpointAwsService.S3,
            subnets=[ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)],
        )
        self.endpoint.add_to_policy(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],  # CloudFormation's, which signed the URL
                actions=["s3:PutObject"],
                resources=[f"{bucket}/*"],
            )
        )

    def allow_from(self, security_group: ec2.ISecurityGroup) -> None:
        """Open the way from a function to the endpoint.

        A rule for S3's prefix list alone would need a look-up in the account, because the list's
        id differs from region to region. The subnets have no other route than this endpoint's.
        """
        security_group.add_egress_rule(ec2.Peer.any_ipv4(), HTTPS, "Answers to CloudFormation")
