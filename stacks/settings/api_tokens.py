"""What a team decides about tokens of HTTP APIs."""

import json
from collections.abc import Mapping
from ipaddress import ip_network
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from api_declaration.declaration import LARGEST, Declaration
from api_declaration.errors import DeclarationError
from credential_rotation.token_age import oldest_days
from stacks.api_presets import PRESETS
from stacks.settings import names, pem
from stacks.settings.databases import KeyArn, SecretArn
from stacks.settings.field import Group, setting
from stacks.settings.ids import HEXADECIMAL, SecurityGroupId
from stacks.settings.lists import once_each, parsed, split
from stacks.settings.network import SubnetIds
from stacks.settings.roles import Readers

_LONGEST = 20

Name = Annotated[str, StringConstraints(max_length=_LONGEST), AfterValidator(names.resource_name)]


def _network(text: str) -> str:
    network = ip_network(text)  # says itself what is wrong, such as bits of a host
    if network.prefixlen == 0 or network.is_link_local or network.is_global:
        raise ValueError("it is public, or what every machine has at an address of its own")
    return str(network)


Networks = Annotated[
    tuple[Annotated[str, AfterValidator(_network)], ...],
    Field(max_length=10),
    BeforeValidator(split),
]
GroupIds = Annotated[
    tuple[SecurityGroupId, ...],
    Field(max_length=5),
    BeforeValidator(split),
    AfterValidator(once_each),
]


class ApiToken(Group):
    """A token of an HTTP API that rotates by a declaration (docs/api-tokens.md)."""

    preset: str = setting(
        "",
        meaning="Name of a declaration that is ready. All but oauth-client are read from the "
        "vendors' documentation and were never tried.",
        allowed=f"{', '.join(PRESETS)}; or nothing with a declaration",
    )
    parameters: Annotated[Mapping[str, str], BeforeValidator(parsed)] = setting(
        {},
        meaning="What the preset needs to know (docs/api-tokens.md).",
        allowed="texts by the names of the preset's parameters; after -c as JSON",
    )
    declaration: Annotated[Mapping[str, Any], BeforeValidator(parsed)] = setting(
        {},
        meaning="How the API issues, proves, revokes and lists tokens.",
        allowed=f"a declaration (docs/api-tokens.md) of {LARGEST} bytes of JSON at most; or "
        "nothing with a preset; after -c as JSON",
    )
    management_secret_arn: SecretArn = setting(
        "",
        meaning="ARN of the secret that lets the functions manage tokens, {management} in a "
        "declaration. The functions alone read it, in the version in use; its own policy has to "
        "let them.",
        allowed="the ARN of a secret, with its random end; nothing if no request needs it",
    )
    management_secret_key_arn: KeyArn = setting(
        "",
        meaning="ARN of the key of that secret.",
        allowed="the ARN of a key; nothing for AWS's own, aws/secretsmanager",
    )
    readers: Readers = setting(
        (),
        meaning="ARNs of the roles that may read the token's secret. A role needs its own "
        "permission as well.",
        allowed="up to 20 ARNs of roles of this account; after -c separated by commas",
    )
    interval_days: Annotated[int, Field(ge=4, le=90)] = setting(
        30,
        meaning="Days between two rotations.",
        allowed="4 to 90",
        control="SecretsManager.4",
    )
    grace_days: Annotated[int, Field(ge=1, le=30)] = setting(
        7,
        meaning="Days that the token before keeps working after a rotation: by then every consumer "
        "has to have read the secret again.",
        allowed="1 to 30, and at least 2 less than interval_days",
    )
    notice_days: Annotated[int, Field(ge=3, le=30)] = setting(
        14,
        meaning="Days that people have to mend a rotation that fails: the last alarm rings so long "
        "before a token would be older than interval_days + grace_days + 2 x notice_days + 2.",
        allowed="3 to 30; and if the declaration has lifetime_days, that sum is less",
    )
    private_networks: Networks = setting(
        (),
        meaning="Private networks that the API may be in. By default an address that is not public "
        "is never connected to; that of an instance's metadata is not in any case.",
        allowed="up to 10 CIDR blocks; after -c separated by commas",
    )
    authorities: Annotated[str, AfterValidator(pem.authorities)] = setting(
        "",
        meaning="Path of a file with the certificate authorities that the functions trust, and no "
        "others.",
        allowed="a file of PEM; nothing for the public authorities that the SDK ships",
    )
    vpc_id: Annotated[str, StringConstraints(pattern=rf"^(vpc-{HEXADECIMAL})?$")] = setting(
        "",
        meaning="Id of a VPC to run the functions in. By default they run outside of any network.",
        allowed="the id of a VPC, or nothing",
    )
    subnet_ids: SubnetIds = setting(
        (),
        meaning="Ids of the VPC's subnets, from which the API and Secrets Manager can be reached.",
        allowed="1 to 16 ids of subnets with vpc_id; after -c separated by commas",
    )
    security_group_ids: GroupIds = setting(
        (),
        meaning="Ids of the security groups that say what the functions reach.",
        allowed="1 to 5 ids of security groups with vpc_id; after -c separated by commas",
    )

    @property
    def declared(self) -> str:
        """The declaration as the functions get it."""
        given = PRESETS[self.preset].declare(self.parameters) if self.preset else self.declaration
        return json.dumps(given, separators=(",", ":"))

    @property
    def limit_days(self) -> int:
        """The oldest that a token gets, if a rotation is late at both ends of its life."""
        return oldest_days(
            interval=self.interval_days, grace=self.grace_days, notice=self.notice_days
        )

    @field_validator("preset")
    @classmethod
    def _known(cls, preset: str) -> str:
        if preset and preset not in PRESETS:
            raise ValueError("there is no such preset")
        return preset

    @field_validator("parameters")
    @classmethod
    def _fit_the_preset(cls, given: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        preset = info.data.get("preset")
        if preset:
            PRESETS[preset].declare(given)
        elif given and preset == "":
            raise ValueError("there is no preset")
        return MappingProxyType(dict(given))

    @field_validator("declaration")
    @classmethod
    def _can_be_used(cls, given: Mapping[str, Any], info: ValidationInfo) -> Mapping[str, Any]:
        preset = info.data.get("preset")
        if preset and given:
            raise ValueError(f"the preset {preset} is one already")
        if preset == "":
            _must_fit(given)
        return given

    @field_validator("management_secret_key_arn")
    @classmethod
    def _of_a_secret(cls, arn: str, info: ValidationInfo) -> str:
        if arn and info.data.get("management_secret_arn") == "":
            raise ValueError("management_secret_arn is not set")
        return arn

    @field_validator("grace_days")
    @classmethod
    def _over_before_the_next_rotation(cls, grace: int, info: ValidationInfo) -> int:
        interval = info.data.get("interval_days")
        if interval is not None and grace > interval - 2:
            raise ValueError(f"interval_days is {interval}")
        return grace

    @field_validator("security_group_ids")
    @classmethod
    def _of_one_vpc(cls, groups: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        given = [bool(info.data.get(name)) for name in ("vpc_id", "subnet_ids")]
        if {*given, bool(groups)} == {True, False}:
            raise ValueError("vpc_id, subnet_ids and security_group_ids go together")
        return groups

    @model_validator(mode="after")
    def _fits_its_declaration(self) -> Self:
        declared = Declaration.read(self.declared)
        if declared.managed and not self.management_secret_arn:
            raise ValueError(
                "management_secret_arn is not set, and the declaration uses {management}"
            )
        if 0 < declared.lifetime_days <= self.limit_days:
            raise ValueError(
                f"a token ends after lifetime_days = {declared.lifetime_days}, and may have to work"
                f" for {self.limit_days} days, with interval_days, grace_days and notice_days"
            )
        return self


def _must_fit(given: Mapping[str, Any]) -> None:
    if not given:
        raise ValueError("there is neither a preset nor a declaration")
    try:
        Declaration.parse(given)
    except DeclarationError as error:
        raise ValueError(str(error)) from error
    size = len(json.dumps(given, separators=(",", ":")))
    if size > LARGEST:
        raise ValueError(
            f"it has {size} bytes of JSON, and the environment of a function has no room for more "
            f"than {LARGEST}"
        )


ApiTokens = Annotated[
    Mapping[Name, ApiToken],
    Field(max_length=20),
    AfterValidator(lambda tokens: MappingProxyType(dict(tokens))),
]
