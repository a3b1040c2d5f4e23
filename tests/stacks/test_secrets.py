import json
from typing import Any

import pytest

from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text

READER = "arn:aws:iam::123456789012:role/reporting"
DEPLOYER = "arn:Partition:iam::AccountId:role/cdk-hnb659fds-cfn-exec-role-AccountId-Region"


def content(template: Template, beginning: str) -> Any:
    secret = template.the("AWS::SecretsManager::Secret", beginning)
    return json.loads(text(secret["GenerateSecretString"]["SecretStringTemplate"]))


READ = ["secretsmanager:GetSecretValue"]
WRITE = ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]


def excepted(template: Template, beginning: str, actions: list[str]) -> set[str]:
    [denial] = [
        s
        for s in template.statements("AWS::SecretsManager::ResourcePolicy", beginning)
        if "ArnNotEquals" in s.condition and s.actions == actions
    ]
    assert (denial.effect, denial.principals) == ("Deny", ["*"])
    arns = denial.condition["ArnNotEquals"]["aws:PrincipalArn"]
    return {text(arn) for arn in (arns if isinstance(arns, list) else [arns])}


def readers(template: Template, beginning: str) -> set[str]:
    return excepted(template, beginning, READ)


def role(template: Template, beginning: str) -> str:
    return f"<{template.name('AWS::IAM::Role', beginning)}.Arn>"


def test_the_application_secret_names_the_admin_secret(template: Template) -> None:
    admin = template.name("AWS::SecretsManager::Secret", "MainAdmin")
    assert content(template, "MainLogin") == {"username": "app", "masterarn": f"<{admin}>"}
    assert content(template, "MainAdmin") == {"username": "dbadmin"}


def test_what_generates_the_first_password_never_changes(
    template: Template, synthesize: Synthesize
) -> None:
    """CloudFormation generates the password anew when any of this changes: an outage."""
    other = Template(
        synthesize(
            password__length="64",
            password__exclude_characters="0Ol1",
            rotation__strategy="single",
            database__port="7000",
            consumer="false",
        ).template
    )
    for each in (template, other):
        generate = [
            dict(each.the("AWS::SecretsManager::Secret", beginning)["GenerateSecretString"])
            for beginning in ("MainAdmin", "MainLogin")
        ]
        templates = [text(one.pop("SecretStringTemplate")) for one in generate]
        admin = each.name("AWS::SecretsManager::Secret", "MainAdmin")
        assert templates == [
            '{"username":"dbadmin"}',
            f'{{"username":"app","masterarn":"<{admin}>"}}',
        ]
        constant = {
            "ExcludePunctuation": True,
            "GenerateStringKey": "password",
            "PasswordLength": 40,
        }
        assert generate == [constant, constant]


def test_another_user_name_cannot_overwrite_the_secret_of_the_first_one(
    template: Template, synthesize: Synthesize
) -> None:
    """Another resource with the same name: Secrets Manager refuses it, and nothing has changed."""
    other = Template(synthesize(databases__main__logins__app__username="somebody").template)
    kind = "AWS::SecretsManager::Secret"
    assert other.name(kind, "MainLogin") not in template.resources
    before, after = (each.the(kind, "MainLogin")["Name"] for each in (template, other))
    assert before == after


def test_both_secrets_get_host_and_port_of_the_instance(template: Template) -> None:
    instance = template.name("AWS::RDS::DBInstance")
    attachments = template.of("AWS::SecretsManager::SecretTargetAttachment").values()
    assert {text(attachment["TargetId"]) for attachment in attachments} == {f"<{instance}>"}
    assert len({text(attachment["SecretId"]) for attachment in attachments}) == 2


def test_each_secret_has_one_policy_that_can_never_be_public(template: Template) -> None:
    policies = template.of("AWS::SecretsManager::ResourcePolicy").values()
    assert [policy["BlockPublicPolicy"] for policy in policies] == [True, True]
    assert len({text(policy["SecretId"]) for policy in policies}) == 2


def test_the_policies_of_the_secrets_allow_nothing(template: Template) -> None:
    statements = template.statements("AWS::SecretsManager::ResourcePolicy")
    assert {statement.effect for statement in statements} == {"Deny"}


def test_no_secret_travels_without_tls(template: Template) -> None:
    for beginning in ("MainAdmin", "MainLogin"):
        [denial] = [
            s
            for s in template.statements("AWS::SecretsManager::ResourcePolicy", beginning)
            if "Bool" in s.condition
        ]
        assert denial.condition["Bool"] == {"aws:SecureTransport": "false"}
        assert "secretsmanager:GetSecretValue" in denial.actions


def test_the_application_secret_is_read_by_its_functions_and_cloudformation_alone(
    template: Template,
) -> None:
    assert readers(template, "MainLogin") == {
        DEPLOYER,
        role(template, "MainRotatorAlternating"),
        role(template, "MainUsers"),
        role(template, "MainConsumer"),
    }


def test_the_admin_secret_is_not_read_by_the_consumer(template: Template) -> None:
    assert readers(template, "MainAdmin") == {
        DEPLOYER,
        role(template, "MainRotatorAdmin"),
        role(template, "MainRotatorAlternating"),
        role(template, "MainUsers"),
    }


def test_a_single_user_rotates_without_the_admin_secret(single: Template) -> None:
    assert readers(single, "MainAdmin") == {
        DEPLOYER,
        role(single, "MainRotatorAdmin"),
        role(single, "MainUsers"),
    }
    admin = single.name("AWS::SecretsManager::Secret", "MainAdmin")
    for statement in single.statements("AWS::IAM::ManagedPolicy", "MainRotatorSingle"):
        assert f"<{admin}>" not in statement.resources


def test_of_our_functions_a_secret_is_written_by_the_one_that_rotates_it(
    template: Template,
) -> None:
    assert excepted(template, "MainLogin", WRITE) == {role(template, "MainRotatorAlternating")}
    assert excepted(template, "MainAdmin", WRITE) == {role(template, "MainRotatorAdmin")}
    others = [
        s.condition["ArnLike"]["aws:PrincipalArn"]
        for s in template.statements("AWS::SecretsManager::ResourcePolicy")
        if s.actions == WRITE
    ]
    assert {text(each) for each in others} == {
        "arn:Partition:iam::AccountId:role/orders/production/*"
    }


@pytest.mark.parametrize("beginning", ["MainConsumer", "MainUsers"])
def test_who_only_logs_in_reads_the_version_in_use_and_no_other(
    template: Template, beginning: str
) -> None:
    read = [
        s
        for s in template.statements("AWS::IAM::ManagedPolicy", beginning)
        if s.actions[0].startswith("secretsmanager:")
    ]
    assert read
    for statement in read:
        assert statement.actions == ["secretsmanager:GetSecretValue"]
        assert statement.condition == {
            "StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}
        }


def test_further_readers_are_let_in_to_the_application_secret_alone(
    synthesize: Synthesize,
) -> None:
    template = Template(synthesize(databases__main__logins__app__readers=READER).template)
    assert READER in readers(template, "MainLogin")
    assert READER not in readers(template, "MainAdmin")
    [door] = [
        s
        for s in template.statements("AWS::EC2::VPCEndpoint")
        if READER in s.condition.get("ArnLike", {}).get("aws:PrincipalArn", ())
    ]
    assert door.actions == ["secretsmanager:GetSecretValue"]
    assert door.resources == [
        "arn:Partition:secretsmanager:Region:AccountId:secret:orders/production/*"
    ]
