"""Ids that EC2 gives."""

from typing import Annotated

from pydantic import StringConstraints

HEXADECIMAL = r"([0-9a-f]{8}|[0-9a-f]{17})"
"""The end of an id: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html."""

SECURITY_GROUP = rf"sg-{HEXADECIMAL}"

SecurityGroupId = Annotated[str, StringConstraints(pattern=rf"^{SECURITY_GROUP}$")]
