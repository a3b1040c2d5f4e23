"""IAM users: their keys, their boundaries, what they may do to themselves."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from moto.iam.models import iam_backends

from tests.local.policies.calling import refusal
from tests.local.policies.conftest import Aws
from tests.local.policies.documents import ACCOUNT, REGION, allow
from tests.local.policies.people.person import Person

EVERYTHING = allow("*")


@pytest.fixture
def boundary(aws: Aws) -> str:
    """A policy that leaves no more than listing secrets."""
    document = {"Version": "2012-10-17", "Statement": [allow("secretsmanager:ListSecrets")]}
    made = aws.client("iam").create_policy(
        PolicyName=f"boundary{datetime.now(UTC):%f}", PolicyDocument=json.dumps(document)
    )
    return str(made["Policy"]["Arn"])


def test_a_boundary_limits_a_user(aws: Aws, boundary: str) -> None:
    person = Person(aws, EVERYTHING, PermissionsBoundary=boundary)
    person.client("secretsmanager").list_secrets()
    _, message = refusal(person.client("secretsmanager").get_random_password)
    assert "because no permissions boundary allows" in message
    person.iam.delete_user_permissions_boundary(UserName=person.name)
    person.client("secretsmanager").get_random_password()
    person.iam.put_user_permissions_boundary(UserName=person.name, PermissionsBoundary=boundary)
    refusal(person.client("secretsmanager").get_random_password)


def test_a_boundary_is_told(aws: Aws, boundary: str) -> None:
    person = Person(aws, PermissionsBoundary=boundary)
    user = person.iam.get_user(UserName=person.name)["User"]
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    person.iam.delete_user_permissions_boundary(UserName=person.name)
    again = {"UserName": person.name}
    assert "PermissionsBoundary" not in person.iam.get_user(**again)["User"]
    assert refusal(person.iam.delete_user_permissions_boundary, **again)[0] == "NoSuchEntity"


def test_a_boundary_that_does_not_exist_is_refused(aws: Aws) -> None:
    unknown = f"arn:aws:iam::{ACCOUNT}:policy/unknown"
    person = Person(aws)
    code, _ = refusal(
        person.iam.put_user_permissions_boundary,
        UserName=person.name,
        PermissionsBoundary=unknown,
    )
    assert code == "NoSuchEntity"
    name = f"{person.name}2"
    code, _ = refusal(person.iam.create_user, UserName=name, PermissionsBoundary=unknown)
    assert code == "NoSuchEntity"
    assert refusal(person.iam.get_user, UserName=name)[0] == "NoSuchEntity"


def last_use(person: Person) -> dict[str, str]:
    answer = person.iam.get_access_key_last_used(AccessKeyId=person.key["AccessKeyId"])
    assert answer["UserName"] == person.name
    used: dict[str, str] = answer["AccessKeyLastUsed"]
    return used


def test_a_key_that_was_never_used_says_so(aws: Aws) -> None:
    used = last_use(Person(aws))
    assert (used["ServiceName"], used["Region"]) == ("N/A", "N/A")
    assert "LastUsedDate" not in used


def test_each_use_of_a_key_is_remembered_also_a_refused_one(aws: Aws) -> None:
    person = Person(aws)
    refusal(person.client("secretsmanager").list_secrets)
    used = last_use(person)
    assert (used["ServiceName"], used["Region"]) == ("secretsmanager", REGION)
    now = datetime.now(UTC)
    assert abs(now - datetime.fromisoformat(str(used["LastUsedDate"]))) < timedelta(minutes=1)
    person.client("sts").get_caller_identity()
    assert last_use(person)["ServiceName"] == "sts"


def test_a_use_of_a_session_is_none_of_the_key(aws: Aws) -> None:
    person = Person(aws)
    session = person.session()
    refusal(person.client("secretsmanager", session).list_secrets)
    assert last_use(person)["ServiceName"] == "sts"


def test_an_inactive_key_is_refused_and_its_use_not_remembered(aws: Aws) -> None:
    person = Person(aws)
    key = {"UserName": person.name, "AccessKeyId": person.key["AccessKeyId"]}
    person.iam.update_access_key(**key, Status="Inactive")
    assert refusal(person.client("sts").get_caller_identity)[0] == "InvalidClientTokenId"
    assert last_use(person)["ServiceName"] == "N/A"
    person.iam.update_access_key(**key, Status="Active")
    person.client("sts").get_caller_identity()


def test_a_user_who_still_has_something_is_not_deleted(aws: Aws) -> None:
    person = Person(aws)
    person.enrol()
    user = {"UserName": person.name}
    person.iam.create_group(GroupName=person.name)
    person.iam.add_user_to_group(GroupName=person.name, **user)
    person.iam.create_login_profile(Password="p", **user)
    serial_number = person.device.serial_number
    steps: dict[str, Callable[[], object]] = {
        "delete access keys": lambda: person.iam.delete_access_key(
            AccessKeyId=person.key["AccessKeyId"], **user
        ),
        "remove MFA devices": lambda: person.iam.deactivate_mfa_device(
            SerialNumber=serial_number, **user
        ),
        "delete login profile": lambda: person.iam.delete_login_profile(**user),
        "remove users from group": lambda: person.iam.remove_user_from_group(
            GroupName=person.name, **user
        ),
    }
    for told, remedy in steps.items():
        code, message = refusal(person.iam.delete_user, **user)
        assert code == "DeleteConflict"
        assert told in message
        remedy()
    person.iam.delete_user(**user)
    assert person.key["AccessKeyId"] not in iam_backends[ACCOUNT]["aws"].access_keys


def test_who_names_nobody_means_himself(aws: Aws) -> None:
    person = Person(aws, allow("iam:*", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))
    person.enrol()
    for given in (person.key, person.session(**person.device.shown())):
        iam = person.client("iam", given)
        assert iam.get_user()["User"]["Arn"] == person.arn
        (key,) = iam.list_access_keys()["AccessKeyMetadata"]
        assert key["AccessKeyId"] == person.key["AccessKeyId"]
        (device,) = iam.list_mfa_devices()["MFADevices"]
        assert device["SerialNumber"] == person.device.serial_number
    assert refusal(person.client("iam").get_user, UserName=Person(aws).name)[0] == "AccessDenied"


def test_somebody_enrols_his_own_device_with_his_own_key(aws: Aws) -> None:
    account = f"arn:aws:iam::{ACCOUNT}"
    person = Person(
        aws,
        allow("iam:CreateVirtualMFADevice", f"{account}:mfa/${{aws:username}}-*"),
        allow("iam:EnableMFADevice", f"{account}:user/${{aws:username}}"),
    )
    iam = person.client("iam")
    name = {"VirtualMFADeviceName": f"{person.name}-phone"}
    assert iam.create_virtual_mfa_device(**name)["VirtualMFADevice"]["Base32StringSeed"]
    codes = person.device.two_codes(-2, -1)
    iam.enable_mfa_device(UserName=person.name, **codes)
    other = {"VirtualMFADeviceName": "root"}
    assert refusal(iam.create_virtual_mfa_device, **other)[0] == "AccessDenied"
