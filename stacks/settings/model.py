"""The settings, each with its default, what is allowed, and the control that it satisfies.

The defaults are for production: a team that sets only a name gets what an auditor accepts.
`docs/settings.md` is generated from here (see stacks.settings.reference).
"""

import math
import re
import string
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from stacks.settings import names, schedule
from stacks.settings.field import setting

LEAST_BITS = 190
"""Of entropy in a password. The rotation functions refuse to work with less."""

OUR_TAGS = ("application", "environment")
"""Tags that every resource gets from the settings of the same meaning."""

FIXED = "It cannot change after the first deployment, which CloudFormation refuses."

DEFAULT_PORT = 5432
_LONGEST_NAME = 30
_LONGEST_ENVIRONMENT = 15  # with the longest name 63 characters in the longest function name, of 64


class Group(BaseModel):
    """A frozen group of settings that knows no other fields than its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _tags(tags: Mapping[str, str]) -> Mapping[str, str]:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html: the strictest service's rules.
    for key, value in tags.items():
        if not re.fullmatch(r"[\w .:/=+@-]{1,128}", key) or key.lower().startswith("aws:"):
            raise ValueError(f"the key {key!r} is not a tag key that AWS accepts")
        if not re.fullmatch(r"[\w .:/=+@-]{0,256}", value):
            raise ValueError(f"the value of {key!r} is not a tag value that AWS accepts")
    keys = [key.lower() for key in (*tags, *OUR_TAGS)]
    if len(set(keys)) < len(keys):
        raise ValueError("two keys differ in upper and lower case alone, or one is set by the app")
    return MappingProxyType(dict(tags))


def _split(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


Tags = Annotated[Mapping[str, str], Field(max_length=40), AfterValidator(_tags)]
RoleArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", max_length=640
    ),
]
Readers = Annotated[tuple[RoleArn, ...], Field(max_length=20), BeforeValidator(_split)]


class Database(Group):
    """The PostgreSQL server."""

    engine_version: Annotated[str, StringConstraints(pattern=r"^1[4-8](\.\d{1,2})?$")] = setting(
        "17",
        meaning="Version of PostgreSQL. A major version alone lets AWS bring minor upgrades.",
        allowed="14 to 18, also with a minor version such as 17.4",
        control="RDS.13",
    )
    instance_class: Annotated[
        str, StringConstraints(pattern=r"^db\.[a-z][a-z0-9-]*\.[a-z0-9]+$")
    ] = setting(
        "db.t4g.medium",
        meaning="Class of the instance.",
        allowed="a class of RDS for PostgreSQL, such as db.m7g.large",
    )
    storage_gib: Annotated[int, Field(ge=20, le=65536)] = setting(
        20, meaning="Storage at the start, in GiB, of the type gp3.", allowed="20 to 65536"
    )
    max_storage_gib: Annotated[int, Field(ge=22, le=65536)] = setting(
        100,
        meaning="Storage to which the instance may grow by itself, in GiB.",
        allowed="22 to 65536, and at least 10 % more than database.storage_gib",
    )
    multi_az: bool = setting(
        default=True,
        meaning="Keep a standby in a second zone.",
        allowed="true or false",
        control="RDS.5",
    )
    port: Annotated[int, Field(ge=1150, le=65535)] = setting(
        6432,
        meaning=f"TCP port of the server. {FIXED}",
        allowed=f"1150 to 65535, but not PostgreSQL's default {DEFAULT_PORT} (RDS.23)",
        control="RDS.23",
    )
    name: Annotated[str, AfterValidator(names.identifier)] = setting(
        "app",
        meaning=f"Name of the database. {FIXED}",
        allowed="a PostgreSQL name of 1 to 63 bytes (a-z, 0-9, _) that is no reserved word",
    )
    admin_username: Annotated[str, AfterValidator(names.admin_username)] = setting(
        "dbadmin",
        meaning=f"Name of the master user. {FIXED}",
        allowed="a PostgreSQL name of 1 to 16 bytes (a-z, 0-9, _), not admin or postgres (RDS.25)",
        control="RDS.25",
    )
    application_username: Annotated[str, AfterValidator(names.application_username)] = setting(
        "app_user",
        meaning=f"Name of the application's user. Its twin is named the same with _clone. {FIXED}",
        allowed="a PostgreSQL name of 1 to 57 bytes (a-z, 0-9, _), other than the admin's",
    )
    deletion_protection: bool = setting(
        default=True,
        meaning="Refuse to delete the stack and the instance; keep secrets, keys and logs.",
        allowed="true or false",
        control="RDS.8",
    )
    backup_days: Annotated[int, Field(ge=7, le=35)] = setting(
        14,
        meaning="Days that automatic backups are kept.",
        allowed="7 to 35 (RDS.11 wants 7 at least)",
        control="RDS.11",
    )

    @field_validator("port")
    @classmethod
    def _not_the_default_port(cls, port: int) -> int:
        if port == DEFAULT_PORT:
            raise ValueError("it is the port that everyone tries first")
        return port

    @field_validator("max_storage_gib")
    @classmethod
    def _room_to_grow(cls, most: int, info: ValidationInfo) -> int:
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
        if most * 10 < info.data.get("storage_gib", 0) * 11:
            raise ValueError(f"database.storage_gib is {info.data['storage_gib']}")
        return most

    @field_validator("application_username")
    @classmethod
    def _not_the_admin(cls, user: str, info: ValidationInfo) -> str:
        if info.data.get("admin_username") in {user, user + names.CLONE_SUFFIX}:
            raise ValueError(f"database.admin_username is {info.data['admin_username']}")
        return user

    @property
    def major_version(self) -> str:
        """The version of PostgreSQL without its minor part."""
        return self.engine_version.partition(".")[0]


class Rotation(Group):
    """How and when the application's credential changes."""

    strategy: Literal["alternating", "single"] = setting(
        "alternating",
        meaning="`alternating`: two users in turn, so that the previous credential still works. "
        "`single`: one user whose password changes.",
        allowed="alternating or single",
    )
    schedule: str = setting(
        "rate(30 days)",
        meaning="When to rotate (UTC).",
        allowed="rate(4 hours) to rate(999 days), or cron(0 hours day month weekday *) with hours "
        "as 2 or 2/10",
        control="SecretsManager.1, SecretsManager.4",
    )
    window: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]?h$")] = setting(
        "3h",
        meaning="How long after the scheduled hour the rotation may start.",
        allowed="1h to 24h, ending on the same UTC day and before the next window opens",
    )
    on_deploy: bool = setting(
        default=False,
        meaning="Rotate also whenever a deployment changes the schedule.",
        allowed="true or false",
    )

    @field_validator("schedule")
    @classmethod
    def _known_to_secrets_manager(cls, expression: str) -> str:
        schedule.parse(expression)
        return expression

    @field_validator("window")
    @classmethod
    def _fits_the_schedule(cls, window: str, info: ValidationInfo) -> str:
        if "schedule" in info.data:
            longest = schedule.parse(info.data["schedule"]).longest_window
            if int(window.removesuffix("h")) > longest:
                raise ValueError(f"{info.data['schedule']} leaves {longest}h")
        return window


class Password(Group):
    """What the rotations' passwords look like: letters and digits, the first one a letter.

    The very first password, until the first rotation, is 40 letters and digits whatever is set
    here (see stacks.secrets).
    """

    length: Annotated[int, Field(ge=33, le=128)] = setting(
        40, meaning="Characters in a password that a rotation makes.", allowed="33 to 128"
    )
    exclude_characters: Annotated[str, StringConstraints(pattern=r"^[!-~]*$")] = setting(
        "",
        meaning="Characters that no such password may have, besides all punctuation.",
        allowed=f"printable ASCII that leaves {LEAST_BITS} bits at the length of password.length",
    )

    @field_validator("exclude_characters")
    @classmethod
    def _strong_enough(cls, excluded: str, info: ValidationInfo) -> str:
        bits = _entropy(set(excluded), length=info.data.get("length", 0))
        if "length" in info.data and bits < LEAST_BITS:
            raise ValueError(f"it leaves {max(bits, 0):.0f} bits")
        return excluded


def _entropy(excluded: set[str], *, length: int) -> float:
    """Bits in a password, from below: the demand for each kind of character costs less than one."""
    letters = len(set(string.ascii_letters) - excluded)
    characters = letters + len(set(string.digits) - excluded)
    if not letters:
        return 0
    return math.log2(letters) + (length - 1) * math.log2(characters) - 1


class Settings(Group):
    """Everything that a team decides."""

    name: Annotated[
        str,
        StringConstraints(min_length=2, max_length=_LONGEST_NAME),
        AfterValidator(names.resource_name),
    ] = setting(
        meaning="Name of the application. Stack, secrets, functions and database are named after "
        "it and the environment.",
        allowed=f"2 to {_LONGEST_NAME} lower-case letters, digits and single hyphens, beginning "
        "with a letter",
    )
    environment: Annotated[
        str,
        StringConstraints(max_length=_LONGEST_ENVIRONMENT),
        AfterValidator(names.resource_name),
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
    readers: Readers = setting(
        (),
        meaning="ARNs of the roles, besides the functions of this stack, that may read the "
        "application secret. A role needs its own permission as well.",
        allowed="up to 20 ARNs of roles of this account; after -c separated by commas",
    )
    consumer: bool = setting(
        default=True,
        meaning="Deploy the sample consumer, a function that logs in with the application secret.",
        allowed="true or false",
    )

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
