"""The network interfaces of functions in a VPC.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
"""

import contextlib
import threading
from typing import Any

from botocore.exceptions import ClientError

from local.functions.deployed import DeployedFunction
from local.functions.invocation import CannotRun
from local.functions.role_sessions import assume_role, client_of

_Placement = tuple[tuple[str, ...], tuple[str, ...]]


class NetworkInterfaces:
    """Makes interfaces as Lambda does: with the rights of the function's role.

    No packet goes through them here. They show, before AWS does, a role that lacks the rights.

    Args:
        endpoint_url: Where the local AWS listens.
    """

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._placed: dict[str, tuple[DeployedFunction, list[str]]] = {}

    def ensure(self, function: DeployedFunction) -> None:
        """Make the interfaces of a function, unless it has them or needs none.

        Raises:
            CannotRun: The role does not have the rights, or a subnet or security group is gone.
        """
        with self._lock:
            placed, _ = self._placed.get(function.arn, (None, None))
            if not function.subnets or (placed and _placement(placed) == _placement(function)):
                return
            try:
                self._placed[function.arn] = function, self._make(function)
            except ClientError as error:
                raise CannotRun(
                    f"{function.name} gets no network interface: the provided execution role does "
                    f"not have permissions to call {error.operation_name} on EC2, or what it "
                    f"names does not exist: {error}"
                ) from error

    def release(self, function_arn: str) -> None:
        """Delete the interfaces of a function that is no more; as on AWS, some may stay."""
        with self._lock:
            function, interfaces = self._placed.pop(function_arn, (None, []))
        if function:
            client = self._client(function)
            for interface in interfaces:
                with contextlib.suppress(ClientError):
                    client.delete_network_interface(NetworkInterfaceId=interface)

    def _make(self, function: DeployedFunction) -> list[str]:
        client = self._client(function)
        client.describe_subnets(SubnetIds=list(function.subnets))
        made = [
            client.create_network_interface(
                SubnetId=subnet,
                Groups=list(function.security_groups),
                Description=f"AWS Lambda VPC ENI-{function.name}",
            )["NetworkInterface"]["NetworkInterfaceId"]
            for subnet in function.subnets
        ]
        client.describe_network_interfaces(NetworkInterfaceIds=made)
        return made

    def _client(self, function: DeployedFunction) -> Any:  # noqa: ANN401  # EC2 has no types here
        return client_of(
            assume_role(function), "ec2", region=function.region, endpoint_url=self._endpoint_url
        )


def _placement(function: DeployedFunction) -> _Placement:
    return function.subnets, function.security_groups
