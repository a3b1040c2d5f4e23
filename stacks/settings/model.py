"""The settings, each with its default, what is allowed, and the control that it satisfies.

The defaults are for production: a team that sets only a name gets what an auditor accepts.
`docs/settings.md` is generated from here (see stacks.settings.reference).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from credential_rotation.names import Names
from stacks.settings import names as valid
from stacks.settings.access import Access
from stacks.settings.access_key import AccessKey
from stacks.settings.database import Database
from stacks.settings.databases import MAIN, KeyArn, Name, NamedDatabase
from stacks.settings.field import Group, setting
from stacks.settings.lists import split
from stacks.settings.network import Network
from stacks.settings.password import Password
from stacks.settings.rotation import Rotation
from stacks.settings.tags import Tags

_LONGEST_NAME = 30
_LONGEST_ENVIRONMENT = 13
_LONGEST_FUNCTION = 64
_LONGEST_ENDING = "-alternating"

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
        allowed="up to 40 keys and values that IAM accepts; not application, environment or aws:…",
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
        allowed="up to 60, by names of lower-case letters, digits and single hyphens",
    )
    rotation: Rotation = Rotation()
    password: Password = Password()
    access: Access = Access()
    access_key: AccessKey = AccessKey()
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
        allowed="the ARN of a topic, or nothing",
    )
    alarm_emails: Emails = setting(
        (),
        meaning="Addresses that alarms are sent to; AWS asks each to confirm. Without any, "
        "subscribe a pager to the output AlarmTopicArn.",
        allowed="up to 10 e-mail addresses; after -c separated by commas",
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
        "Session Manager.",
        allowed="true or false",
    )

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
                name: {**database, **each, "rotation": {**rotation, **each.get("rotation", {})}}
                if isinstance(each, Mapping) and isinstance(each.get("rotation", {}), Mapping)
                else each
                for name, each in databases.items()
            },
        }

    @model_validator(mode="after")
    def _short_enough(self) -> Self:
        """Names of functions are the first to be too long."""
        for name in self.databases:
            longest = self.names.within(name).prefix + _LONGEST_ENDING
            if len(longest) > _LONGEST_FUNCTION:
                raise ValueError(
                    "name_prefix, name, environment and the name of the database are too long "
                    f"together: {longest} has {len(longest)} characters, and Lambda allows "
                    f"{_LONGEST_FUNCTION}"
                )
        return self

    @property
    def protected(self) -> bool:
        """Whether what all share is refused to be deleted."""
        return self.databases.get(MAIN, self.database).deletion_protection

    @property
    def prefix(self) -> str:
        """What the names of stacks, functions and instances begin with."""
        return self.names.prefix

    @property
    def path(self) -> str:
        """What the names of secrets, keys and logs begin with."""
        return self.names.path

    def all_tags(self) -> Mapping[str, str]:
        """The tags of every resource."""
        return {"application": self.name, "environment": self.environment, **self.tags}
