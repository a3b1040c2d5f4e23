"""Running a function again and again."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.function import PythonFunction


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
