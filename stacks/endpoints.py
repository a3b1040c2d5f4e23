"""The two doors that every network of ours has, each with a policy: who may go where."""

from collections.abc import Sequence

from aws_cdk import Fn, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from stacks.interface_endpoint import ISOLATED, InterfaceEndpoint
from stacks.security_group import HTTPS, SecurityGroup


class SecretsEndpoint(InterfaceEndpoint):
    """The interface endpoint of Secrets Manager: only the named roles, only the named secrets."""

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> None:
        """Create the endpoint.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: The network it opens on.
        """
        super().__init__(
            scope,
            construct_id,
            vpc=vpc,
            service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
            name="Secrets Manager",
        )


class ResponseEndpoint(Construct):
    """The gateway endpoint of S3, for answers to CloudFormation and what was allowed by name.

    A custom resource answers with an HTTP PUT to a bucket of CloudFormation's, whose name has the
    region without its hyphens. Unless something else is allowed, no other bucket can be reached,
    neither ours nor anyone's.
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
        security_group.open_to_any_address(port=HTTPS, description="S3, by its endpoint alone")
        return (self._endpoint,)

    def allow_reading(self, resource: str, *, role_arn: str | None) -> None:
        """Let objects be read through the endpoint.

        Args:
            resource: ARN of the objects.
            role_arn: Who may; None for anyone, where the objects are public and asked for without
                a signature.
        """
        self._endpoint.add_to_policy(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=["s3:GetObject"],
                resources=[resource],
                conditions={"ArnEquals": {"aws:PrincipalArn": role_arn}} if role_arn else None,
            )
        )
