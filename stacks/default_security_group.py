"""Closing the security group that every VPC has."""

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.bundle import Bundle
from stacks.function import PythonFunction


class DefaultSecurityGroup(Construct):
    """The default security group of a VPC, without the rules that it is born with (EC2.2).

    CloudFormation cannot take a rule away that it did not make, and the CDK's own way is a Node.js
    function that may also open the group again. This function may revoke rules of this one group.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, vpc: ec2.Vpc, key: kms.IKey
    ) -> None:
        """Close the group.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The function's name.
            vpc: Whose default group it is.
            key: Encrypts the function's log.
        """
        super().__init__(scope, construct_id)
        group = vpc.vpc_default_security_group
        function = PythonFunction(
            self,
            "Function",
            name=name,
            description="Removes the rules of the default security group",
            bundle=Bundle("default_security_group"),
            handler="default_security_group.handler.closed",
            key=key,
            vpc=None,  # our network has no way to EC2's API, and is to have none
            timeout=Duration.seconds(30),
        )
        function.role.allow(
            iam.PolicyStatement(
                actions=["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
                resources=[
                    Stack.of(self).format_arn(
                        service="ec2", resource="security-group", resource_name=group
                    )
                ],
            )
        )
        CustomResource(
            self,
            "Closed",
            resource_type="Custom::ClosedSecurityGroup",
            service_token=function.function.function_arn,
            service_timeout=Duration.minutes(5),
            properties={"SecurityGroupId": group},
        )
