"""The right to network interfaces, which Lambda takes from a function's role."""

from aws_cdk import aws_iam as iam

from stacks.role import ServiceRole

ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


def allow_network_interfaces(role: ServiceRole, *, function_arn: str) -> None:
    """Let Lambda give a function its network interfaces, but not the function's own code.

    Both "Required IAM permissions" and the denial are from
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html.

    Args:
        role: The function's role.
        function_arn: The function.
    """
    role.allow(
        iam.PolicyStatement(
            sid="NetworkInterfaces",
            actions=list(ACTIONS),
            resources=["*"],  # Lambda checks them before there is an interface to name
        )
    )
    role.allow(
        iam.PolicyStatement(
            sid="NoNetworkInterfacesForTheCode",
            effect=iam.Effect.DENY,
            actions=list(ACTIONS),
            resources=["*"],  # a denial has to reach as far as what it takes back
            conditions={"ArnEquals": {"lambda:SourceFunctionArn": function_arn}},
        )
    )
