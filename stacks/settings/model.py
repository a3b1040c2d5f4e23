"""The settings, each with its default, what is allowed, and the control that it satisfies.

The defaults are for production: a team that sets only a name gets what an auditor accepts.
`docs/settings.md` is generated from here (see stacks.settings.reference).
"""

from collections.abc import Iterator, Mapping
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

from credential_rotation.engines import ENGINES
from credential_rotation.names import Names
from stacks.settings import apart
from stacks.settings import names as valid
from stacks.settings.access import Access
from stacks.settings.access_key import AccessKey
from stacks.settings.api_tokens import ApiToken, ApiTokens
from stacks.settings.certificates import (
    MOST,
    Certificate,
    CertificateAuthority,
    Certificates,
    outlived,
)
from stacks.settings.database import Database
from stacks.settings.databases import (
    MAIN,
    OF_AN_INSTANCE,
    OF_ITS_ADMIN,
    OF_STORAGE,
    KeyArn,
    Name,
    NamedDatabase,
)
from stacks.settings.field import Group, setting
from stacks.settings.lists import split
from stacks.settings.network import Network
from stacks.settings.password import Password
from stacks.settings.places import in_one_region
from stacks.settings.rotation import Rotation
from stacks.settings.tags import Tags
from stacks.settings.trail import Trail

_LONGEST_NAME = 30
_LONGEST_ENVIRONMENT = 13
_LONGEST_IN_AWS = 64
"""Of functions, roles, users and rules; an RDS instance has one less, and less after its name."""

Databases = Annotated[
    Mapping[Name, NamedDatabase],
    Field(min_length=1, max_length=60),
    AfterValidator(lambda databases: MappingProxyType(dict(databases))),
]

Emails = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^[^@\s,]+@[^@\s,]+\.[^@\s,.]+$")], ...],
    Field(max_length=10),
    BeforeValidator(split),
]


class Settings(Group):
    """Everything that a team decides."""

    name: Annotated[
        str,
        StringConstraints(min_length=2, max_length=_LONGEST_NAME),
        AfterValidator(valid.resource_name),
    ] = setting(
        meaning="Name of the application. Stack, secrets, functions and database are named after "
        "it and the environment.",
        allowed=f"2 to {_LONGEST_NAME} lower-case letters, digits and single hyphens, beginning "
        "with a letter",
    )
    environment: Annotated[
        str,
        StringConstraints(max_length=_LONGEST_ENVIRONMENT),
        AfterValidator(valid.resource_name),
    ] = setting(
        "production",
        meaning="What the deployment is for.",
        allowed=f"1 to {_LONGEST_ENVIRONMENT} lower-case letters, digits and single hyphens, "
        "beginning with a letter",
    )
    tags: Tags = setting(
        {},
        meaning="Tags of every resource, besides application and environment.",
        allowed="up to 40 keys and values that IAM accepts; not application, environment, "
        "rotation-watch or aws:…",
    )
    name_prefix: Annotated[
        str, StringConstraints(max_length=20), AfterValidator(valid.optional_resource_name)
    ] = setting(
        "",
        meaning="What all names begin with, before the application's, where the organisation wants "
        "it so.",
        allowed="up to 20 lower-case letters, digits and single hyphens, beginning with a letter; "
        "or nothing",
    )
    network: Network = Network()
    database: Database = Database()
    databases: Databases = setting(
        {MAIN: {"logins": {"app": {}}}},
        meaning="The databases. The one named main is in the stack of what all share; each other "
        "one has a stack of its own.",
        allowed="up to 60, by names of lower-case letters, digits and single hyphens; not "
        + ", ".join(apart.RESERVED),
    )
    rotation: Rotation = Rotation()
    password: Password = Password()
    access: Access = Access()
    access_key: AccessKey = AccessKey()
    api_tokens: ApiTokens = setting(
        {},
        meaning="Tokens of HTTP APIs that rotate (docs/api-tokens.md).",
        allowed="up to 20, by names of up to 20 lower-case letters, digits and hyphens",
    )
    certificate_authority: CertificateAuthority = Field(default_factory=CertificateAuthority)
    certificates: Certificates = setting(
        {},
        meaning="Certificates that renew themselves, each with its key in a secret of its own.",
        allowed=f"up to {MOST}, by names of lower-case letters, digits and single hyphens, of "
        "which the names of secrets are made",
    )
    trail: Trail = Trail()
    secrets_key_arn: KeyArn = setting(
        "",
        meaning="ARN of a key to encrypt the secrets with, instead of one of ours. Its policy has "
        "to allow what docs/security.md lists.",
        allowed="the ARN of a symmetric key of this account and region, or nothing",
    )
    alarm_topic_arn: Annotated[
        str,
        StringConstraints(
            pattern=r"^(arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256})?$",
        ),
    ] = setting(
        "",
        meaning="ARN of a topic to ring at, instead of one of ours. Its policy, and that of its "
        "key, have to let CloudWatch, EventBridge and RDS publish (docs/security.md).",
        allowed="the ARN of a standard topic, not FIFO; or nothing",
    )
    alarm_emails: Emails = setting(
        (),
        meaning="Addresses that alarms are sent to; AWS asks each to confirm. Without any, "
        "subscribe a pager to the output AlarmTopicArn.",
        allowed="up to 10 e-mail addresses; after -c separated by commas; none with "
        "alarm_topic_arn",
    )
    permissions_boundary: Annotated[
        str,
        StringConstraints(
            pattern=r"^(arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[A-Za-z0-9_+=,.@/-]+)?$",
            max_length=640,
        ),
    ] = setting(
        "",
        meaning="ARN of the permissions boundary on every role, where the organisation has one. It "
        "has to allow what docs/security.md lists. By default the stack brings its own.",
        allowed="the ARN of a managed policy, or nothing",
    )
    consumer: bool = setting(
        default=True,
        meaning="Deploy the sample consumer, a function that logs in with the first login of main.",
        allowed="true or false",
    )
    github_repository: Annotated[
        str, StringConstraints(pattern=r"^([A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100})?$")
    ] = setting(
        "",
        meaning="Repository whose GitHub Actions may deploy, from the GitHub environment of the "
        "same name as this one. It adds a second stack with a role for them, without any key.",
        allowed="owner/name, or nothing",
    )
    ec2_consumer: bool = setting(
        default=False,
        meaning="Deploy the sample consumer on an EC2 instance as well, with the endpoints of "
        "Session Manager, in a network of ours.",
        allowed="true or false; false with network.vpc_id",
    )

    @field_validator("alarm_emails")
    @classmethod
    def _of_our_topic(cls, emails: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if emails and info.data.get("alarm_topic_arn"):
            raise ValueError("alarm_topic_arn is set, and who is told there, its owner says")
        return emails

    @field_validator("ec2_consumer")
    @classmethod
    def _has_where_to_be(cls, wanted: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic's
        if not wanted:
            return wanted
        if "network" in info.data and info.data["network"].vpc_id:
            raise ValueError("network.vpc_id is set, and its endpoints are for a network of ours")
        if "databases" in info.data and MAIN not in info.data["databases"]:
            raise ValueError(f"there is no database {MAIN}, to which it would log in")
        return wanted

    @property
    def names(self) -> Names:
        """What the names of resources begin with."""
        parts = [part for part in (self.name_prefix, self.name, self.environment) if part]
        return Names(prefix="-".join(parts), path="/".join(parts))

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, given: Any) -> Any:  # noqa: ANN401 - JSON
        """Give each database what the groups `database` and `rotation` say."""
        if not isinstance(given, Mapping):
            return given
        database, rotation = given.get("database", {}), given.get("rotation", {})
        databases = given.get("databases", {MAIN: {}})
        if not all(isinstance(each, Mapping) for each in (database, rotation, databases)):
            return given
        return {
            **given,
            "databases": {
                name: _inheriting(each, database, rotation)
                if isinstance(each, Mapping) and isinstance(each.get("rotation", {}), Mapping)
                else each
                for name, each in databases.items()
            },
        }

    @field_validator("api_tokens")
    @classmethod
    def _told_apart(cls, tokens: Mapping[str, ApiToken]) -> Mapping[str, ApiToken]:
        apart.known_apart(tokens)
        return tokens

    @field_validator("databases")
    @classmethod
    def _apart(cls, databases: Mapping[str, NamedDatabase]) -> Mapping[str, NamedDatabase]:
        apart.not_reserved(databases)
        apart.known_apart(databases)
        apart.one_server_each(databases)
        apart.one_login_each(databases)
        return databases

    @field_validator("certificates")
    @classmethod
    def _end_in_time(
        cls, certificates: Mapping[str, Certificate], info: ValidationInfo
    ) -> Mapping[str, Certificate]:
        return outlived(certificates, info.data.get("certificate_authority"))

    @model_validator(mode="after")
    def _short_enough(self) -> Self:
        """Names of functions and roles are the first to be too long."""
        for longest, settings in self._longest_names():
            if len(longest) > _LONGEST_IN_AWS:
                raise ValueError(
                    f"{settings} are too long together: {longest} has {len(longest)} characters, "
                    f"and AWS allows {_LONGEST_IN_AWS}"
                )
        return self

    @model_validator(mode="after")
    def _read_by_somebody(self) -> Self:
        """Refuse a trail whose records nobody could read."""
        if self.trail.enabled and not (self.access.enabled or self.trail.readers):
            raise ValueError(
                "trail.enabled is on, and nobody could read its records: set access.enabled, for "
                "auditors of ours, or trail.readers"
            )
        return self

    @model_validator(mode="after")
    def _in_one_region(self) -> Self:
        in_one_region(self)
        return self

    def _longest_names(self) -> Iterator[tuple[str, str]]:
        """The longest names of each part, with the settings that they are made of."""
        ours = "name_prefix, name and environment"
        yield f"{self.prefix}-custom-resources", ours
        if self.access_key.enabled:
            yield f"{self.prefix}-access-key-rotation", f"{ours}, with access_key.enabled,"
        for name in self.api_tokens:
            longest = f"{self.names.within('token').within(name).prefix}-rotation"
            yield longest, "name_prefix, name, environment and the name of the token"
        if self.certificates:
            yield f"{self.prefix}-certificates-rotation", f"{ours}, with certificates,"
        if self.access.enabled:
            yield f"{self.prefix}-rotation-operator", f"{ours}, with access.enabled,"
        for name in self.databases:
            longest = f"{self.names.within(name).prefix}-alternating"
            yield longest, "name_prefix, name, environment and the name of the database"
            if any(each.adopt_secret_arn for each in self.databases[name].logins.values()):
                longest = f"{self.names.within(name).prefix}-adopt-abcdef-users"
                yield longest, "name_prefix, name, environment and the name of the database"

    @property
    def protected(self) -> bool:
        """Whether what all share is refused to be deleted."""
        return self.databases.get(MAIN, self.database).deletion_protection

    @property
    def prefix(self) -> str:
        """What the names of stacks, functions and instances begin with."""
        return self.names.prefix

    def stack_of(self, database: str) -> str:
        """The name of the stack of a database.

        With two hyphens, which no name has: the stack of `main` in an environment `production-eu`
        is another one than that of a database `eu` in `production`.
        """
        return self.prefix if database == MAIN else f"{self.prefix}--{database}"

    @property
    def path(self) -> str:
        """What the names of secrets, keys and logs begin with."""
        return self.names.path

    def all_tags(self) -> Mapping[str, str]:
        """The tags of every resource."""
        return {"application": self.name, "environment": self.environment, **self.tags}


def _inheriting(
    database: Mapping[str, Any], group: Mapping[str, Any], rotation: Mapping[str, Any]
) -> dict[str, Any]:
    """Put what a database says over what the groups `database` and `rotation` say to all.

    What they say of instances of ours and of their admins is not for a server that exists already,
    a version not for another product, and storage not for a cluster.
    """
    product = group.get("engine", Database.model_fields["engine"].default)
    engine = database.get("engine", product)
    if engine != product:
        group = {key: group[key] for key in group if key != "engine_version"}
    if str(engine) in ENGINES and ENGINES[str(engine)].cluster:
        group = {key: group[key] for key in group if key not in OF_STORAGE}
    if database.get("existing"):
        group = {key: group[key] for key in group if key not in OF_AN_INSTANCE}
        rotation = {key: rotation[key] for key in rotation if key not in OF_ITS_ADMIN}
    return {**group, **database, "rotation": {**rotation, **database.get("rotation", {})}}
