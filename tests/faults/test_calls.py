import pytest
from botocore.exceptions import ParamValidationError

from fakes.secrets_manager import SecretsManager
from tests.faults.calls import CallFault, Calls, When
from tests.faults.crash import Crash

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf"


@pytest.fixture
def secrets() -> SecretsManager:
    secrets = SecretsManager()
    secrets.create(ARN, "one")
    return secrets


def crash() -> None:
    raise Crash


@pytest.mark.parametrize(("when", "done"), [(When.BEFORE, False), (When.AFTER, True)])
def test_a_call_is_done_before_its_answer_is_lost(
    secrets: SecretsManager, when: When, *, done: bool
) -> None:
    token, calls = secrets.begin(ARN), Calls(secrets)
    fault = CallFault(1, when, crash)
    calls.arm(fault)
    calls.describe_secret(SecretId=ARN)
    with pytest.raises(Crash):
        calls.put_secret_value(
            SecretId=ARN, ClientRequestToken=token, SecretString="two", VersionStages=["AWSPENDING"]
        )
    assert fault.reached.is_set()
    assert calls.made == ["describe_secret", "put_secret_value"]
    assert (secrets.secrets[ARN].contents[token] == "two") is done


def test_it_happens_once(secrets: SecretsManager) -> None:
    calls = Calls(secrets)
    calls.arm(CallFault(0, When.BEFORE, crash))
    with pytest.raises(Crash):
        calls.describe_secret(SecretId=ARN)
    assert calls.describe_secret(SecretId=ARN)["RotationEnabled"]


def test_parameters_are_refused_as_botocore_does(secrets: SecretsManager) -> None:
    with pytest.raises(ParamValidationError, match="VersionId"):
        Calls(secrets).get_secret_value(SecretId=ARN, VersionId="short")
