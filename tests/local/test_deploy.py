"""`make deploy` against the local CloudFormation, with a CLI that only writes down its words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import boto3
import pytest
from botocore.exceptions import ClientError

from local.aws.configuration import ACCOUNT
from local.local_aws import REGION, LocalAws
from tests.local.conftest import Stack
from tools import deploy

GOOD = {"Group": {"Type": "AWS::IAM::Group", "Properties": {}}}
BROKEN = {**GOOD, "Broken": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "mysql"}}}
TRUST_OF_THE_ACCOUNT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
UNPROTECTED = " -c databases.main.deletion_protection=false"

Run = Callable[..., list[str]]


@pytest.fixture
def stack(aws: LocalAws, name: str) -> Stack:
    """The stack that the app would be, under another name."""
    return Stack(aws, f"{name}-production")


@pytest.fixture
def run(aws: LocalAws, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Deploy; tells what the CLI was asked for, each time."""
    for variable, value in aws.exports.items():
        monkeypatch.setenv(variable, value)
    cdk, log = tmp_path / "cdk", tmp_path / "words"
    cdk.write_text(f'#!/bin/sh\necho "$*" >> {log}\ntest ! -e {tmp_path}/fails\n')
    cdk.chmod(0o755)
    monkeypatch.setattr(deploy, "CDK", cdk)

    def call(*words: str, fails: bool = False) -> list[str]:
        if fails:
            (tmp_path / "fails").touch()
        code = deploy.main([*words, "-c", f"name={name}"])
        assert code == int(fails)
        asked = log.read_text().replace(f" -c name={name}", "").splitlines()
        log.unlink()
        return asked

    return call


def protect(aws: LocalAws, stack: Stack) -> None:
    aws.client("cloudformation").update_termination_protection(
        StackName=stack.name, EnableTerminationProtection=True
    )


def is_protected(aws: LocalAws, stack: Stack) -> bool:
    [found] = aws.client("cloudformation").describe_stacks(StackName=stack.name)["Stacks"]
    return bool(found["EnableTerminationProtection"])


def test_a_stack_that_is_not_there_is_made_without_protection_and_then_protected(run: Run) -> None:
    assert run("--all") == ["deploy --all" + UNPROTECTED, "deploy --all"]


def test_a_first_deployment_that_fails_is_not_protected_afterwards(run: Run) -> None:
    assert run("--all", fails=True) == ["deploy --all" + UNPROTECTED]


def test_a_stack_whose_first_deployment_failed_is_made_anew(
    aws: LocalAws, stack: Stack, run: Run
) -> None:
    assert stack.deploy(BROKEN) == "ROLLBACK_COMPLETE"
    protect(aws, stack)
    assert run(stack.name) == [f"deploy {stack.name}{UNPROTECTED}", f"deploy {stack.name}"]
    assert not is_protected(aws, stack), "the CLI has to delete it"


@pytest.mark.parametrize("then", [GOOD, BROKEN])
def test_a_stack_that_was_complete_once_never_loses_its_protection(
    aws: LocalAws, stack: Stack, run: Run, then: dict[str, object]
) -> None:
    stack.deploy(GOOD)
    stack.deploy(then)
    protect(aws, stack)
    assert run("--all") == ["deploy --all"]
    assert is_protected(aws, stack)


def test_only_the_stack_of_a_further_database_that_is_new_is_made_without_protection(
    aws: LocalAws, stack: Stack, run: Run
) -> None:
    stack.deploy(GOOD)
    protect(aws, stack)
    further = Stack(aws, f"{stack.name}--stock")
    assert further.deploy(BROKEN) == "ROLLBACK_COMPLETE"
    protect(aws, further)
    words = ["-c", "databases.main.port=5433", "-c", "databases.stock.port=5434"]
    deployed = f"deploy --all {' '.join(words)}"
    once = " -c databases.stock.deletion_protection=false"
    assert run("--all", *words) == [
        deployed + once,
        deployed,
    ]
    assert is_protected(aws, stack)
    assert not is_protected(aws, further), "the CLI has to delete it"
    unprotected = f"-c databases.main.port=5433 -c databases.stock.port=5434{once}"
    assert run(further.name, *unprotected.split()) == [f"deploy {further.name} {unprotected}"]


def test_who_wants_no_protection_deploys_once(run: Run) -> None:
    assert run("--all", "--context=database.deletion_protection=false") == [
        "deploy --all --context=database.deletion_protection=false"
    ]


def test_another_stack_is_deployed_as_the_cli_does_it(run: Run) -> None:
    assert run("another") == ["deploy another"]


def test_a_pipeline_that_may_only_take_on_the_roles_of_the_cdk_asks_with_one(
    aws: LocalAws, stack: Stack, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The local AWS does not judge calls of CloudFormation, so the first client here may not."""
    stack.deploy(GOOD)
    bootstrapped = aws.client("iam").create_role(
        RoleName=f"cdk-hnb659fds-deploy-role-{ACCOUNT}-{REGION}",
        AssumeRolePolicyDocument=TRUST_OF_THE_ACCOUNT,
    )["Role"]["Arn"]
    made, client = [], boto3.client

    def restricted(service: str, **keys: Any) -> Any:
        made.append((service, keys.get("aws_session_token")))
        if service == "sts" or keys:
            return client(service, **keys)  # type: ignore[call-overload]  # the stubs list them
        refusal: Any = {"Error": {"Code": "AccessDenied", "Message": "not authorized"}}
        return Mock(describe_stacks=Mock(side_effect=ClientError(refusal, "DescribeStacks")))

    monkeypatch.setattr(boto3, "client", restricted)
    assert run("--all") == ["deploy --all"], bootstrapped
    assert [service for service, _ in made] == ["cloudformation", "sts", "cloudformation"]
    assert made[-1][1], "the session of the role"


def test_who_may_not_ask_is_told_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert run("--all") == ["deploy --all"]
    assert "add -c database.deletion_protection=false" in capsys.readouterr().err


def test_wrong_settings_end_before_anything_is_asked(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy.main(["--all", "-c", "name=X"]) == 1
    assert "name = 'X'" in capsys.readouterr().err
