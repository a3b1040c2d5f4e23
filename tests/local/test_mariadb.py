"""An app on MariaDB: three logins, each with a strategy of its own, and applications on them."""

import json
import threading
from collections import Counter
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pymysql
import pytest
from pymysql.constants import ER

from local.database_errors import BinariesNotFoundError
from local.demo.consumers import Consumers
from local.demo.rotation_follower import RotationFollower
from local.local_aws import LocalAws
from local.mariadb import find_binaries
from rotated_secret import RotatedSecret
from rotated_secret.pymysql import connect
from tests.local.bootstrapped import bootstrapped_aws
from tests.local.test_end_to_end import value

pytestmark = pytest.mark.xdist_group("mariadb")

LOGINS = {"app": "dual", "reports": "alternating", "batch": "single"}
SETTINGS = {
    "name": "orders",
    "databases": {
        "main": {
            "engine": "mariadb",
            "logins": {name: {"strategy": strategy} for name, strategy in LOGINS.items()},
        }
    },
}
ROUNDS = 3
"""Rotations of each login: with two passwords and two users, the third meets the first again."""


def name_of(login):
    return f"orders/production/main/{login}"


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    try:
        find_binaries()
    except BinariesNotFoundError as error:
        pytest.skip(str(error))
    file = tmp_path_factory.mktemp("settings") / "orders.json"
    file.write_text(json.dumps(SETTINGS))
    with bootstrapped_aws() as running:
        running.cdk().deploy("-c", f"settings={file}")
        yield running


class Application(threading.Thread):
    """Logs in all the time with the credential library, and asks who it is."""

    def __init__(self, aws: LocalAws, login: str) -> None:
        super().__init__(daemon=True)
        self.failures: list[str] = []
        self.users: Counter[str] = Counter()
        self._secret = RotatedSecret(name_of(login), client=aws.client("secretsmanager"))
        self._stop_asked = threading.Event()

    def run(self) -> None:
        while not self._stop_asked.is_set():
            try:
                with closing(connect(self._secret)) as connection, connection.cursor() as cursor:
                    cursor.execute("SELECT USER()")
                    self.users[cursor.fetchone()[0].partition("@")[0]] += 1
            except Exception as error:  # noqa: BLE001 - every failure counts
                self.failures.append(repr(error))

    def end(self) -> None:
        self._stop_asked.set()
        self.join()


class Rotated:
    """What came of the rotations.

    Attributes:
        versions: By login, what its secret held, the oldest first.
        applications: By login, who used it on the library.
        tally: What the deployed consumer met.
    """

    def __init__(self, aws: LocalAws) -> None:
        secrets = aws.client("secretsmanager")
        self.versions = {login: [value(secrets, name_of(login))] for login in LOGINS}
        self.applications = {login: Application(aws, login) for login in LOGINS}
        function = aws.outputs("orders-production")["ConsumerFunctionName"]
        with ExitStack() as stack:
            consumers = stack.enter_context(Consumers(partial(aws.client, "lambda"), function))
            for application in self.applications.values():
                application.start()
                stack.callback(application.end)
            for _ in range(ROUNDS):
                for login in LOGINS:
                    RotationFollower(aws, name_of(login)).rotate()
                    self.versions[login].append(value(secrets, name_of(login)))
        self.tally = consumers.tally


@pytest.fixture(scope="module")
def rotated(aws):
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RDS_CA_BUNDLE", str(aws.directory / "authorities.pem"))
        return Rotated(aws)


@pytest.mark.parametrize("login", LOGINS)
def test_no_application_notices_a_rotation(rotated, login):
    application = rotated.applications[login]
    assert not application.failures
    assert application.users.total() > ROUNDS
    assert application.users.keys() <= {each["username"] for each in rotated.versions[login]}


def test_neither_does_the_deployed_consumer(rotated):
    assert not rotated.tally.failures
    assert rotated.tally.logins > ROUNDS


def accepted(aws, version):
    try:
        aws.log_in_to_mysql(version).close()
    except pymysql.err.OperationalError as error:
        if error.args[0] != ER.ACCESS_DENIED_ERROR:
            raise
        return False
    return True


@pytest.mark.parametrize(
    ("login", "users", "still_accepted"),
    [
        ("app", 1, [False, False, True, True]),
        ("reports", 2, [False, False, True, True]),
        ("batch", 1, [False, False, False, True]),
    ],
)
def test_the_former_password_is_accepted_where_the_strategy_says_so(
    aws, rotated, login, users, still_accepted
):
    versions = rotated.versions[login]
    assert len({each["username"] for each in versions}) == users
    assert [accepted(aws, each) for each in versions] == still_accepted


def test_the_admins_password_rotates_as_well(aws, rotated):
    secrets = aws.client("secretsmanager")
    before = value(secrets, name_of("admin"))
    RotationFollower(aws, name_of("admin")).rotate()
    after = value(secrets, name_of("admin"))
    assert [accepted(aws, each) for each in (before, after)] == [False, True]
    rotated.versions["admin"] = [before, after]


def test_no_password_of_a_rotation_is_in_a_log_of_the_server(aws, rotated):
    admin = value(aws.client("secretsmanager"), name_of("admin"))
    with aws.log_in_to_mysql(admin) as connection, connection.cursor() as cursor:
        cursor.execute("FLUSH LOGS")
        cursor.execute("SELECT @@datadir, @@general_log_file, @@slow_query_log_file")
        data, *files = (Path(each) for each in cursor.fetchone())
    texts = [path.read_bytes() for path in files]
    texts.append(b"".join(path.read_bytes() for path in data.glob("binlog.*[0-9]")))
    passwords = {v["password"] for versions in rotated.versions.values() for v in versions}
    for text in texts:
        assert b"reports_clone" in text
        assert not any(each.encode() in text for each in passwords)
