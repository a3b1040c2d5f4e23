from fnmatch import fnmatchcase

from tests.stacks.template import Template, text

SECRETS_KEY = "PlatformSecretsKey"
DATA_KEY = "PlatformDataKey"

USE = {
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:CreateGrant",
}


def key_of(template: Template, beginning: str) -> str:
    return f"<{template.name('AWS::KMS::Key', beginning)}.Arn>"


def test_every_secret_is_encrypted_with_the_secrets_key(template: Template) -> None:
    keys = {
        text(secret["KmsKeyId"]) for secret in template.of("AWS::SecretsManager::Secret").values()
    }
    assert keys == {key_of(template, SECRETS_KEY)}


def test_storage_and_every_log_are_encrypted_with_the_data_key(template: Template) -> None:
    database = template.the("AWS::RDS::DBInstance")
    assert database["StorageEncrypted"] is True
    logs = template.of("AWS::Logs::LogGroup").values()
    assert {text(thing["KmsKeyId"]) for thing in (database, *logs)} == {key_of(template, DATA_KEY)}


def test_every_log_is_kept_for_a_year(template: Template) -> None:
    logs = template.of("AWS::Logs::LogGroup").values()
    assert {log["RetentionInDays"] for log in logs} == {365}


def test_every_key_rotates(template: Template) -> None:
    keys = template.of("AWS::KMS::Key").values()
    assert [key["EnableKeyRotation"] for key in keys] == [True, True, True]


def test_whoever_administers_a_key_cannot_use_it(template: Template) -> None:
    unconditional = [
        s
        for s in template.statements("AWS::KMS::Key")
        if not s.condition and s.principals == ["arn:Partition:iam::AccountId:root"]
    ]
    assert len(unconditional) == 3
    for statement in unconditional:
        assert not USE & set(statement.actions)
        assert "kms:PutKeyPolicy" in statement.actions, "nobody could ever change the policy"


def test_the_secrets_key_is_used_through_secrets_manager_for_our_secrets_alone(
    template: Template,
) -> None:
    [use] = [s for s in template.statements(of=SECRETS_KEY) if USE & set(s.actions)]
    equals = use.condition["StringEquals"]
    assert text(equals["kms:ViaService"]) == "secretsmanager.Region.amazonaws.com"
    assert use.principals == ["arn:Partition:iam::AccountId:root"]
    secrets, trial = use.condition["StringLike"]["kms:EncryptionContext:SecretARN"]
    assert text(secrets).endswith(":secret:orders/production/*")
    assert trial == "RequestToValidateKeyAccess"


def test_the_names_of_the_secrets_are_those_that_the_key_is_for(template: Template) -> None:
    names = {secret["Name"] for secret in template.of("AWS::SecretsManager::Secret").values()}
    assert names == {"orders/production/main/admin", "orders/production/main/app"}


def test_the_data_key_is_lent_by_rds_and_used_by_cloudwatch_logs_alone(template: Template) -> None:
    grants, logs = [s for s in template.statements(of=DATA_KEY) if USE & set(s.actions)]
    assert grants.actions == ["kms:CreateGrant"]
    assert grants.condition["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    assert text(grants.condition["StringEquals"]["kms:ViaService"]) == "rds.Region.amazonaws.com"
    assert logs.principals == ["logs.Region.amazonaws.com"]


def test_the_data_key_lets_cloudwatch_logs_encrypt_each_of_our_log_groups(
    template: Template,
) -> None:
    [logs] = [s for s in template.statements(of=DATA_KEY) if "kms:Encrypt" in s.actions]
    allowed = [text(arn) for arn in logs.condition["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]]
    prefix = "arn:Partition:logs:Region:AccountId:log-group:"
    for group in template.of("AWS::Logs::LogGroup").values():
        arn = prefix + group["LogGroupName"]
        assert any(fnmatchcase(arn, pattern) for pattern in allowed), arn
