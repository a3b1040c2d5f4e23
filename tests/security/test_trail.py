"""The proof of the evidence, of versions of it that are wrong, and the rule that tells of them."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from local.policies import Evaluator, Layer
from security.attacks import trail as attacks
from security.controls import controls, unsatisfied
from security.deployment import Deployment
from security.documents import Place
from security.parts import Evidence
from security.people import Staff
from security.people import evidence as of_people
from security.proof import Proof
from security.purposes import trail as purposes
from security.synthesis import Synthesis
from tests.security.events import call
from tests.security.test_noticing import Rules

pytestmark = pytest.mark.xdist_group("security")

Statements = list[dict[str, Any]]
Prove = Callable[[Deployment], Proof]


@pytest.fixture(scope="module")
def recording(staffed: Synthesis) -> Deployment:
    """The stack of `cdk.json` with a trail."""
    return Deployment.of(staffed.settings, staffed.template)


@pytest.fixture(scope="module")
def evidence(recording: Deployment) -> Evidence:
    found = recording.parts.evidence
    assert found
    return found


@pytest.fixture(scope="module")
def prove(evaluator: Evaluator) -> Prove:
    return lambda deployment: Proof(
        evaluator,
        deployment,
        purposes=list(purposes.purposes(deployment.parts)),
        attacks=list(attacks.attacks(deployment.parts)),
    )


def changed(
    deployment: Deployment, place: Place, change: Callable[[Statements], Statements]
) -> Deployment:
    document = deployment.documents[place]
    statements = change([dict(each) for each in document["Statement"]])
    return deployment.with_document(place, {**document, "Statement": statements})


def without(deployment: Deployment, place: Place, sid: str) -> Deployment:
    assert any(each.get("Sid") == sid for each in deployment.documents[place]["Statement"])
    return changed(deployment, place, lambda all_: [e for e in all_ if e.get("Sid") != sid])


def odd(proof: Proof) -> set[str]:
    return {each.intent.what for each in (*proof.needed, *proof.attacked) if each.surprising}


def test_cloudtrail_writes_readers_read_and_nobody_else_does_anything(
    prove: Prove, recording: Deployment
) -> None:
    proof = prove(recording)
    assert len(proof.needed) > 15
    assert len(proof.attacked) > 150
    assert odd(proof) == set()
    by = {each.intent.who.name for each in proof.attacked if each.intent.what == "delete a record"}
    assert {"an administrator", "CloudFormation", "another account", "a reader of records"} <= by


@pytest.mark.parametrize(
    ("sid", "what"),
    [
        ("RecordsStay", "delete a record"),
        ("BucketStays", "delete the bucket of the records, or its policy"),
        ("WrittenByCloudTrailOnly", "forge a record"),
        ("ReadByAuditorsOnly", "read the records without being an auditor"),
        ("ChangedByDeploymentOnly", "weaken what keeps the records"),
        ("TlsOnly", "send a record in the clear"),
        ("WriteByCloudTrail", "deliver a record"),
        ("CheckByCloudTrail", "see whose the bucket is"),
    ],
)
def test_a_statement_of_the_bucket_that_is_missing_is_found(
    prove: Prove, recording: Deployment, evidence: Evidence, sid: str, what: str
) -> None:
    place = Place(Layer.RESOURCE, evidence.bucket)
    assert what in odd(prove(without(recording, place, sid)))


@pytest.mark.parametrize(
    ("sid", "what"),
    [
        ("PolicyByDeploymentAlone", "weaken what keeps the records"),
        ("ReadByAuditors", "read a record"),
        ("UseByCloudTrail", "deliver a record"),
    ],
)
def test_a_statement_of_the_key_that_is_missing_is_found(
    prove: Prove, recording: Deployment, evidence: Evidence, sid: str, what: str
) -> None:
    place = Place(Layer.KEY, evidence.key)
    found = odd(prove(without(recording, place, sid)))
    assert what in found or "encrypt a record" in found


@pytest.mark.parametrize("action", ["kms:ScheduleKeyDeletion", "kms:DisableKey"])
def test_a_key_that_somebody_could_end_is_found(
    prove: Prove, recording: Deployment, evidence: Evidence, action: str
) -> None:
    def let(statements: Statements) -> Statements:
        [administer] = [e for e in statements if e.get("Sid") == "AdministerWithoutUse"]
        administer["Action"] = [*administer["Action"], action]
        return statements

    place = Place(Layer.KEY, evidence.key)
    assert "make the records unreadable" in odd(prove(changed(recording, place, let)))


def test_an_auditor_who_could_stop_the_trail_is_found(
    evaluator: Evaluator, staffed: Synthesis, evidence: Evidence
) -> None:
    people = Deployment.of(staffed.settings, staffed.with_people())
    staff = Staff(people.parts, staffed.settings.access)
    more = {
        "Effect": "Allow",
        "Action": ["cloudtrail:StopLogging"],
        "Resource": [evidence.trail],
        "Condition": {},
    }
    place = Place(Layer.IDENTITY, staff.session("auditor").role_arn)
    for deployment, found in (
        (people, set()),
        (changed(people, place, lambda all_: [*all_, more]), {"stop the trail"}),
    ):
        tried = Proof(
            evaluator,
            deployment,
            purposes=list(of_people.purposes(staff)),
            attacks=list(of_people.attacks(staff)),
        )
        assert odd(tried) == found


@pytest.fixture(scope="module")
def rules(recording: Deployment) -> Rules:
    return Rules(recording)


@pytest.mark.parametrize("name", ["DeleteTrail", "StopLogging", "UpdateTrail", "PutEventSelectors"])
def test_the_end_or_a_change_of_the_trail_is_told(
    rules: Rules, evidence: Evidence, name: str
) -> None:
    key = "trailName" if name == "PutEventSelectors" else "name"
    for named in (evidence.trail, evidence.trail.rpartition("/")[2]):
        assert rules.told(call("cloudtrail", name, {key: named})) == ["changed-trail"]
    assert rules.told(call("cloudtrail", name, {key: "payroll"})) == []


@pytest.mark.parametrize(
    "name",
    [
        *("DeleteBucketPolicy", "PutBucketPolicy", "PutBucketLifecycle", "PutBucketVersioning"),
        *("PutBucketObjectLockConfiguration", "PutBucketEncryption", "DeleteBucket"),
    ],
)
def test_a_change_of_what_keeps_the_records_is_told(
    rules: Rules, evidence: Evidence, name: str
) -> None:
    bucket = evidence.bucket.rpartition(":")[2]
    assert rules.told(call("s3", name, {"bucketName": bucket})) == ["changed-trail"]
    assert rules.told(call("s3", name, {"bucketName": "payroll"})) == []


@pytest.mark.parametrize("name", ["ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy"])
def test_a_change_of_the_key_of_the_records_is_told(rules: Rules, name: str) -> None:
    [key] = [each for name, each in rules.keys.items() if name.startswith("PlatformTrail")]
    for key_id in key.values():
        assert rules.told(call("kms", name, {"keyId": key_id})) == ["changed-key"]


@pytest.mark.parametrize(
    ("kind", "path", "value", "expected"),
    [
        ("AWS::CloudTrail::Trail", "IsMultiRegionTrail", False, {"CloudTrail.1"}),
        ("AWS::CloudTrail::Trail", "AdvancedEventSelectors", [], {"CloudTrail.1"}),
        ("AWS::CloudTrail::Trail", "EnableLogFileValidation", False, {"CloudTrail.4"}),
        ("AWS::S3::Bucket", "PublicAccessBlockConfiguration", {}, {"CloudTrail.6", "S3.8"}),
        ("AWS::S3::Bucket", "OwnershipControls", {}, {"S3.12"}),
        ("AWS::S3::Bucket", "LifecycleConfiguration", {}, {"S3.13"}),
        ("AWS::S3::Bucket", "VersioningConfiguration", {"Status": "Suspended"}, {"S3.14"}),
        ("AWS::S3::Bucket", "ObjectLockConfiguration", {}, {"S3.15"}),
        ("AWS::S3::Bucket", "BucketEncryption", {}, {"S3.17"}),
    ],
)
def test_a_property_that_weakens_the_evidence_breaks_its_control(
    staffed: Synthesis, kind: str, path: str, value: Any, expected: set[str]
) -> None:
    template = copy.deepcopy(dict(staffed.template))
    resource = next(each for each in template["Resources"].values() if each["Type"] == kind)
    resource["Properties"][path] = value
    deployment = Deployment.of(staffed.settings, template)
    assert set(unsatisfied(deployment, controls(staffed.settings))) == expected


@pytest.mark.parametrize(
    ("sid", "expected"), [("TlsOnly", {"S3.5"}), ("CheckByCloudTrail", {"S3.2, S3.3", "S3.6"})]
)
def test_a_policy_that_opens_the_bucket_breaks_its_control(
    staffed: Synthesis, sid: str, expected: set[str]
) -> None:
    template = copy.deepcopy(dict(staffed.template))
    [policy] = [
        each for each in template["Resources"].values() if each["Type"] == "AWS::S3::BucketPolicy"
    ]
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    [statement] = [each for each in statements if each["Sid"] == sid]
    statement |= {"Effect": "Allow", "Action": ["s3:GetBucketAcl"], "Principal": {"AWS": "*"}}
    deployment = Deployment.of(staffed.settings, template)
    broken = set(unsatisfied(deployment, controls(staffed.settings)))
    assert expected <= broken
