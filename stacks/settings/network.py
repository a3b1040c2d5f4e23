"""What a team decides about the network."""

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    field_validator,
)

from stacks.settings.addresses import is_private
from stacks.settings.field import Group, setting
from stacks.settings.ids import HEXADECIMAL, SecurityGroupId
from stacks.settings.lists import once_each, split

_ZONES = 2
_WIDEST, _NARROWEST = 16, 26
"""Lengths of a VPC's prefix. EC2 takes 16 to 28; the two subnets are quarters of it, of 28 at most.

https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
"""


def _two_of_one_region(zones: tuple[str, ...]) -> tuple[str, ...]:
    if zones and len(zones) != _ZONES:
        raise ValueError(f"there are {len(zones)}")
    if len(set(zones)) != len(zones):
        raise ValueError("it is the same zone twice")
    if len({zone[:-1] for zone in zones}) > 1:
        raise ValueError("they are in different regions")
    return zones


def _private(cidr: str) -> str:
    network = IPv4Network(cidr)  # says itself what is wrong, such as bits of a host
    if not is_private(network):
        raise ValueError("it has addresses that are public, or of no network")
    if not _WIDEST <= network.prefixlen <= _NARROWEST:
        raise ValueError(f"it is a /{network.prefixlen}")
    return str(network)


Zones = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$")], ...],
    BeforeValidator(split),
    AfterValidator(_two_of_one_region),
]

SubnetIds = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=rf"^subnet-{HEXADECIMAL}$")], ...],
    Field(max_length=16),
    BeforeValidator(split),
    AfterValidator(once_each),
]


class ExistingEndpoint(Group):
    """An endpoint of Secrets Manager that exists already."""

    id: Annotated[str, StringConstraints(pattern=rf"^vpce-{HEXADECIMAL}$")] = setting(
        meaning="Id of an interface endpoint of Secrets Manager in the network. Its policy has to "
        "let the roles below the path of the app through to its secrets (docs/databases.md).",
        allowed="the id of an endpoint, vpce-…",
    )
    security_group_id: SecurityGroupId = setting(
        meaning="Id of the endpoint's security group, which gets a rule of ours.",
        allowed="the id of a security group, sg-…",
    )


def _kind(endpoint: object) -> str:
    return "word" if isinstance(endpoint, str) else "endpoint"


class Network(Group):
    """A network of ours, or an existing one."""

    cidr: Annotated[str, AfterValidator(_private)] = setting(
        "10.0.0.0/24",
        meaning="Addresses of a network of ours. Choose others than those of networks that it will "
        "be peered with. It cannot change after the first deployment.",
        allowed=f"a CIDR block of private addresses, /{_WIDEST} to /{_NARROWEST}",
    )
    zones: Zones = setting(
        (),
        meaning="Availability zones of the subnets of a network of ours. "
        "Name two where the first two of the region, which are taken otherwise, lack the class of "
        "the instance or an endpoint (docs/deploying.md says how to see it). They cannot change "
        "after the first deployment, which EC2 refuses.",
        allowed="two names such as eu-west-1a,eu-west-1c of one region; after -c separated by "
        "commas; or nothing",
    )
    vpc_id: Annotated[str, StringConstraints(pattern=rf"^(vpc-{HEXADECIMAL})?$")] = setting(
        "",
        meaning="Id of an existing VPC to use instead of one of ours. Its routes stay as they are.",
        allowed="the id of a VPC, or nothing; nothing with network.zones or network.cidr",
    )
    subnet_ids: SubnetIds = setting(
        (),
        meaning="Ids of the subnets of the existing VPC that functions, databases of ours and an "
        "endpoint of ours are in.",
        allowed="2 to 16 ids of subnets in different zones; after -c separated by commas; nothing "
        "without network.vpc_id",
    )
    secrets_endpoint: Annotated[
        Annotated[Literal["create", "none"], Tag("word")]
        | Annotated[ExistingEndpoint, Tag("endpoint")],
        Discriminator(_kind),
    ] = setting(
        "create",
        meaning="How an existing VPC gets to Secrets Manager. `create`: by an endpoint of ours, "
        "whose policy lets nobody else through; EC2 refuses a second one with private names. "
        "`none`: by whatever its routes lead to; then no secret's policy can refuse what does not "
        "come through the endpoint, and functions may open HTTPS connections to any address. An "
        "`id` and a `security_group_id`: by an existing one.",
        allowed="create, none, or network.secrets_endpoint.id and .security_group_id; create "
        "without network.vpc_id",
    )

    @field_validator("vpc_id")
    @classmethod
    def _instead_of_ours(cls, vpc: str, info: ValidationInfo) -> str:
        cidr = info.data.get("cidr")
        if vpc and info.data.get("zones"):
            raise ValueError("network.zones is set, which is of a network of ours")
        if vpc and cidr and cidr != cls.model_fields["cidr"].default:
            raise ValueError("network.cidr is set, which is of a network of ours")
        return vpc

    @field_validator("subnet_ids")
    @classmethod
    def _of_the_vpc(cls, ids: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        vpc = info.data.get("vpc_id")
        if vpc and len(ids) < _ZONES:
            raise ValueError(f"network.vpc_id is {vpc}")
        if ids and vpc == "":
            raise ValueError("network.vpc_id is not set")
        return ids

    @field_validator("secrets_endpoint")
    @classmethod
    def _of_ours(
        cls, endpoint: str | ExistingEndpoint, info: ValidationInfo
    ) -> str | ExistingEndpoint:
        if endpoint != "create" and info.data.get("vpc_id") == "":
            raise ValueError("network.vpc_id is not set, and a network of ours has no other way")
        return endpoint
