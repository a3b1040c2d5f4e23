"""`make deploy`: the CDK CLI, with a first deployment that can fail without leaving anything.

An instance that is protected from deletion outlives the rollback of the deployment that made it,
and a protected stack cannot be made anew: a first deployment that fails would have to be cleared
away by hand. So the first one is made without protection, and a second, right after it, changes
nothing else than to protect. That holds for the stack of each database. docs/adr/0017 has the
alternatives.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from stacks.settings import Settings, SettingsError, read_settings

ROOT = Path(__file__).resolve().parent.parent
QUALIFIER = "@aws-cdk/core:bootstrapQualifier"

NEVER_MADE = frozenset({"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
"""States of a stack that has never been complete: nothing but its creation ends in them."""


CDK = ROOT / "node_modules" / ".bin" / "cdk"

CloudFormation = Any
"""boto3's client, which comes without types."""


def main(words: Sequence[str]) -> int:
    """Deploys, as `cdk deploy` with the same words would.

    Args:
        words: The stacks and options.

    Returns:
        The CLI's exit code.
    """
    try:
        found = context(words)
        settings = read_settings(found)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    stacks = stacks_of(settings)
    protected = {n for n in stacks if settings.databases[n].deletion_protection}
    if protected and {"--all", settings.prefix, *stacks.values()} & set(words):
        try:
            new = never_made(client(found, settings.prefix), settings)
        except (BotoCoreError, ClientError) as error:
            sys.stderr.write(_unknown(settings, error))
            new = []
        first = [name for name in new if name in protected]
        if first:
            sys.stderr.write(
                f"The first deployment of {', '.join(stacks[name] for name in first)}: without "
                "protection from deletion, then with.\n"
            )
            code = _cdk([*words, *unprotected(first)])
            if code:
                return code
    return _cdk(words)


def context(words: Sequence[str]) -> Mapping[str, object]:
    """Reads the context as the CLI does: that of `cdk.json`, and over it what follows `-c`."""
    found: dict[str, object] = json.loads((ROOT / "cdk.json").read_text())["context"]
    for before, word in zip(("", *words), words, strict=False):
        given = word if before in {"-c", "--context"} else word.removeprefix("--context=")
        if before in {"-c", "--context"} or given != word:
            name, _, value = given.partition("=")
            found[name] = value
    return found


def client(found: Mapping[str, object], stack: str) -> CloudFormation:
    """Makes a client that may describe the stack: with the person's rights, or the CDK's.

    A pipeline often may do nothing but take on the roles that `cdk bootstrap` has made.

    Args:
        found: The context, which may name the bootstrap's qualifier.
        stack: The stack's name.

    Raises:
        ClientError: Neither may.
        BotoCoreError: There are no credentials, or no region.
    """
    own = boto3.client("cloudformation")
    try:
        _described(own, stack)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return _client_of_the_cdk(str(found.get(QUALIFIER, "hnb659fds")))
    return own


def stacks_of(settings: Settings) -> dict[str, str]:
    """Names the stack of each database."""
    return {name: settings.stack_of(name) for name in settings.databases}


def unprotected(databases: Sequence[str]) -> list[str]:
    """Words for the CLI that leave the protection of databases off, and of no others."""
    return [
        word for name in databases for word in ("-c", f"databases.{name}.deletion_protection=false")
    ]


def never_made(cloudformation: CloudFormation, settings: Settings) -> list[str]:
    """Names the databases whose stacks have never been complete, and lets the CLI make those anew.

    For that the protection of stacks whose first deployment failed is lifted. They hold nothing.

    Args:
        cloudformation: The client.
        settings: What the team decided.

    Raises:
        ClientError: CloudFormation does not say, or may not be told.
    """
    stacks = stacks_of(settings)
    others = [f"{settings.prefix}{suffix}" for suffix in ("", "-access", "-deploy-role")]
    new = set()
    for name in dict.fromkeys([*others, *stacks.values()]):
        stack = _described(cloudformation, name)
        status = stack.get("StackStatus")
        if status is None or status in NEVER_MADE:
            new.add(name)
        if status in NEVER_MADE and stack["EnableTerminationProtection"]:
            cloudformation.update_termination_protection(
                StackName=name, EnableTerminationProtection=False
            )
    return [name for name, stack in stacks.items() if stack in new]


def _described(cloudformation: CloudFormation, stack: str) -> Mapping[str, Any]:
    """Describes a stack; nothing if it does not exist."""
    try:
        [described] = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return {}
        raise
    return dict(described)


def _client_of_the_cdk(qualifier: str) -> CloudFormation:
    sts = boto3.client("sts")
    region = sts.meta.region_name
    _, partition, _, _, account, _ = sts.get_caller_identity()["Arn"].split(":", 5)
    name = f"cdk-{qualifier}-deploy-role-{account}-{region}"
    taken = sts.assume_role(
        RoleArn=f"arn:{partition}:iam::{account}:role/{name}", RoleSessionName="make-deploy"
    )["Credentials"]
    return boto3.client(
        "cloudformation",
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
    )


def _unknown(settings: Settings, error: Exception) -> str:
    return (
        f"It cannot be told whether the stack {settings.prefix} exists: {error}\n"
        "If this is its first deployment, stop it and add -c database.deletion_protection=false, "
        "then deploy again without that (docs/deploying.md).\n"
    )


def _cdk(words: Sequence[str]) -> int:
    return subprocess.run([CDK, "deploy", *words], cwd=ROOT, check=False).returncode  # noqa: S603 - what a person typed


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
