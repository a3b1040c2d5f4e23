"""People, and roles for them to assume."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.iam.models import iam_backends

from local.identity.sessions import UserSession
from tests.local.policies.conftest import Aws
from tests.local.policies.documents import ACCOUNT, allow
from tests.local.policies.people.person import Person, text

ASSUME = allow(["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"])


@pytest.fixture
def person(aws: Aws) -> Person:
    """Somebody with a device who may assume every role that trusts the account."""
    person = Person(aws, ASSUME)
    person.enrol()
    return person


@pytest.fixture
def role(aws: Aws) -> Callable[..., str]:
    """Make a role with such a trust; returns its ARN."""

    def make(
        *conditions: dict[str, Any],
        action: Any = "sts:AssumeRole",
        principal: Any = ACCOUNT,
        **more: Any,
    ) -> str:
        statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action}
        merged = {k: v for each in conditions for k, v in each["Condition"].items()}
        made = aws.client("iam").create_role(
            RoleName=f"r{uuid.uuid4().hex[:10]}",
            AssumeRolePolicyDocument=text(statement | {"Condition": merged}),
            **more,
        )
        return str(made["Role"]["Arn"])

    return make


@pytest.fixture
def pass_time() -> Callable[..., None]:
    """Let time pass for one session: what it says of its age and end moves back."""

    def move(given: dict[str, Any], **by: float) -> None:
        session = iam_backends[ACCOUNT]["aws"].access_keys[given["AccessKeyId"]]
        assert isinstance(session, UserSession)
        session.expiration -= timedelta(**by)
        if session.authenticated:
            session.authenticated -= timedelta(**by)

    return move


def in_seconds(moment: datetime) -> float:
    """How far away a moment is."""
    return (moment - datetime.now(UTC)).total_seconds()
