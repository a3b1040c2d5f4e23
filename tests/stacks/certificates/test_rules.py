"""Who signs with an authority's key without being known to is told."""

import json
from typing import Any

import pytest
from moto.events.models import EventPattern

from credential_rotation.trail_rules import strange_signature
from security.identifiers import ACCOUNT, arn, role_arn
from tests.security.events import call, session

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = arn("kms", f"key/{KEY_ID}")
SIGNER = role_arn("orders/production/orders-production-certificates-rotation")
PATTERN = strange_signature([KEY_ID], [KEY], signers=[SIGNER])
USER = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/mallory"}
REFUSED = {
    "errorCode": "AccessDenied",
    "errorMessage": f"User: mallory is not authorized to perform: kms:Sign on resource: {KEY}",
}


def told(event: Any) -> bool:
    matches: bool = EventPattern(None, json.loads(json.dumps(PATTERN))).matches_event(event)
    return matches


def sign(key: str | None, **detail: Any) -> Any:
    return call("kms", "Sign", {"keyId": key} if key else None, **detail)


@pytest.mark.parametrize("key", [KEY, KEY_ID])
def test_a_signature_by_another_role_or_a_user_is_told(key: str) -> None:
    assert told(sign(key))
    assert told(sign(key, userIdentity=USER))
    assert told(sign(key, userIdentity=session(f"{SIGNER}2")))


def test_an_attempt_is_told_though_the_record_names_the_key_in_words_alone() -> None:
    assert told(sign(None, **REFUSED))
    assert told(sign(None, **REFUSED, userIdentity=USER))


def test_the_functions_own_signatures_are_not_told() -> None:
    assert not told(sign(KEY, userIdentity=session(SIGNER)))


def test_what_is_done_with_another_key_is_not_ours_to_tell() -> None:
    assert not told(sign(arn("kms", "key/payroll")))
    assert not told(call("kms", "DescribeKey", {"keyId": KEY}))
