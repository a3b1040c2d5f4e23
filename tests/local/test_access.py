"""People with the deployed roles: the example, and the runbook for a key that leaked."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from local.aws.configuration import ACCOUNT
from local.demo.profile import Profile
from local.demo.rotation_follower import RotationFollower
from local.local_aws import REGION
from tests.local.conftest import MEMBERS

pytestmark = pytest.mark.xdist_group("end-to-end")

ROOT = Path(__file__).resolve().parents[2]
SECRET, ADMIN = "orders/production/main/app", "orders/production/main/admin"


@pytest.fixture
def aws(deployed_aws, deployed_cdk):
    return deployed_aws


@pytest.fixture
def outputs(aws, deployed_cdk):
    return aws.outputs(*deployed_cdk.stack_names())


@pytest.fixture
def profile(outputs):
    return lambda role: Profile.read(outputs[f"{role}Profile"])


@pytest.fixture
def anna(deployed_people):
    return deployed_people["auditors"]


@pytest.fixture
def otto(deployed_people):
    return deployed_people["operators"]


@pytest.fixture
def bea(deployed_people):
    return deployed_people["break_glass"]


def environment(aws, key):
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ENDPOINT_URL": aws.server.url,
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "AWS_DEFAULT_REGION": REGION,
    }


def example(aws, person, role_arn, code):
    return subprocess.run(
        [
            *(sys.executable, "examples/assume_role.py", SECRET, "--role-arn", role_arn),
            *("--mfa-serial", f"arn:aws:iam::{ACCOUNT}:mfa/{person.name}"),
        ],
        cwd=ROOT,
        env=environment(aws, person._key),
        input=f"{code}\n",
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_members_that_the_settings_name_are_in_the_groups(aws, deployed_people):
    for setting, group in MEMBERS.items():
        found = aws.client("iam").get_group(GroupName=f"orders-production-{group}")["Users"]
        assert [each["UserName"] for each in found] == [deployed_people[setting].name]


def test_the_example_takes_a_role_on_with_a_code_and_looks(aws, anna, profile):
    role = profile("Auditor").role_arn
    done = example(aws, anna, role, anna.mfa()["TokenCode"])
    assert done.returncode == 0, done.stderr
    assert "AWSCURRENT" in done.stdout
    assert f"MFA code: {SECRET}, rotated last" in done.stdout


def test_the_example_is_refused_with_a_wrong_code(aws, anna, profile):
    done = example(aws, anna, profile("Auditor").role_arn, "000000")
    assert done.returncode == 1
    assert "MultiFactorAuthentication failed" in done.stderr


def test_the_profile_is_all_that_boto3_needs_but_the_code(
    aws, otto, outputs, tmp_path, monkeypatch
):
    (tmp_path / "config").write_text(
        outputs["RotationOperatorProfile"].replace("YOUR-USER-NAME", otto.name)
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    key = otto._key
    (tmp_path / "credentials").write_text(
        f"[default]\naws_access_key_id={key['AccessKeyId']}\n"
        f"aws_secret_access_key={key['SecretAccessKey']}\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.server.url)
    monkeypatch.delenv("AWS_DEFAULT_REGION")  # the profile has it
    session = boto3.Session(profile_name="orders-production-rotation-operator")
    providers = session._session.get_component("credential_provider")
    providers.get_provider("assume-role")._prompter = lambda _: otto.mfa()["TokenCode"]
    who = session.client("sts").get_caller_identity()["Arn"]
    assert who.endswith(f":assumed-role/orders-production-rotation-operator/{otto.name}")
    session.client("secretsmanager").describe_secret(SecretId=SECRET)


def test_break_glass_reads_the_application_s_password_and_no_other(aws, bea, profile):
    session = bea.assume(profile("BreakGlass"), **bea.mfa())["Credentials"]
    secrets = aws.client_of(session, "secretsmanager")
    read = secrets.get_secret_value(SecretId=SECRET, VersionStage="AWSCURRENT")["SecretString"]
    credential = json.loads(read)
    with aws.postgres.connect(
        credential["username"], credential["password"], dbname=credential["dbname"]
    ) as connection:
        assert connection.execute("SELECT session_user").fetchone()
    with pytest.raises(ClientError, match="not authorized"):
        secrets.get_secret_value(SecretId=ADMIN, VersionStage="AWSCURRENT")


def runbook():
    """The steps of the runbook, as they are written."""
    text = (ROOT / "docs" / "access.md").read_text()
    section = text.partition("## When a key leaks\n")[2].partition("\n## ")[0]
    first, *steps = re.findall(r"^ *```sh\n(.*?)^ *```", section, re.MULTILINE | re.DOTALL)
    variables = dict(re.findall(r"^(\w+)=(\S+)", first, re.MULTILINE))
    return variables, steps


@pytest.fixture
def run(aws, tmp_path, bea):
    """Runs a step as an administrator, with bash and with `aws`."""
    variables, _ = runbook()
    assert variables.keys() == {"user", "key", "role", "secret"}
    cli = tmp_path / "aws"
    cli.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/tests/local/aws_cli.py "$@"\n')
    cli.chmod(0o755)
    mine = {
        "user": bea.name,
        "key": bea._key["AccessKeyId"],
        "role": variables["role"],
        "secret": ADMIN,
    }
    administrator = {"AccessKeyId": "local", "SecretAccessKey": "local"}
    path = f"{tmp_path}:{os.environ['PATH']}"

    def run(step):
        subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", step],
            env={**environment(aws, administrator), "PATH": path, **mine},
            check=True,
            capture_output=True,
        )

    return run


def test_the_runbook_stops_a_key_ends_its_sessions_and_leaves_nothing(aws, bea, profile, run):
    _, (stop, end, look, change, clean_up) = runbook()
    role = profile("BreakGlass")
    read = {"SecretId": SECRET, "VersionStage": "AWSCURRENT"}
    with_role = bea.assume(role, **bea.mfa())["Credentials"]
    stolen = aws.client_of(with_role, "secretsmanager")
    stolen.get_secret_value(**read)
    own = aws.client_of(bea._key, "sts").get_session_token(**bea.mfa())["Credentials"]
    identity = aws.client_of(own, "iam")
    identity.list_access_keys(UserName=bea.name)

    run(stop)
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        aws.client_of(bea._key, "sts").get_caller_identity()
    stolen.get_secret_value(**read)  # it goes on: hence the next step

    time.sleep(1)  # times in policies are whole seconds, and this test is faster than people
    run(end)
    for call in (
        lambda: stolen.get_secret_value(**read),
        lambda: identity.list_access_keys(UserName=bea.name),
    ):
        with pytest.raises(ClientError, match="explicit deny"):
            call()

    run(look)
    before = len(RotationFollower(aws, ADMIN).done())
    run(change)
    RotationFollower(aws, ADMIN).wait_for(before + 1)

    run(clean_up)
    iam = aws.client("iam")
    assert iam.list_access_keys(UserName=bea.name)["AccessKeyMetadata"] == []
    assert iam.list_user_policies(UserName=bea.name)["PolicyNames"] == []
    assert iam.list_role_policies(RoleName=role.role)["PolicyNames"] == []
