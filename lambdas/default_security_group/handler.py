"""A custom resource: the default security group of a VPC without the rules it is born with."""

from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cloudformation.answer import answer
from cloudformation.outcome import Outcome

ec2: Any = botocore.session.get_session().create_client(
    "ec2",
    # Two calls of two attempts each leave time to answer within the function's 30 seconds.
    config=Config(
        connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
    ),
)


def closed(event: Mapping[str, Any], _context: object) -> None:
    """Close the group at Create and Update; leave it closed at Delete.

    The resource has the property `SecurityGroupId`. How it ended is in the answer to
    CloudFormation, whose reason is what the person who deploys reads.
    """
    group = str(event["ResourceProperties"].get("SecurityGroupId", ""))
    failure = ""
    try:
        if event["RequestType"] != "Delete":
            close(group)
    except (BotoCoreError, ClientError) as error:
        failure = f"The default security group {group} could not be closed: {error}"
    answer(event, Outcome(group or event["LogicalResourceId"], failure))


def close(group: str) -> None:
    """Revoke the two rules that EC2 gives to every default group. Any number of times.

    They are named and not looked up, because a look-up cannot be limited to one group.

    Args:
        group: Id of the group.

    Raises:
        ClientError: EC2 refused.
        BotoCoreError: EC2 was out of reach.
    """
    everything = {"IpProtocol": "-1"}
    _revoke(
        ec2.revoke_security_group_ingress,
        group,
        {**everything, "UserIdGroupPairs": [{"GroupId": group}]},
    )
    _revoke(
        ec2.revoke_security_group_egress,
        group,
        {**everything, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
    )


def _revoke(call: Callable[..., object], group: str, rule: Mapping[str, object]) -> None:
    try:
        call(GroupId=group, IpPermissions=[rule])
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidPermission.NotFound":
            raise
