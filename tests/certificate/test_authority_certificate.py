"""The custom resource that lets an authority's key sign its own certificate."""

import time
from typing import Any, cast

import pytest

from certificate.authority_certificate import authority_handler
from certificate.reading import Certificate
from fakes.context import Context
from fakes.kms import Kms
from tests.certificate.world import PAIR_KEY, key_of

KEY = key_of("ca1")


@pytest.fixture
def kms() -> Kms:
    made = Kms(PAIR_KEY)
    made.make(KEY)
    return made


def ask(kms: Kms, kind: str = "Create", *, seconds: float = 20, **more: Any) -> dict[str, Any]:
    """What the handler answers; what refuses stops to when it has waited three times."""
    waits = iter(range(3))

    def sleep(wait: float) -> None:
        if seconds < wait * 2:
            time.sleep(wait)
        elif next(waits, None) is None:
            kms.refused = {}

    handler = authority_handler(cast("Any", kms), seconds=seconds, sleep=sleep)
    properties = {"KeyArn": KEY, "CommonName": "orders ca1", "Days": "3650"}
    event = {
        "RequestType": kind,
        "RequestId": "request",
        "LogicalResourceId": "Authority",
        "ResourceProperties": properties,
        **more,
    }
    return handler(event, Context())


def test_a_key_signs_the_certificate_of_its_own_authority(kms: Kms) -> None:
    answer = ask(kms)
    assert answer["Status"] == "SUCCESS"
    assert Certificate.of(answer["Data"]["Certificate"]).common_name == "orders ca1"


def test_another_one_of_the_same_key_is_the_same_resource(kms: Kms) -> None:
    """A replacement would be deleted, and CloudFormation would ask for that."""
    first = ask(kms)
    physical_id = first["PhysicalResourceId"]
    again = ask(kms, "Update", PhysicalResourceId=physical_id)
    assert again["PhysicalResourceId"] == physical_id
    assert ask(kms, "Delete", PhysicalResourceId=physical_id)["Status"] == "SUCCESS"


@pytest.mark.parametrize("code", ["AccessDeniedException", "NotFoundException"])
def test_a_role_and_a_key_that_are_new_are_waited_for(kms: Kms, code: str) -> None:
    kms.refused = {"get_public_key": code}
    assert ask(kms)["Status"] == "SUCCESS"


def test_what_stays_refused_fails_the_deployment_in_a_sentence(kms: Kms) -> None:
    kms.refused = {"sign": "AccessDeniedException"}
    answer = ask(kms, seconds=0.5)
    assert answer["Status"] == "FAILED"
    assert "kms:Sign on " in answer["Reason"]


def test_a_key_that_does_not_sign_fails_in_a_sentence(kms: Kms) -> None:
    kms.keys[KEY] = "SYMMETRIC_DEFAULT", kms.keys[KEY][1]
    assert "Take a key for signing of one of the kinds" in ask(kms)["Reason"]
