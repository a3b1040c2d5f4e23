"""What a team decides about each database and each of its logins."""

from collections.abc import Mapping
from pathlib import Path
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

from credential_rotation.engine import Engine
from credential_rotation.engines import ENGINES
from credential_rotation.identifiers import CLONE_SUFFIX
from stacks.settings import names, pem
from stacks.settings.apart import known_apart
from stacks.settings.database import Database, of_each
from stacks.settings.field import Group, refused, setting
from stacks.settings.ids import SECURITY_GROUP, SecurityGroupId
from stacks.settings.lists import split
from stacks.settings.roles import Readers
from stacks.settings.rotation import (
    STRATEGIES_ALLOWED,
    Rotation,
    Schedule,
    Strategy,
    Window,
    fitting_window,
)

MAIN = "main"
"""The database that is in the stack of what all share; every other one has a stack."""

ADMIN = "admin"
_LONGEST = 30
MOST_LOGINS = 50
"""Each has three outputs of the 200 that CloudFormation allows in a stack, and there are others.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

Name = Annotated[str, StringConstraints(max_length=_LONGEST), AfterValidator(names.resource_name)]

_ARN_PATTERN = (
    r"^(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@!-]+-[A-Za-z0-9]{6}"
    r")?$"
)
_KEY = r"^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+)?$"
SecretArn = Annotated[str, StringConstraints(pattern=_ARN_PATTERN, max_length=640)]
_FUNCTION = (
    r"^(arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+"
    r"(:[A-Za-z0-9_$-]+)?)?$"
)
KeyArn = Annotated[str, StringConstraints(pattern=_KEY, max_length=256)]

Others = Annotated[tuple[str, ...], Field(max_length=20), BeforeValidator(split)]


class Login(Group):
    """A user of a database whose password rotates."""

    username: Annotated[str, StringConstraints(pattern=r"^([^\s].*)?$")] = setting(
        "",
        meaning="Name of the user; that of the login if left out, with _ for -. The twin of one "
        "that alternates is named the same with _clone. It cannot change: a deployment with "
        "another is refused and rolls back.",
        allowed="a name (a-z, 0-9, _) other than the admin's and the other logins', in bytes "
        + of_each(lambda each: f"1 to {each.names.longest_user}")
        + f", and {len(CLONE_SUFFIX)} less where users alternate",
    )
    strategy: Strategy = setting(
        "",
        meaning="See rotation.strategy, which counts if this is left out.",
        allowed=STRATEGIES_ALLOWED,
    )
    schedule: Schedule = setting(
        "rate(30 days)",
        meaning="See rotation.schedule, which counts if this is left out.",
        allowed="see rotation.schedule",
        control="SecretsManager.1, SecretsManager.4",
    )
    window: Window = setting(
        "3h",
        meaning="See rotation.window, which counts if this is left out.",
        allowed="see rotation.window",
    )
    readers: Readers = setting(
        (),
        meaning="ARNs of the roles, besides the functions of this app, that may read the login's "
        "secret. A role needs its own permission as well (docs/applications.md).",
        allowed="up to 20 ARNs of roles of this account; after -c separated by commas",
    )
    reads: Others = setting(
        (),
        meaning="Names of other logins of the database, the tables of whose schemas it may read.",
        allowed="up to 20 names of logins; after -c separated by commas",
    )
    writes: Others = setting(
        (),
        meaning="Names of other logins, the tables of whose schemas it may read and change.",
        allowed="up to 20 names of logins; after -c separated by commas",
    )
    present_secret_arn: SecretArn = setting(
        "",
        meaning="ARN of the secret that holds the present password of a user who exists already. "
        "The login's own secret gets it, and nothing changes in the database before the first "
        "rotation. Until the second one, or the first one of a single user, the old secret works "
        "too: by then its applications have to read the new one.",
        allowed="the ARN of a secret, with its random end; or nothing for a new user",
    )
    present_secret_key_arn: KeyArn = setting(
        "",
        meaning="ARN of the key of that secret.",
        allowed="the ARN of a key; nothing for AWS's own, aws/secretsmanager",
    )

    adopt_secret_arn: SecretArn = setting(
        "",
        meaning="ARN of a secret that exists already, which the login uses instead of one of ours: "
        "its rotation is taken over, and given back when the setting goes (docs/adopting.md). "
        "Nothing else of it changes.",
        allowed="the ARN of a secret, with its random end; or nothing for a secret of ours",
    )
    adopt_secret_key_arn: KeyArn = setting(
        "",
        meaning="ARN of the key of that secret.",
        allowed="the ARN of a key; nothing for AWS's own, aws/secretsmanager",
    )
    adopt_function_arn: Annotated[str, StringConstraints(pattern=_FUNCTION, max_length=300)] = (
        setting(
            "",
            meaning="ARN of the function that rotates that secret at present, which gets it back.",
            allowed="the ARN of a function, as DescribeSecret tells it; nothing if none rotates it",
        )
    )

    @field_validator("window")
    @classmethod
    def _fits_the_schedule(cls, window: str, info: ValidationInfo) -> str:
        return fitting_window(window, info.data.get("schedule"))

    @field_validator("present_secret_key_arn")
    @classmethod
    def _of_a_secret(cls, arn: str, info: ValidationInfo) -> str:
        if arn and info.data.get("present_secret_arn") == "":
            raise ValueError("present_secret_arn is not set")
        return arn

    @model_validator(mode="after")
    def _adopts(self) -> Self:
        """Refuse what has no meaning with a secret that is adopted, or without."""
        if not self.adopt_secret_arn:
            for name in ("adopt_secret_key_arn", "adopt_function_arn"):
                if getattr(self, name):
                    raise ValueError(f"{name} is set, and adopt_secret_arn is not")
        elif self.present_secret_arn:
            raise ValueError("adopt_secret_arn and present_secret_arn are both set: choose one")
        elif self.reads or self.writes:
            raise ValueError("what the user of an adopted secret may read, its owner says")
        return self


class Existing(Group):
    """A server that exists already: an RDS instance, or the writer of an Aurora cluster."""

    host: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]*\.)+[A-Za-z]{2,}$", max_length=255),
    ] = setting(
        meaning="Name of the server: the endpoint of the instance, or the cluster's endpoint.",
        allowed="a host name, as the server's certificate has it",
    )
    port: Annotated[int, Field(ge=0, le=65535)] = setting(
        0,
        meaning="TCP port of the server.",
        allowed="1 to 65535; left out, or 0, it is the product's own: "
        + of_each(lambda each: str(each.port)),
    )
    dbname: str = setting(
        meaning="Name of the database.",
        allowed=of_each(lambda each: each.names.existing_database_allowed),
    )
    security_group_id: SecurityGroupId = setting(
        meaning="Id of the security group that decides who gets to the server.",
        allowed="the id of a security group",
    )
    manage_ingress: bool = setting(
        default=True,
        meaning="Add rules for the functions and the clients to that security group. Turn it off "
        "where another tool owns its rules and would take ours out again; then it has to admit "
        "existing.client_security_group_id, or the addresses of the subnets, before a deployment.",
        allowed="true or false",
    )
    client_security_group_id: Annotated[
        str, StringConstraints(pattern=rf"^({SECURITY_GROUP})?$")
    ] = setting(
        "",
        meaning="Id of a security group that the server's group admits already. The functions are "
        "put into it, and neither group gets a rule of ours for them. It has to let them out to "
        "the server's port.",
        allowed="the id of a security group of the network; or nothing for a group of ours",
    )
    admin_secret_arn: SecretArn = setting(
        meaning="ARN of the secret of a user who may create users. It may be one that RDS manages.",
        allowed="the ARN of a secret, with its random end",
    )
    admin_secret_key_arn: KeyArn = setting(
        "",
        meaning="ARN of the key of that secret.",
        allowed="the ARN of a key; nothing for AWS's own, aws/secretsmanager",
    )
    ca: Annotated[str, AfterValidator(pem.authorities)] = setting(
        "",
        meaning="File with the certificate authorities of the server, instead of those of Amazon "
        "RDS.",
        allowed="a file in PEM with authorities that have not expired; or nothing",
    )

    @field_validator("admin_secret_arn")
    @classmethod
    def _is_there(cls, arn: str) -> str:
        if not arn:
            raise ValueError("it is empty")
        return arn


Logins = Annotated[
    Mapping[Name, Login],
    Field(min_length=1, max_length=MOST_LOGINS),
    AfterValidator(lambda logins: MappingProxyType(dict(logins))),
]


OF_AN_INSTANCE = frozenset(Database.model_fields) - {
    "authorities",
    "clients",
    "deletion_protection",
    "engine",
}
"""Settings of an instance of ours, which a server that exists already has from somebody else."""

OF_STORAGE = frozenset({"storage_gib", "max_storage_gib"})
"""Settings that a cluster of Aurora has not: its storage grows by itself."""

OF_ITS_ADMIN = frozenset({"admin", "admin_schedule"})


class NamedDatabase(Database):
    """One database. What it leaves out is as the groups `database` and `rotation` say."""

    rotation: Rotation = Rotation()
    existing: Existing | None = None
    logins: Logins = setting(
        {"app": {}},
        meaning="The logins of the database.",
        allowed=f"up to {MOST_LOGINS}, by names of lower-case letters, digits and single hyphens, "
        "of which the names of secrets are made; not admin",
    )

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, given: Any) -> Any:  # noqa: ANN401 - JSON
        """Give each login what the rotation of the database says."""
        if not isinstance(given, Mapping):
            return given
        rotation, logins = given.get("rotation", {}), given.get("logins", {"app": {}})
        engine = ENGINES.get(str(given.get("engine", cls.model_fields["engine"].default)))
        if not isinstance(rotation, Mapping) or not isinstance(logins, Mapping) or not engine:
            return given
        inherited = {
            key: rotation[key] for key in ("strategy", "schedule", "window") if key in rotation
        }
        return {
            **given,
            "logins": {
                name: _login({**inherited, **login}, engine)
                if isinstance(login, Mapping)
                else login
                for name, login in logins.items()
            },
            **_server(given, engine),
        }

    @field_validator("existing")
    @classmethod
    def _of_the_product(cls, existing: Existing | None, info: ValidationInfo) -> Existing | None:
        if existing and "engine" in info.data:
            try:
                ENGINES[info.data["engine"]].names.existing(existing.dbname)
            except ValueError as error:
                raise refused("dbname", value=existing.dbname, why=error) from error
        return existing

    @field_validator("logins")
    @classmethod
    def _apart(cls, logins: Mapping[str, Login], info: ValidationInfo) -> Mapping[str, Login]:
        if ADMIN in logins:
            raise ValueError(f"{ADMIN} is the name of the admin's secret")
        known_apart(logins)
        engine = ENGINES.get(info.data.get("engine", ""))
        if engine is None:
            return logins
        taken: dict[str, str] = {}
        if info.data.get("existing") is None:
            taken[info.data.get("admin_username", "")] = "the admin"
        for name, login in logins.items():
            _must_fit(name, login, engine)
            user = login.username or username_of(name)
            for each in (user, user + CLONE_SUFFIX):
                if each in taken:
                    raise ValueError(f"{name} would have the user {each}, as {taken[each]} has")
                taken[each] = name
            for other in (*login.reads, *login.writes):
                if other not in logins or other == name:
                    raise ValueError(
                        f"{name} names {other}, which is no other login of the database"
                    )
        _without_circles(logins)
        return logins

    @model_validator(mode="after")
    def _says_what_counts(self) -> Self:
        storage = sorted(self.model_fields_set & OF_STORAGE)
        if not self.existing:
            if storage and ENGINES[self.engine].cluster:
                raise ValueError(f"of a cluster, {storage[0]} is not set: its storage grows")
            return self
        settings = self.model_fields_set & OF_AN_INSTANCE
        rotation = self.rotation.model_fields_set & OF_ITS_ADMIN
        unused = sorted([*settings, *(f"rotation.{each}" for each in rotation)])
        if unused:
            raise ValueError(f"of an existing server, {unused[0]} is not ours")
        return self

    @property
    def users(self) -> Mapping[str, str]:
        """The users' names, by the logins'."""
        return {name: login.username or username_of(name) for name, login in self.logins.items()}

    @property
    def trusted(self) -> Path | None:
        """The authorities that functions trust, unless they are the shipped ones."""
        file = (self.existing and self.existing.ca) or self.authorities
        return Path(file) if file else None


def _without_circles(logins: Mapping[str, Login]) -> None:
    """Refuse logins that wait for each other: each has to exist before another may read it."""
    waiting = {name: {*login.reads, *login.writes} for name, login in logins.items()}
    while waiting:
        ready = {name for name, others in waiting.items() if not others & waiting.keys()}
        if not ready:
            circle = ", ".join(sorted(waiting))
            raise ValueError(f"{circle} read or write each other in a circle")
        waiting = {name: others for name, others in waiting.items() if name not in ready}


def _login(given: Mapping[str, Any], engine: Engine) -> Mapping[str, Any]:
    """Give a login the strategy of its product if it has none."""
    return {**given, "strategy": given.get("strategy") or engine.strategy}


def _server(given: Mapping[str, Any], engine: Engine) -> Mapping[str, Any]:
    """Give a server that exists already the port of its product if it has none."""
    existing = given.get("existing")
    if not isinstance(existing, Mapping):
        return {}
    return {"existing": {**existing, "port": existing.get("port") or engine.port}}


def _must_fit(name: str, login: Login, engine: Engine) -> None:
    """Refuse a login that its product does not have.

    Raises:
        ValueError: Names the setting.
    """
    strategy = engine.strategies.get(login.strategy)
    if strategy is None:
        why = ValueError(f"{engine.title} has no such strategy (rotation.strategy may say it)")
        raise refused(name, "strategy", value=login.strategy, why=why)
    try:
        engine.names.user(login.username or username_of(name), twin=strategy.twin)
    except ValueError as error:
        if login.username:
            raise refused(name, "username", value=login.username, why=error) from error
        raise ValueError(f"{name} needs a username, because as one {error}") from error


def username_of(login: str) -> str:
    """The user's name where a login gives none."""
    return login.replace("-", "_")
