"""What is refused although no policy denies it."""

import uuid

import pytest

from local.policies import Evaluator, EvaluatorError

from .calling import raw, refusal, signature
from .conftest import Aws
from .documents import ACCOUNT, READ, REGION, allow


def test_a_secret_that_does_not_exist_is_not_told_to_everybody(aws: Aws) -> None:
    one = aws.session(allow(READ, f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:mine-*"))
    every = aws.session(allow(READ))
    code, _ = refusal(aws.client("secretsmanager", one).get_secret_value, SecretId="nothing")
    assert code == "AccessDeniedException"
    code, _ = refusal(aws.client("secretsmanager", every).get_secret_value, SecretId="nothing")
    assert code == "ResourceNotFoundException"


def test_a_call_that_no_table_knows_is_refused(aws: Aws) -> None:
    role = aws.session(allow("*"))
    code, message = refusal(aws.client("sqs", role).list_queues)
    assert code == "AccessDeniedException"
    assert message == (
        "sqs:ListQueues is not known to the local AWS, so it is refused; "
        "add it to local/policies/services"
    )
    (entry,) = aws.decisions()
    assert (entry["verdict"], entry["layer"]) == ("refused", "not known to the local AWS")
    assert entry["action"] == "sqs:ListQueues"


def test_a_request_that_is_no_operation_is_refused(aws: Aws) -> None:
    role = aws.session(allow("*"))
    answer = raw(
        aws, "/", {"Authorization": signature(role), "X-Amz-Target": "secretsmanager.Steal"}
    )
    assert answer == (400, "AccessDeniedException")
    assert aws.decisions()[-1]["verdict"] == "refused"


def test_a_mistake_of_ours_refuses(aws: Aws, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("local.policies.judge.accesses_of", mistaken)
    role = aws.session(allow("*"))
    code, message = refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)
    assert code == "AccessDeniedException"
    assert "could not be judged by the local AWS, so it is refused: ZeroDivisionError" in message


def test_an_evaluator_that_fails_refuses(
    aws: Aws, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_: object) -> None:
        raise EvaluatorError("the policy evaluator is gone", why="killed", remedy="start it")

    monkeypatch.setattr(Evaluator, "decide", dead)
    role = aws.session(allow("*"))
    code, message = refusal(aws.client("secretsmanager", role).get_secret_value, SecretId=secret)
    assert (code, message) == (
        "AccessDeniedException",
        "the policy evaluator is gone: killed. start it",
    )
    assert aws.decisions()[-1]["layer"] == "evaluator"


def test_an_unsigned_call_of_an_api_is_refused(aws: Aws) -> None:
    target = {"X-Amz-Target": "secretsmanager.ListSecrets"}
    assert raw(aws, "/", target) == (400, "MissingAuthenticationTokenException")
    assert raw(aws, "/?Action=ListUsers", {}) == (403, "MissingAuthenticationToken")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert raw(aws, "/", form, b"Action=ListUsers") == (403, "MissingAuthenticationToken")


def test_a_call_that_needs_no_signature_passes(aws: Aws) -> None:
    call = "/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=me"
    call += f"&WebIdentityToken=t&RoleArn=arn:aws:iam::{ACCOUNT}:role/any"
    assert raw(aws, call, {"Content-Type": "application/x-www-form-urlencoded"})[0] == 200


def test_an_unsigned_request_that_is_no_call_passes(aws: Aws) -> None:
    bucket = uuid.uuid4().hex
    location = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
    assert raw(aws, f"/{bucket}/answer", {}, b"{}", method="PUT") == (200, None)
