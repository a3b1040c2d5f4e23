"""Every way in which botocore finds credentials works, for the library and for the functions."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import botocore.credentials
import botocore.session
import botocore.tokens
import botocore.utils
import pytest
from botocore.config import Config

from rotated_secret import RotatedSecret, SecretUnavailableError
from rotated_secret.client import new_session
from rotation.client import client_of
from tests.rotated_secret.conftest import FIRST_PASSWORD, document
from tests.rotated_secret.credential_sources import (
    IN_AN_HOUR,
    SECRET_KEY,
    SESSION_TOKEN,
    Aws,
    keys,
)

NAME = "orders/production/main/app"
REGION = "eu-central-1"
ROLE = "role_arn = arn:aws:iam::123456789012:role/x\n"
SSO_ROLE = "sso_account_id = 123456789012\nsso_role_name = x\n"
SSO_SESSION = "[sso-session s]\nsso_region = eu-central-1\nsso_start_url = https://x.awsapps.com/\n"


class Machine:
    """A machine without credentials, until a test puts some there."""

    def __init__(self, home: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.aws = aws
        self.patch = monkeypatch
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        self.set(
            HOME=str(home),
            AWS_CONFIG_FILE=str(home / "config"),
            AWS_SHARED_CREDENTIALS_FILE=str(home / "credentials"),
            AWS_ENDPOINT_URL=aws.url,
            AWS_EC2_METADATA_SERVICE_ENDPOINT=aws.url,
            AWS_EC2_METADATA_DISABLED="true",
            AWS_LOGIN_CACHE_DIRECTORY=str(home),
        )
        for provider in (botocore.credentials.SSOProvider, botocore.tokens.SSOTokenProvider):
            monkeypatch.setattr(provider, "_SSO_TOKEN_CACHE_DIR", str(home))

    def set(self, **environment: str) -> None:
        for name, value in environment.items():
            self.patch.setenv(name, value)

    def write(self, name: str, content: str) -> str:
        (self.home / name).write_text(content)
        return str(self.home / name)

    def cache(self, name: str, content: dict[str, object]) -> None:
        """As the CLI keeps a token."""
        digest = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
        self.write(f"{digest}.json", json.dumps(content))


@pytest.fixture
def aws() -> Iterator[Aws]:
    with Aws(json.dumps(document())) as aws:
        yield aws


@pytest.fixture
def machine(tmp_path: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, aws, monkeypatch)


def static(key_id: str) -> str:
    return f"aws_access_key_id = {key_id}\naws_secret_access_key = {SECRET_KEY}\n"


def environment(machine: Machine) -> str:
    machine.set(AWS_ACCESS_KEY_ID="ENVIRONMENT", AWS_SECRET_ACCESS_KEY=SECRET_KEY)
    return "ENVIRONMENT"


def shared_file(machine: Machine) -> str:
    machine.write("credentials", "[default]\n" + static("FILE"))
    return "FILE"


def config_file(machine: Machine) -> str:
    machine.write("config", "[default]\n" + static("CONFIG"))
    return "CONFIG"


def source_profile(machine: Machine) -> str:
    machine.set(AWS_PROFILE="role")
    machine.write("config", "[profile role]\nsource_profile = base\n" + ROLE)
    machine.write("credentials", "[base]\n" + static("BASE"))
    return "STS"


def credential_source(machine: Machine) -> str:
    machine.set(AWS_PROFILE="role", AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{machine.aws.url}/task")
    machine.write("config", "[profile role]\ncredential_source = EcsContainer\n" + ROLE)
    return "STS"


def credential_process(machine: Machine) -> str:
    given = {"Version": 1, **keys("PROCESS"), "SessionToken": SESSION_TOKEN}
    file = machine.write("keys.json", json.dumps(given))
    machine.write("config", f"[default]\ncredential_process = cat {file}\n")
    return "PROCESS"


def identity_center(machine: Machine) -> str:
    machine.write("config", f"[default]\nsso_session = s\n{SSO_ROLE}{SSO_SESSION}")
    machine.cache("s", {"accessToken": "t", "expiresAt": IN_AN_HOUR})
    return "SSO"


def identity_center_with_a_token_to_renew(machine: Machine) -> str:
    identity_center(machine)
    past = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    client = {"clientId": "c", "clientSecret": "c", "registrationExpiresAt": IN_AN_HOUR}
    machine.cache("s", {"accessToken": "t", "expiresAt": past, "refreshToken": "r", **client})
    return "SSO"


def identity_center_without_a_session(machine: Machine) -> str:
    start = "https://x.awsapps.com/"
    center = f"sso_region = eu-central-1\nsso_start_url = {start}\n"
    machine.write("config", f"[default]\n{center}{SSO_ROLE}")
    machine.cache(start, {"accessToken": "t", "expiresAt": IN_AN_HOUR})
    return "SSO"


def web_identity(machine: Machine) -> str:
    """A service account's role on EKS."""
    machine.set(
        AWS_WEB_IDENTITY_TOKEN_FILE=machine.write("token", "of-the-pod"),
        AWS_ROLE_ARN="arn:aws:iam::123456789012:role/x",
    )
    return "STSWITHWEBIDENTITY"


def web_identity_in_a_profile(machine: Machine) -> str:
    file = machine.write("token", "of-the-pod")
    machine.write("config", f"[default]\nweb_identity_token_file = {file}\n{ROLE}")
    return "STSWITHWEBIDENTITY"


def task(machine: Machine) -> str:
    """ECS."""
    fetcher = botocore.utils.ContainerMetadataFetcher
    machine.patch.setattr(fetcher, "IP_ADDRESS", machine.aws.address)
    machine.set(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/task")
    return "TASK"


def pod_identity(machine: Machine) -> str:
    """EKS Pod Identity."""
    machine.set(
        AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{machine.aws.url}/pod",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=machine.write("token", "of-the-pod"),
    )
    return "POD"


def instance(machine: Machine) -> str:
    machine.set(AWS_EC2_METADATA_DISABLED="false")
    return "INSTANCE"


def sign_in(machine: Machine) -> str:
    """What `aws login` leaves behind."""
    if not hasattr(botocore.credentials, "LoginProvider"):
        pytest.skip("this botocore knows no login")
    # Only signing the next token needs the library that botocore asks for.
    machine.patch.setattr(botocore.credentials, "EC", object())
    machine.write("config", "[default]\nlogin_session = me\n")
    given = keys("LOGIN") | {"Token": ""}
    token = {name[0].lower() + name[1:]: value for name, value in given.items()}
    token |= {"sessionToken": SESSION_TOKEN, "expiresAt": IN_AN_HOUR, "accountId": "123456789012"}
    cached = {"accessToken": token, "refreshToken": "r", "dpopKey": "k", "clientId": "c"}
    name = botocore.utils.generate_login_cache_key("me")
    machine.write(f"{name}.json", json.dumps(cached))
    return "LOGIN"


SOURCES: dict[str, Callable[[Machine], str]] = {
    source.__name__: source
    for source in (
        environment,
        shared_file,
        config_file,
        source_profile,
        credential_source,
        credential_process,
        identity_center,
        identity_center_with_a_token_to_renew,
        identity_center_without_a_session,
        web_identity,
        web_identity_in_a_profile,
        task,
        pod_identity,
        instance,
        sign_in,
    )
}


def the_library() -> str:
    return RotatedSecret(NAME, patience_seconds=20).credential().password


def a_function() -> str:
    client = client_of("secretsmanager", api_version="2017-10-17")
    answer = client.get_secret_value(SecretId=NAME)
    client.close()
    return str(json.loads(answer["SecretString"])["password"])


@pytest.mark.parametrize("read", [the_library, a_function])
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_a_secret_is_read_with_credentials_from(
    machine: Machine, source: Callable[[Machine], str], read: Callable[[], str]
) -> None:
    key_id = source(machine)
    assert read() == FIRST_PASSWORD
    [(caller, _, _)] = machine.aws.callers
    assert caller == key_id


def test_no_source_of_this_botocore_is_left_out() -> None:
    """A new one shows up here."""
    resolver = botocore.credentials.create_credential_resolver(botocore.session.Session())
    assert {provider.METHOD for provider in resolver.providers} <= {
        "env",
        "assume-role",
        "assume-role-with-web-identity",
        "sso",
        "shared-credentials-file",
        "login",
        "custom-process",
        "config-file",
        "ec2-credentials-file",  # boto's of 2009, files too
        "boto-config",
        "container-role",
        "iam-role",
    }


@pytest.mark.parametrize("service", ["sts", "sso", "sso-oidc", "signin"])
def test_a_source_can_have_a_client_of_its_service(machine: Machine, service: str) -> None:
    environment(machine)
    session = new_session(Config(connect_timeout=7))
    if service not in botocore.session.Session().get_available_services():
        pytest.skip("this botocore does not know it")
    client: Any = session.create_client(service)
    assert client.meta.service_model.service_name == service
    assert client.meta.config.connect_timeout == 7, "nor does it wait for a minute"


@pytest.mark.parametrize("source", [task, web_identity, identity_center, pod_identity])
def test_credentials_that_are_not_there_yet_are_looked_for_again(
    machine: Machine, source: Callable[[Machine], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(botocore.utils.ContainerMetadataFetcher, "RETRY_ATTEMPTS", 1)
    monkeypatch.setattr(botocore.utils.ContainerMetadataFetcher, "SLEEP_TIME", 0)
    source(machine)
    machine.aws.down = ("/task", "/pod", "/federation", "/")
    secret = RotatedSecret(NAME, patience_seconds=0.01)
    with pytest.raises(SecretUnavailableError):
        secret.credential()
    machine.aws.down = ()
    secret._patience_seconds = 20
    assert secret.credential().password == FIRST_PASSWORD


def test_without_any_credentials_they_are_looked_for_again(machine: Machine) -> None:
    secret = RotatedSecret(NAME, patience_seconds=0.01)
    with pytest.raises(SecretUnavailableError):
        secret.credential()
    shared_file(machine)
    secret._patience_seconds = 20
    assert secret.credential().password == FIRST_PASSWORD


def test_keys_in_a_file_that_have_expired_are_read_again(machine: Machine) -> None:
    machine.aws.accepted = {"RENEWED"}
    shared_file(machine)
    secret = RotatedSecret(NAME, patience_seconds=20)
    with pytest.raises(SecretUnavailableError, match="has expired") as caught:
        secret.credential()
    assert caught.value.code == "ExpiredTokenException"
    machine.write("credentials", "[default]\n" + static("RENEWED"))
    secret._cache._failing = None  # the back-off after a failure is over
    assert secret.credential().password == FIRST_PASSWORD


@pytest.mark.parametrize("source", [environment, web_identity, pod_identity, identity_center])
def test_at_level_debug_no_secret_is_in_the_log(
    machine: Machine,
    source: Callable[[Machine], str],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source(machine)
    for name in ("", "botocore", "urllib3"):
        caplog.set_level(logging.DEBUG, name)
    monkeypatch.setattr(HTTPConnection, "debuglevel", 1)
    assert the_library() == FIRST_PASSWORD
    logged = "".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    for secret in (FIRST_PASSWORD, SECRET_KEY, SESSION_TOKEN):
        assert secret not in logged
    assert FIRST_PASSWORD not in capsys.readouterr().out


def test_what_other_clients_of_the_application_log_stays(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    """And shows that the test above would see a secret."""
    environment(machine)
    for name in ("", "botocore"):
        caplog.set_level(logging.DEBUG, name)
    the_library()
    caplog.clear()
    client: Any = botocore.session.Session().create_client("secretsmanager")
    client.get_secret_value(SecretId=NAME)
    client.close()
    assert FIRST_PASSWORD in caplog.text


def test_a_function_logs_no_secret_at_level_debug(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    environment(machine)
    caplog.set_level(logging.DEBUG)
    assert a_function() == FIRST_PASSWORD
    assert FIRST_PASSWORD not in caplog.text
