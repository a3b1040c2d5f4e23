"""The trail, and the bucket and the key that keep its records."""

from collections.abc import Callable
from typing import Any

import pytest

from stacks.quotas import QUOTAS
from tests.stacks.template import Template, text

TRAIL = "arn:Partition:cloudtrail:Region:AccountId:trail/orders-production-Region"
READER = "arn:aws:iam::111122223333:role/security/audit"
OUTLIVE = ("AWS::KMS::Key", "AWS::S3::Bucket", "AWS::S3::BucketPolicy")

Synthesize = Callable[..., dict[str, Template]]


@pytest.fixture(scope="module")
def stacks(synthesize_all: Synthesize) -> dict[str, Template]:
    return synthesize_all(
        trail__enabled="true",
        trail__readers=READER,
        access__enabled="true",
        database__deletion_protection="false",
    )


@pytest.fixture(scope="module")
def ours(stacks: dict[str, Template]) -> Template:
    return stacks["orders-production"]


def selectors(template: Template) -> list[dict[str, dict[str, Any]]]:
    """The selectors of the trail, each as its fields."""
    trail = template.the("AWS::CloudTrail::Trail")
    return [
        {each["Field"]: {k: v for k, v in each.items() if k != "Field"} for each in fields}
        for fields in (selector["FieldSelectors"] for selector in trail["AdvancedEventSelectors"])
    ]


def test_without_the_setting_there_is_none_of_it(template: Template) -> None:
    for kind in ("AWS::CloudTrail::Trail", "AWS::S3::Bucket", "AWS::S3::BucketPolicy"):
        assert template.of(kind) == {}


def test_all_management_events_of_all_regions_are_recorded_and_validated(ours: Template) -> None:
    trail = ours.the("AWS::CloudTrail::Trail")
    for on in ("EnableLogFileValidation", "IncludeGlobalServiceEvents", "IsMultiRegionTrail"):
        assert trail[on] is True
    assert trail["IsLogging"] is True
    # Without `readOnly` a selector takes reads and writes.
    assert {"eventCategory": {"Equals": ["Management"]}} in selectors(ours)


def test_what_an_endpoint_alone_refuses_is_recorded(ours: Template) -> None:
    assert {
        "eventCategory": {"Equals": ["NetworkActivity"]},
        "eventSource": {"Equals": ["secretsmanager.amazonaws.com"]},
        "errorCode": {"Equals": ["VpceAccessDenied"]},
    } in selectors(ours)


def test_access_to_the_records_is_recorded_but_not_that_they_are_written(ours: Template) -> None:
    [data] = [each for each in selectors(ours) if each["eventCategory"]["Equals"] == ["Data"]]
    bucket = ours.name("AWS::S3::Bucket")
    assert [text(each) for each in data["resources.ARN"]["StartsWith"]] == [f"<{bucket}.Arn>/"]
    assert data["eventName"] == {"NotEquals": ["PutObject"]}


def test_the_bucket_locks_every_record_for_as_long_as_is_set(synthesize: Any) -> None:
    made = synthesize(trail__enabled="true", trail__readers=READER, trail__retention_days="30")
    bucket = Template(made.template).the("AWS::S3::Bucket")
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {
        "Mode": "COMPLIANCE",
        "Days": 30,
    }
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    [rule] = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] > 30


def test_bucket_policy_and_key_outlive_also_an_unprotected_stack(ours: Template) -> None:
    kept = {
        name: resource
        for name, resource in ours.resources.items()
        if resource["Type"] in OUTLIVE and name.startswith("PlatformTrail")
    }
    assert len(kept) == len(OUTLIVE)
    for resource in kept.values():
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_a_protected_stack_leaves_the_trail_on(synthesize: Any) -> None:
    made = Template(synthesize(trail__enabled="true", trail__readers=READER).template)
    trail = made.resources[made.name("AWS::CloudTrail::Trail")]
    assert trail["DeletionPolicy"] == "RetainExceptOnCreate"


def test_the_trail_comes_after_the_policy_that_lets_it_write(ours: Template) -> None:
    before = ours.waits_for(ours.name("AWS::CloudTrail::Trail"))
    assert ours.name("AWS::S3::BucketPolicy") in before


def test_records_and_bucket_are_encrypted_with_a_key_of_their_own(ours: Template) -> None:
    key = f"<{ours.name('AWS::KMS::Key', 'PlatformTrail')}.Arn>"
    [rule] = ours.the("AWS::S3::Bucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert text(rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]) == key
    assert rule["BucketKeyEnabled"] is True
    assert text(ours.the("AWS::CloudTrail::Trail")["KMSKeyId"]) == key


def test_nobody_is_let_to_delete_or_disable_the_key(ours: Template) -> None:
    key = ours.name("AWS::KMS::Key", "PlatformTrail")
    allowed = {
        action
        for each in ours.statements("AWS::KMS::Key", key)
        for action in each.actions
        if each.effect == "Allow"
    }
    assert not {"kms:ScheduleKeyDeletion", "kms:DisableKey"} & allowed
    assert {"kms:CancelKeyDeletion", "kms:EnableKey", "kms:PutKeyPolicy"} <= allowed


def test_the_readers_are_our_auditors_and_those_of_the_settings(ours: Template) -> None:
    key = ours.name("AWS::KMS::Key", "PlatformTrail")
    auditor = "arn:Partition:iam::AccountId:role/orders-production-auditor"
    [read] = [
        each
        for each in ours.statements("AWS::KMS::Key", key)
        if each.actions == ["kms:Decrypt"] and each.effect == "Allow"
    ]
    readers = [text(each) for each in read.condition["ArnEquals"]["aws:PrincipalArn"]]
    assert readers == [auditor, READER]


def test_every_rule_says_where_the_record_is_and_a_rule_tells_of_the_trail(
    ours: Template, template: Template
) -> None:
    rules = {
        text(each["Name"]): text(each["Description"])
        for each in ours.of("AWS::Events::Rule").values()
        if "EventPattern" in each
    }
    assert "orders-production-changed-trail" in rules
    for description in rules.values():
        assert description.endswith(". The trail orders-production-Region keeps the record")
    assert not any("trail" in text(each) for each in template.of("AWS::Events::Rule").values())


def test_the_organisation_s_bucket_is_told_and_read_by_auditors_and_nothing_is_made(
    synthesize_all: Synthesize,
) -> None:
    stacks = synthesize_all(
        trail__bucket="acme-trail", trail__prefix="AWSLogs/o-abc", access__enabled="true"
    )
    rotation, people = stacks["orders-production"], stacks["orders-production-access"]
    assert rotation.of("AWS::S3::Bucket") == rotation.of("AWS::CloudTrail::Trail") == {}
    assert rotation.outputs["TrailBucketName"] == "acme-trail"
    read = [
        resource
        for each in people.statements("AWS::IAM::ManagedPolicy", "Auditor")
        if "s3:GetObject" in each.actions
        for resource in each.resources
    ]
    assert read == ["arn:Partition:s3:::acme-trail/AWSLogs/o-abc/AccountId/*"]


def test_the_bucket_policy_has_a_quota() -> None:
    assert "AWS::S3::BucketPolicy" in {each.kind for each in QUOTAS}
