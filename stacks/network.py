"""The network: isolated subnets, two endpoints, no way in or out besides."""

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.default_security_group import DefaultSecurityGroup
from stacks.endpoints import ResponseEndpoint, SecretsEndpoint
from stacks.flow_log import FlowLog
from stacks.names import Names


class Network(Construct):
    """A VPC from which nothing but the secrets and CloudFormation can be reached."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        zones: Sequence[str],
        key: kms.IKey,
    ) -> None:
        """Create the network.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its names begin with.
            zones: Names of its zones; two of the region's own choice if there are none.
            key: Encrypts the logs.
        """
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr("10.0.0.0/24"),
            availability_zones=list(zones) or None,
            max_azs=None if zones else 2,
            nat_gateways=0,
            restrict_default_security_group=False,  # the CDK's way; see DefaultSecurityGroup
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=26
                )
            ],
        )
        self.secrets_endpoint = SecretsEndpoint(self, "SecretsEndpoint", vpc=self.vpc)
        self.response_endpoint = ResponseEndpoint(self, "ResponseEndpoint", vpc=self.vpc)
        FlowLog(self, "FlowLog", vpc=self.vpc, name=f"/{names.path}/flow-log", key=key)
        DefaultSecurityGroup(
            self,
            "DefaultSecurityGroup",
            name=f"{names.prefix}-default-group",
            vpc=self.vpc,
            key=key,
        )
