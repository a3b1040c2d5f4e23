"""Settings that say who may connect."""

import re
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from stacks.settings.addresses import is_private
from stacks.settings.ids import SECURITY_GROUP
from stacks.settings.lists import once_each, split

MOST_CLIENTS = 25
"""A security group has 60 rules at most by default, ours for the functions among them.

https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
"""


def _client(text: str) -> str:
    """Accept a security group, or a range of addresses that nobody on the internet has.

    Raises:
        ValueError: It is neither.
    """
    if re.fullmatch(SECURITY_GROUP, text):
        return text
    if "/" not in text:
        raise ValueError(f"{text} is neither the id of a security group nor a CIDR block")
    network = ip_network(text)  # says itself what is wrong, such as bits of a host
    if not is_private(network):
        raise ValueError(f"{text} has addresses that are public, or of no network")
    return str(network)


Clients = Annotated[
    tuple[Annotated[str, AfterValidator(_client)], ...],
    Field(max_length=MOST_CLIENTS),
    BeforeValidator(split),
    AfterValidator(once_each),
]
