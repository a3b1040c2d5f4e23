"""Custom resources of functions in a network, answered from outside of it."""

from collections.abc import Mapping, Sequence

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct, IDependable

from credential_rotation.bundle import Bundle
from credential_rotation.functions import PythonFunction
from credential_rotation.names import Names, arn_of

INVOKE = ("lambda:InvokeFunction",)

TIMEOUT = Duration.minutes(3)
"""Longer than it waits for the function that makes the resource, which ends before."""

SERVICE_TIMEOUT = Duration.minutes(5)
"""How long CloudFormation waits for an answer, instead of an hour."""


MAKERS = "users"
"""The end of the names of functions that make custom resources."""


def makers(stack: Stack, names: Names) -> str:
    """ARN pattern of the functions that make custom resources: their names end in `-users`.

    Args:
        stack: Where they are.
        names: What the names of all functions begin with.
    """
    return arn_of(stack, "lambda", "function", f"{names.prefix}-*-{MAKERS}")


class CustomResources(Construct):
    """A function that CloudFormation calls for custom resources, and that answers it.

    CloudFormation takes the answer in a bucket of its own. A function in a network without a way
    out does not get there. This one is outside: it runs the function that the resource's property
    `Function` names, and hands on what that one returns. docs/adr/0004 has the alternatives.

    It knows the functions by their names alone, so stacks that come later share it.

    Attributes:
        function: The function.
        service_token: ARN of the function, for CloudFormation.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        functions: str,
        key: kms.IKey,
    ) -> None:
        """Create the function.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its name begins with.
            functions: ARN pattern of the functions that it may run.
            key: Encrypts its log.
        """
        super().__init__(scope, construct_id)
        function = PythonFunction(
            self,
            "Function",
            names=names,
            name="custom-resources",
            description="Answers CloudFormation for functions in the network",
            bundle=Bundle("custom_resource"),
            handler="custom_resource.handler.relay",
            key=key,
            placement=None,
            timeout=TIMEOUT,
        )
        function.role.allow(iam.PolicyStatement(actions=list(INVOKE), resources=[functions]))
        self.function = function
        self.service_token = function.function.function_arn

    def make(
        self,
        scope: Construct,
        construct_id: str,
        *,
        kind: str,
        function: str,
        properties: Mapping[str, str | list[str]],
        after: Sequence[IDependable],
    ) -> CustomResource:
        """Create a custom resource.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            kind: What comes after `Custom::` in its type.
            function: ARN of the function that makes it.
            properties: What that function reads.
            after: What has to exist before the function can do its work, and to be there still
                when the resource is deleted.
        """
        resource = CustomResource(
            scope,
            construct_id,
            resource_type=f"Custom::{kind}",
            service_token=self.service_token,
            service_timeout=SERVICE_TIMEOUT,
            properties={"Function": function, **properties},
        )
        resource.node.add_dependency(*after)
        return resource
