"""What the instance with the sample consumer does, where a team has one."""

import base64
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default

from credential_rotation.packages import RUNTIME
from security.calls import assume
from security.identifiers import ACCOUNT, REGION
from security.intent import Intent
from security.kinds.database_logins.database import DatabaseParts
from security.parts import Parts
from security.principals import EVERYTHING, Principal
from security.purposes.keys import deployer

VIA_EC2 = f"ec2.{REGION}.amazonaws.com"
PACKAGES = f"arn:aws:s3:::al2023-repos-{REGION}-de612dc2"
ANYONE = Principal.role(
    "Amazon, to anyone", "arn:aws:iam::500000000001:role/Public", policies=(EVERYTHING,)
)
"""In an account of AWS's: what is public is allowed by its owner."""

AGENT = {
    "ssm:UpdateInstanceInformation": ("ssm", "register the instance"),
    "ssmmessages:CreateControlChannel": ("ssmmessages", "listen for sessions"),
    "ssmmessages:OpenControlChannel": ("ssmmessages", "listen for sessions"),
    "ssmmessages:CreateDataChannel": ("ssmmessages", "carry a session"),
    "ssmmessages:OpenDataChannel": ("ssmmessages", "carry a session"),
}
"""What the agent calls, and through which endpoint.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
"""


def purposes(database: DatabaseParts, instance: Principal) -> Iterator[Intent]:
    """List what the instance, its agent and EC2 need.

    Args:
        database: Where it logs in.
        instance: The program on it.
    """
    yield assume("ec2.amazonaws.com", instance, "give the instance its role")
    for action, (endpoint, what) in AGENT.items():
        yield Intent(what=what, who=instance, action=action, resource="*", endpoint=endpoint)
    for what, who, resource in (
        ("fetch the program", instance, program(database)),
        ("install the interpreter", ANYONE, f"{PACKAGES}/core/{RUNTIME}.rpm"),
    ):
        yield Intent(
            what=what,
            who=who,
            action="s3:GetObject",
            resource=resource,
            owner=who.account,
            endpoint="s3",
        )
    yield from _volume(database.parts)


def program(database: DatabaseParts) -> str:
    """ARN of the object that the instance fetches when it boots."""
    parcel = message_from_bytes(base64.b64decode(database.user_data()), policy=default)
    [path] = [
        found
        for part in parcel.walk()
        if part.get_content_type() == "text/x-shellscript"
        for found in re.findall(r"s3://(\S+)", part.get_content())
    ]
    return f"arn:aws:s3:::{path}"


def _volume(parts: Parts) -> Iterator[Intent]:
    """https://docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html."""
    for action, what, more in (
        (
            "kms:CreateGrant",
            "lend the key to the instance's volume",
            {"kms:GrantIsForAWSResource": "true"},
        ),
        ("kms:GenerateDataKeyWithoutPlaintext", "make the volume's key", {}),
        ("kms:Decrypt", "attach the volume", {}),
    ):
        yield Intent(
            what=what,
            who=deployer(),
            action=action,
            resource=parts.data_key(),
            context={"kms:CallerAccount": ACCOUNT, "kms:ViaService": VIA_EC2, **more},
            by_service=VIA_EC2,
        )
