"""The settings, each with its default, what is allowed, and the control that it satisfies.

The defaults are for production: a team that sets only a name gets what an auditor accepts.
`docs/settings.md` is generated from here (see stacks.settings.reference).
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from credential_rotation.names import Names
from stacks.settings import names as valid
from stacks.settings.access import Access
from stacks.settings.access_key import AccessKey
from stacks.settings.database import Database
from stacks.settings.field import Group, setting
from stacks.settings.lists import split
from stacks.settings.password import Password
from stacks.settings.roles import Readers
from stacks.settings.rotation import Rotation
from stacks.settings.tags import Tags

_LONGEST_NAME = 30
_LONGEST_ENVIRONMENT = 13  # with the longest name 64 characters in the longest function name

Emails = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^[^@\s,]+@[^@\s,]+\.[^@\s,.]+$")], ...],
    Field(max_length=10),
    BeforeValidator(split),
]

_ZONES = 2


def _two_of_one_region(zones: tuple[str, ...]) -> tuple[str, ...]:
    if zones and len(zones) != _ZONES:
        raise ValueError(f"there are {len(zones)}")
    if len(set(zones)) != len(zones):
        raise ValueError("it is the same zone twice")
    if len({zone[:-1] for zone in zones}) > 1:
        raise ValueError("they are in different regions")
    return zones


Zones = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$")], ...],
    BeforeValidator(split),
    AfterValidator(_two_of_one_region),
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
    database: Database = Database()
    rotation: Rotation = Rotation()
    password: Password = Password()
    access: Access = Access()
    access_key: AccessKey = AccessKey()
    readers: Readers = setting(
        (),
        meaning="ARNs of the roles, besides the functions of this stack, that may read the "
        "application secret. A role needs its own permission as well.",
        allowed="up to 20 ARNs of roles of this account; after -c separated by commas",
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
    zones: Zones = setting(
        (),
        meaning="Availability zones of the subnets: database, functions and endpoints are in them. "
        "Name two where the first two of the region, which are taken otherwise, lack the class of "
        "the instance or an endpoint (docs/deploying.md says how to see it). They cannot change "
        "after the first deployment, which EC2 refuses.",
        allowed="two names such as eu-west-1a,eu-west-1c of one region; after -c separated by "
        "commas; or nothing",
    )
    consumer: bool = setting(
        default=True,
        meaning="Deploy the sample consumer, a function that logs in with the application secret.",
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
        return Names(prefix=self.prefix, path=self.path)

    @property
    def prefix(self) -> str:
        """What the names of the stack, the functions and the instance begin with."""
        return f"{self.name}-{self.environment}"

    @property
    def path(self) -> str:
        """What the names of the secrets, keys and logs begin with."""
        return f"{self.name}/{self.environment}"

    @classmethod
    def groups(cls) -> dict[str, type[Group]]:
        """The settings that are groups of settings, by name."""
        return {
            name: field.annotation
            for name, field in cls.model_fields.items()
            if isinstance(field.annotation, type) and issubclass(field.annotation, Group)
        }

    def all_tags(self) -> Mapping[str, str]:
        """The tags of every resource."""
        return {"application": self.name, "environment": self.environment, **self.tags}
