"""Lambda functions in Python, with their logs, and what calls them on a schedule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from aws_cdk import Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct, IDependable

from credential_rotation.bundle import Bundle
from credential_rotation.names import Names, arn_of
from credential_rotation.packages import RUNTIME
from credential_rotation.roles import ServiceRole
from credential_rotation.security_groups import Member, SecurityGroup


class EncryptedLogGroup(logs.LogGroup):
    """A log group under our key that keeps its events for a year (CloudWatch.16).

    Its name is fixed, for two reasons. The service that writes to it would otherwise create it,
    unencrypted and for ever. And the key's policy names the log groups that it encrypts, which it
    could not if CloudFormation made the names up.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, key: kms.IKey) -> None:
        """Create the log group.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The log group's name.
            key: The key, whose policy has to let CloudWatch Logs use it for this name.
        """
        super().__init__(
            scope,
            construct_id,
            encryption_key=key,
            log_group_name=name,
            retention=logs.RetentionDays.ONE_YEAR,
        )


NETWORK_INTERFACE_ACTIONS = (
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
            actions=list(NETWORK_INTERFACE_ACTIONS),
            resources=["*"],  # Lambda checks them before there is an interface to name
        )
    )
    role.allow(
        iam.PolicyStatement(
            sid="NoNetworkInterfacesForTheCode",
            effect=iam.Effect.DENY,
            actions=list(NETWORK_INTERFACE_ACTIONS),
            resources=["*"],  # a denial has to reach as far as what it takes back
            conditions={"ArnEquals": {"lambda:SourceFunctionArn": function_arn}},
        )
    )


METRICS_NAMESPACE = "CredentialRotation"

TRACES = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
"""What a traced function sends."""


@dataclass(frozen=True)
class Placement:
    """Where in a network a function runs.

    Functions of equal subnets and groups share network interfaces, of which an account has a quota:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-interfaces

    Attributes:
        vpc: The network.
        subnets: Its subnets.
        groups: Security groups, which say what the function reaches.
        ways: What has to exist before the function reaches it.
    """

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    groups: Sequence[Member]
    ways: Sequence[IDependable] = ()

    def within(self, group: Member, *ways: IDependable) -> "Placement":
        """The same with one more group, and what has to exist before that reaches anything."""
        return replace(self, groups=[*self.groups, group], ways=[*self.ways, *ways])

    def reaching(self, group: SecurityGroup, *targets: "Reachable") -> "Placement":
        """The same with one more group, from which the ways to targets are opened."""
        return self.within(group, *(way for each in targets for way in each.allow_from(group)))


class Reachable(Protocol):
    """What a function can be connected to."""

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from a security group; give what has to exist before it is open."""


class PythonFunction(Construct):
    """A function with its own role and its own encrypted log group."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        name: str,
        description: str,
        bundle: Bundle,
        handler: str,
        key: kms.IKey,
        placement: Placement | None,
        timeout: Duration,
        environment: Mapping[str, str] | None = None,
        role_is_named: bool = False,
    ) -> None:
        """Create the function.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its name begins with, and whose path its role has.
            name: The rest of its name. It is fixed, so that policies can name the function without
                depending on it.
            description: What the function is for.
            bundle: Its code.
            handler: Which function of the code AWS calls, as `package.module.function`.
            key: Encrypts its log.
            placement: Where in a network it runs; None for outside of any network of ours.
            timeout: How long a call may take.
            environment: Variables besides those of Powertools.
            role_is_named: Whether its role has the function's name, so that what the role needs can
                name it before it is there; see `role_of`.
        """
        super().__init__(scope, construct_id)
        self.name = f"{names.prefix}-{name}"
        self.role = ServiceRole(
            self,
            "ExecutionRole",
            names=names,
            service="lambda.amazonaws.com",
            description=f"Runs {self.name}",
            name=self.name if role_is_named else None,
        )
        log_group = EncryptedLogGroup(self, "LogGroup", name=f"/aws/lambda/{self.name}", key=key)
        self._allow_logs_and_traces(log_group)
        if placement:
            allow_network_interfaces(self.role, function_arn=self.arn)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=self.name,
            description=description,
            architecture=lambda_.Architecture.ARM_64,
            code=bundle.code(),
            environment={
                "POWERTOOLS_SERVICE_NAME": self.name,
                "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
                "POWERTOOLS_LOG_LEVEL": "INFO",
                **(environment or {}),
            },
            handler=handler,
            log_group=log_group,
            memory_size=512,
            role=self.role.fixed,
            runtime=lambda_.Runtime(RUNTIME, lambda_.RuntimeFamily.PYTHON),
            security_groups=[each.group for each in placement.groups] if placement else None,
            timeout=timeout,
            tracing=lambda_.Tracing.ACTIVE,
            vpc=placement.vpc if placement else None,
            vpc_subnets=placement.subnets if placement else None,
        )
        self.ready = [self.function, self.role.policy, *(placement.ways if placement else ())]
        """What has to exist before the function can do its work."""
        # Lambda needs the role's rights to make the interfaces, and until they are gone again.
        self.function.node.add_dependency(self.role.policy)

    @property
    def arn(self) -> str:
        """The function's ARN, made of its name: naming it does not wait for it."""
        return arn_of(Stack.of(self), "lambda", "function", self.name)

    def _allow_logs_and_traces(self, log_group: EncryptedLogGroup) -> None:
        self.role.allow(
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[log_group.log_group_arn],
            )
        )
        self.role.allow(
            iam.PolicyStatement(
                sid="Traces",
                actions=list(TRACES),
                resources=["*"],  # X-Ray has no resources that these actions could name
            )
        )


def role_of(stack: Stack, names: Names, name: str) -> str:
    """The ARN of the role of a function whose role is named, made of its name.

    Args:
        stack: Where it is.
        names: What the function's name begins with, and whose path the role has.
        name: The rest of the function's name.
    """
    return stack.format_arn(
        service="iam",
        region="",
        resource="role",
        resource_name=f"{names.path}/{names.prefix}-{name}",
    )


def run_every(
    scope: Construct, function: PythonFunction, every: Duration, *, description: str, target: str
) -> None:
    """Let a rule of EventBridge invoke a function, which no other rule may.

    Args:
        scope: The parent of the rule and of the permission.
        function: What runs.
        every: How often, in whole hours.
        description: What for.
        target: What the rule calls it.
    """
    arn = function.function.function_arn
    rule = events.CfnRule(
        scope,
        "Schedule",
        name=function.name,
        description=description,
        schedule_expression=f"rate({every.to_hours()} hours)",
        targets=[events.CfnRule.TargetProperty(arn=arn, id=target)],
    )
    lambda_.CfnPermission(
        scope,
        "Permission",
        action="lambda:InvokeFunction",
        function_name=arn,
        principal="events.amazonaws.com",
        source_account=Stack.of(scope).account,
        source_arn=rule.attr_arn,
    )
