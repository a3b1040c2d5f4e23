"""A token of an API that rotates, as CloudFormation is told to make it."""

import json
from pathlib import Path
from typing import Any

import pytest
import trustme

from api_declaration.declaration import Declaration
from credential_rotation.bundle import AUTHORITIES, Bundle
from tests.stacks.api_tokens.given import MANAGEMENT, READER, token
from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text

PRIVATE = {
    "private_networks": ["10.20.0.0/16"],
    "vpc_id": "vpc-0123456789abcdef0",
    "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "security_group_ids": ["sg-0123456789abcdef0"],
    "management_secret_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-"
    "1234567890ab",
}


@pytest.fixture(scope="module")
def stack(synthesize: Synthesize) -> Template:
    tokens = {"partner": token(readers=[READER]), "inner": token(**PRIVATE)}
    return Template(synthesize(api_tokens=tokens).template)


def functions(stack: Template, name: str) -> dict[str, Any]:
    prefix = f"orders-production-token-{name}-"
    return {
        each["FunctionName"].removeprefix(prefix): each
        for each in stack.of("AWS::Lambda::Function").values()
        if each["FunctionName"].startswith(prefix)
    }


def test_there_is_none_by_default(template: Template) -> None:
    assert "token" not in json.dumps([*template.resources]).lower()


def test_no_template_holds_a_token(stack: Template) -> None:
    secret = stack.resources[stack.name("AWS::SecretsManager::Secret", "TokenPartner")][
        "Properties"
    ]
    assert secret["Name"] == "orders/production/token/partner"
    assert secret["SecretString"] == "{}"
    assert "GenerateSecretString" not in secret


def test_the_functions_know_the_declaration_and_run_outside_of_the_network(stack: Template) -> None:
    found = functions(stack, "partner")
    assert found.keys() == {"users", "rotation", "reaper"}
    for each in found.values():
        assert "VpcConfig" not in each
        assert each["Timeout"] == 90
        environment = each["Environment"]["Variables"]
        declared = Declaration.read(environment["API_DECLARATION"])
        assert {str(host) for host in declared.hosts} == {"auth.example.com"}
        assert environment["MANAGEMENT_SECRET_ARN"] == MANAGEMENT
        assert not {"PRIVATE_NETWORKS", "AUTHORITIES"} & environment.keys()
        assert sum(len(f"{name}{text(value)}") for name, value in environment.items()) < 4096


def test_a_team_may_have_them_in_subnets_of_its_own(stack: Template) -> None:
    for each in functions(stack, "inner").values():
        assert each["VpcConfig"]["SubnetIds"] == PRIVATE["subnet_ids"]
        assert each["VpcConfig"]["SecurityGroupIds"] == PRIVATE["security_group_ids"]
        assert each["Environment"]["Variables"]["PRIVATE_NETWORKS"] == "10.20.0.0/16"


def test_it_rotates_after_the_first_token_was_issued(stack: Template) -> None:
    schedule = stack.name("AWS::SecretsManager::RotationSchedule", "TokenPartner")
    first = stack.name("Custom::FirstToken", "TokenPartner")
    assert first in stack.waits_for(schedule)
    assert stack.name("AWS::SecretsManager::ResourcePolicy", "TokenPartner") in stack.waits_for(
        first
    )


def test_each_token_s_functions_have_a_boundary_of_their_own(stack: Template) -> None:
    for name in ("TokenPartner", "TokenInner"):
        boundary = stack.name("AWS::IAM::ManagedPolicy", f"{name}Boundary")
        for role_name, role in stack.of("AWS::IAM::Role").items():
            own = role["PermissionsBoundary"] == {"Ref": boundary}
            assert own is role_name.startswith(name), role_name
    partner = json.dumps(
        stack.resources[stack.name("AWS::IAM::ManagedPolicy", "TokenPartnerBoundary")]
    )
    assert "ec2:" not in partner
    assert MANAGEMENT in partner


def test_only_named_roles_read_the_secret(stack: Template) -> None:
    policy = stack.resources[stack.name("AWS::SecretsManager::ResourcePolicy", "TokenPartner")]
    statements = {each["Sid"]: each for each in policy["Properties"]["ResourcePolicy"]["Statement"]}
    readers = statements["ReadByNamedRolesOnly"]["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
    assert READER in readers
    assert len(readers) == 4


def test_what_comes_and_goes_with_the_setting_leaves_no_name_behind(stack: Template) -> None:
    for name, each in stack.resources.items():
        if name.startswith("Token") and "DeletionPolicy" in each:
            assert each["DeletionPolicy"] == "Delete", name
    assert not [name for name in stack.resources if name in stack.waits_for(name)]


def test_authorities_of_a_team_s_own_are_in_the_zip(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    trustme.CA().cert_pem.write_to_path(own)
    files = dict(Bundle("api_token", authorities=own)._files())
    assert files[AUTHORITIES] == own
    assert {"api_declaration/declaration.py", "tokens/two_tokens.py"} <= files.keys()
