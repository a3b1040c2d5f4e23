"""A virtual MFA device is enabled by two codes, and shows each code once."""

import pytest

from tests.local.policies.calling import refusal
from tests.local.policies.conftest import Aws
from tests.local.policies.documents import ACCOUNT
from tests.local.policies.people.person import Device, Person

WRONG = "MultiFactorAuthentication failed with invalid MFA one time pass code."
UNKNOWN = "MultiFactorAuthentication failed, unable to validate MFA code."


@pytest.fixture
def newcomer(aws: Aws) -> Person:
    """Somebody whose device is not enabled yet."""
    return Person(aws)


def test_two_consecutive_codes_enable_a_device(newcomer: Person) -> None:
    newcomer.enrol()
    (device,) = newcomer.iam.list_mfa_devices(UserName=newcomer.name)["MFADevices"]
    assert device["SerialNumber"] == f"arn:aws:iam::{ACCOUNT}:mfa/{newcomer.name}"
    assert newcomer.session(**newcomer.device.shown())


@pytest.mark.parametrize(("first", "second"), [(-1, -1), (-1, -2), (-3, -1), (-90, -89), (5, 6)])
def test_other_codes_do_not(newcomer: Person, first: int, second: int) -> None:
    codes = newcomer.device.two_codes(first, second)
    code, _ = refusal(newcomer.iam.enable_mfa_device, UserName=newcomer.name, **codes)
    assert code == "InvalidAuthenticationCode"
    assert newcomer.iam.list_mfa_devices(UserName=newcomer.name)["MFADevices"] == []


def test_a_device_that_was_never_made_cannot_be_enabled(newcomer: Person) -> None:
    codes = newcomer.device.two_codes(-2, -1) | {"SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/no"}
    code, _ = refusal(newcomer.iam.enable_mfa_device, UserName=newcomer.name, **codes)
    assert code == "NoSuchEntity"


def test_a_device_belongs_to_one_user(aws: Aws, newcomer: Person) -> None:
    newcomer.enrol()
    codes = newcomer.device.two_codes(-2, -1)
    code, _ = refusal(newcomer.iam.enable_mfa_device, UserName=Person(aws).name, **codes)
    assert code == "EntityAlreadyExists"


def test_a_code_is_good_for_one_request(person: Person) -> None:
    person.session(**person.device.shown())
    code, message = refusal(person.client("sts").get_session_token, **person.device.shown())
    assert (code, message.strip()) == ("AccessDenied", WRONG)
    person.session(**person.device.shown(+1))


def test_an_earlier_code_is_refused_after_a_later_one(person: Person) -> None:
    person.session(**person.device.shown(+1))
    code, _ = refusal(person.client("sts").get_session_token, **person.device.shown())
    assert code == "AccessDenied"


@pytest.mark.parametrize("steps", [-4, -3, 3, 4])
def test_a_code_of_another_time_is_refused(person: Person, steps: int) -> None:
    code, message = refusal(person.client("sts").get_session_token, **person.device.shown(steps))
    assert (code, message.strip()) == ("AccessDenied", WRONG)


def test_the_codes_that_enabled_a_device_are_used_up(newcomer: Person) -> None:
    newcomer.enrol(-1, 0)
    code, _ = refusal(newcomer.client("sts").get_session_token, **newcomer.device.shown())
    assert code == "AccessDenied"


def test_anothers_device_is_refused(aws: Aws, person: Person) -> None:
    code, message = refusal(Person(aws).client("sts").get_session_token, **person.device.shown())
    assert code == "AccessDenied"
    assert message.startswith(UNKNOWN)


def test_a_device_that_is_not_enabled_is_refused(newcomer: Person) -> None:
    shown = newcomer.device.shown()
    _, message = refusal(newcomer.client("sts").get_session_token, **shown)
    assert message.startswith(UNKNOWN)


def test_a_code_without_a_device_is_refused(person: Person) -> None:
    given = {"TokenCode": person.device.code()}
    _, message = refusal(person.client("sts").get_session_token, **given)
    assert "must provide both MFA serial number and one time pass code" in message


def test_a_deactivated_device_is_refused_and_only_then_can_be_deleted(person: Person) -> None:
    serial = {"SerialNumber": person.device.serial_number}
    code, _ = refusal(person.iam.delete_virtual_mfa_device, **serial)
    assert code == "DeleteConflict"
    person.iam.deactivate_mfa_device(UserName=person.name, **serial)
    _, message = refusal(person.client("sts").get_session_token, **person.device.shown())
    assert message.startswith(UNKNOWN)
    person.iam.delete_virtual_mfa_device(**serial)


def test_a_device_is_synchronized_again_by_two_codes(person: Person) -> None:
    person.iam.resync_mfa_device(UserName=person.name, **person.device.two_codes(-1, 0))
    codes = person.device.two_codes(0, 0)
    code, _ = refusal(person.iam.resync_mfa_device, UserName=person.name, **codes)
    assert code == "InvalidAuthenticationCode"


def test_another_users_device_is_not_synchronized(aws: Aws, person: Person) -> None:
    codes = Device(aws, f"{person.name}2").two_codes(-1, 0)
    code, _ = refusal(person.iam.resync_mfa_device, UserName=person.name, **codes)
    assert code == "NoSuchEntity"
