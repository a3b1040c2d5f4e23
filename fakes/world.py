"""A database with an admin and an application's secret, as the stacks make them."""

import itertools
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

from database.alternating_users import AlternatingUsers
from database.single_user import SingleUser
from database.users import Users
from fakes.context import Context
from fakes.product import Document, Product, Session
from fakes.secrets_manager import SecretsManager
from rotation.deadline import Deadline
from rotation.handler import rotation_handler
from rotation.rotating_secret import RotatingSecret

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")

ADMIN_PASSWORD = "the-Admins-own-1"  # noqa: S105 - of a throwaway server
FIRST_PASSWORD = "the-First-Password-1"  # noqa: S105 - the same

_numbers = itertools.count(1)


@dataclass
class World:
    """Names are new for each test; server and database are shared, because one takes long.

    Attributes:
        product: The database product, with its server.
        secrets: Secrets Manager.
        number: Which world this is; its names end in it.
        context: What Lambda tells the functions.
        dbname: The database in which its application works; left out, a usual one.
    """

    product: Product
    secrets: SecretsManager = field(default_factory=SecretsManager)
    number: int = field(default_factory=lambda: next(_numbers))
    context: Context = field(default_factory=Context)
    dbname: str = ""

    def __post_init__(self) -> None:
        self.admin = f"admin_{self.number}"
        self.user = f"app_{self.number}"
        self.clone = f"{self.user}_clone"
        self.dbname = self.dbname or self.product.database(self.user, shared="data")
        prefix = "arn:aws:secretsmanager:eu-central-1:123456789012:secret"
        self.arn = f"{prefix}:app{self.number}/test/application-AbCdEf"
        self.admin_arn = f"{prefix}:app{self.number}/test/admin-AbCdEf"
        self.product.prepare(admin=self.admin, password=ADMIN_PASSWORD, dbname=self.dbname)
        self.secrets.create(self.admin_arn, self.login(self.admin, ADMIN_PASSWORD))
        self.secrets.create(self.arn, self.application())
        target, client = self.product.target, cast("Any", self.secrets)
        self.single = rotation_handler(SingleUser(target), client)
        self.alternating = rotation_handler(AlternatingUsers(target), client)

    def login(self, username: str, password: str) -> Document:
        """Return the content of a secret of the database."""
        return {
            "engine": self.product.engine,
            "host": self.product.server.host,
            "port": self.product.server.port,
            "username": username,
            "password": password,
            "dbname": self.dbname,
        }

    def application(self, **changes: object) -> Document:
        """Return the first content of the application's secret."""
        login = self.login(self.user, FIRST_PASSWORD)
        return {**login, "masterarn": self.admin_arn, **changes}

    def create_first_user(self) -> None:
        """Make the application's user, as the first deployment does."""
        self.ensure()

    def ensure(
        self,
        arn: str = "",
        *,
        before: Document | None = None,
        owner: str = "a request",
        **properties: object,
    ) -> str:
        """What the custom resource of a login does."""
        deadline = Deadline(30)
        secret = RotatingSecret(cast("Any", self.secrets), arn or self.arn, deadline)
        return Users(self.product.target).ensure(
            secret, owner=owner, deadline=deadline, properties=properties, before=before or {}
        )

    def arn_of(self, name: str) -> str:
        """ARN of the secret of another login."""
        return self.arn.replace("application", name)

    def add_login(self, name: str, **properties: Any) -> str:  # noqa: ANN401 - passed on
        """Another login of the database, with a secret of its own; returns its ARN."""
        arn = self.arn_of(name)
        dbname = self.product.database(name, shared=self.dbname)
        password = "anothers-Password-1"  # noqa: S105 - of a throwaway server
        document = self.application(username=name, password=password, dbname=dbname)
        self.secrets.create(arn, document)
        self.ensure(arn, **properties)
        return arn

    def step(self, handler: Callable[..., None], token: str, step: str, arn: str = "") -> None:
        """Run one step of a rotation."""
        event = {"SecretId": arn or self.arn, "ClientRequestToken": token, "Step": step}
        handler(event, self.context)

    def rotate(self, handler: Callable[..., None], arn: str = "") -> str:
        """Rotate a secret; returns the new version."""
        token = self.secrets.begin(arn or self.arn)
        for step in STEPS:
            self.step(handler, token, step, arn)
        return token

    def rotate_by_three(self, handler: Callable[..., None]) -> None:
        """Delivers each step three times at once; none of them may fail."""
        token = self.secrets.begin(self.arn)
        with ThreadPoolExecutor(3) as pool:
            for step in STEPS:
                together = threading.Barrier(3)

                def run(step: str = step, together: threading.Barrier = together) -> None:
                    together.wait()
                    self.step(handler, token, step)

                for done in [pool.submit(run) for _ in range(3)]:
                    done.result()

    def until(self, handler: Callable[..., None], last: str) -> str:
        """Begins a rotation and runs the steps before `last`."""
        token = self.secrets.begin(self.arn)
        for step in STEPS[: STEPS.index(last)]:
            self.step(handler, token, step)
        return token

    def document(self, label: str = "AWSCURRENT") -> Document:
        """Return the content of the application's secret."""
        document: Document = self.secrets.document(self.arn, label)
        return document

    def pending(self, token: str) -> Document:
        """Return the content of a version of the application's secret."""
        document: Document = json.loads(self.secrets.secrets[self.arn].contents[token] or "")
        return document

    def log_in(self, document: Document) -> Session:
        """Logs in with a secret's content."""
        return self.product.log_in(document)

    def accepts(self, document: Document) -> bool:
        """Tell whether a secret's content logs in."""
        return self.product.accepts(document)

    def exists(self, username: str) -> bool:
        """Tell whether the server has a user."""
        return self.product.exists(username)
