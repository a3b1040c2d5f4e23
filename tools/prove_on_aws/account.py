"""Which account the proof would run in, and whether it can."""

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tools.prove_on_aws.errors import RefusedError

if TYPE_CHECKING:
    from mypy_boto3_sts.client import STSClient

_BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"


@dataclass(frozen=True)
class Account:
    """Where the standard credentials lead.

    Attributes:
        id: The account's id.
        caller: ARN of whose credentials they are.
        region: The region.
    """

    id: str
    caller: str
    region: str

    @classmethod
    def of(cls, session: boto3.Session) -> "Account":
        """Ask AWS who we are.

        Raises:
            RefusedError: There is no region, or AWS does not know us.
        """
        if not session.region_name:
            raise RefusedError("No region is chosen", remedy="Set AWS_REGION")
        try:
            client: STSClient = session.client("sts")
            who = client.get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise RefusedError(
                f"AWS does not say whose credentials these are: {error}",
                remedy="Log in, for example with `aws sso login` and AWS_PROFILE",
            ) from error
        return cls(who["Account"], who["Arn"], session.region_name)

    def check_bootstrapped(self, session: boto3.Session) -> None:
        """Look for what `cdk bootstrap` makes.

        Raises:
            RefusedError: It is not there.
        """
        try:
            session.client("ssm").get_parameter(Name=_BOOTSTRAP)
        except (BotoCoreError, ClientError) as error:
            raise RefusedError(
                f"{self.id} is not prepared for the CDK in {self.region}: {error}",
                remedy=f"Run `cdk bootstrap aws://{self.id}/{self.region}` first",
            ) from error

    def __str__(self) -> str:
        endpoint = os.environ.get("AWS_ENDPOINT_URL")
        return (
            f"account {self.id}, {self.region}, as {self.caller}"
            f"{f', at {endpoint}' if endpoint else ''}"
        )


def confirm(account: Account, *, given: str | None, unattended: bool) -> None:
    """Let the account's id be typed, or given beforehand.

    Args:
        account: Where the credentials lead.
        given: What somebody says the account is; None if nobody said.
        unattended: Whether there is nobody to ask.

    Raises:
        RefusedError: It is another account, or nobody said.
    """
    if given is None and not unattended:
        if not sys.stdin.isatty():
            raise RefusedError(
                "Nobody is there to be asked",
                remedy=f"Say --yes --account {account.id} if that is the sandbox account",
            )
        given = input(f"Type the account's id to begin ({account}): ").strip()
    if given is None:
        raise RefusedError(
            "--yes was said without an account", remedy="Say --account, which has to match"
        )
    if given != account.id:
        raise RefusedError(
            f"The credentials lead to {account}, and {given or 'nothing'} was said",
            remedy="Choose the sandbox account's credentials, for example with AWS_PROFILE",
        )
