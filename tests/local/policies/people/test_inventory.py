"""The inventory needs the permissions that its document tells, and no others."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from credential_rotation.command.inventory import take
from credential_rotation.command.inventory.errors import NotAllowedError
from credential_rotation.command.inventory.iam import PERMISSIONS
from tests.local.policies.conftest import Aws
from tests.local.policies.documents import allow

DOCUMENT = Path(__file__).parents[4] / "docs" / "inventory.md"
LIMIT = timedelta(days=90)


@pytest.fixture
def statement() -> dict[str, Any]:
    """The one statement of the policy in the document."""
    found = re.search(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found
    (statement,) = json.loads(found[1])["Statement"]
    assert isinstance(statement, dict)
    return statement


def test_the_document_has_all_permissions(statement: dict[str, Any]) -> None:
    assert statement["Action"] == list(PERMISSIONS)


def test_with_the_documents_policy_it_can_be_taken(aws: Aws, statement: dict[str, Any]) -> None:
    assert take(aws.client("iam", aws.session(statement)), longest=LIMIT)
    used = {entry["action"] for entry in aws.decisions() if entry["verdict"] == "allowed"}
    assert used == set(PERMISSIONS)


@pytest.mark.parametrize("missing", PERMISSIONS)
def test_without_one_of_them_it_names_that_one(aws: Aws, missing: str) -> None:
    rest = [each for each in PERMISSIONS if each != missing]
    with pytest.raises(NotAllowedError, match=r"docs/inventory\.md") as refused:
        take(aws.client("iam", aws.session(allow(rest))), longest=LIMIT)
    assert refused.value.action == missing
