"""An account full of users, innocent and not."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

import boto3
import pytest
from moto import mock_aws
from moto.core.utils import utcnow
from moto.iam.models import AccessKeyLastUsed, iam_backends

from local import identity

ACCOUNT = "123456789012"
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
)


class Account:
    """Makes users as a test wants them."""

    def __init__(self) -> None:
        self.iam = boto3.client("iam")
        self._backend = iam_backends[ACCOUNT]["aws"]

    def user(self, name: str, *, console: bool = False, mfa: bool = False) -> str:
        self.iam.create_user(UserName=name)
        if console:
            self.iam.create_login_profile(UserName=name, Password="correct horse")
        if mfa:
            self._backend.users[name].enable_mfa_device("arn:aws:iam::1:mfa/any", "1", "2")
        return name

    def key(
        self,
        user: str,
        *,
        days: float = 1,
        used: bool = True,
        status: Literal["Active", "Inactive"] = "Active",
    ) -> datetime:
        """Make a key that is so old; returns when it was made."""
        made = self.iam.create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
        self.iam.update_access_key(UserName=user, AccessKeyId=made, Status=status)
        key = self._backend.access_keys[made]
        key.create_date = utcnow() - timedelta(days=days)
        if used:
            key.last_used = AccessKeyLastUsed(utcnow(), "s3", "eu-west-1")
        return key.create_date

    def attach(self, user: str) -> None:
        """Attach a policy of the user's own name."""
        made = self.iam.create_policy(PolicyName=user, PolicyDocument=POLICY)["Policy"]
        self.iam.attach_user_policy(UserName=user, PolicyArn=made["Arn"])

    def write(self, user: str, policy: str) -> None:
        self.iam.put_user_policy(UserName=user, PolicyName=policy, PolicyDocument=POLICY)


@pytest.fixture
def account() -> Iterator[Account]:
    with identity.installed(), mock_aws():
        yield Account()


class Reports:
    """An IAM that answers about its credential report as it is told."""

    def __init__(self, iam: Any, *answers: Any) -> None:
        self._iam = iam
        self._answers = list(answers)
        self.exceptions = iam.exceptions

    def generate_credential_report(self) -> Any:
        return {"State": self._next("generate")}

    def get_credential_report(self) -> Any:
        answer = self._next("get")
        if isinstance(answer, str):
            raise self.exceptions.from_code(answer)({"Error": {"Code": answer}}, "G")
        return answer

    def _next(self, call: str) -> Any:
        expected, answer = self._answers.pop(0)
        assert call == expected
        return answer
