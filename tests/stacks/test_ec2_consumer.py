import base64
from email import message_from_string
from typing import Any

import pytest

from credential_rotation.packages import RUNTIME
from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text, texts

ADDED = {"AWS::EC2::Instance", "AWS::EC2::LaunchTemplate", "AWS::IAM::InstanceProfile"}
"""Types that no other setting brings."""


@pytest.fixture(scope="module")
def instance(synthesize: Synthesize) -> Template:
    """The stack with the instance."""
    return Template(synthesize(ec2_consumer="true").template)


@pytest.fixture(scope="module")
def properties(instance: Template) -> Any:
    return instance.the("AWS::EC2::Instance")


def script(properties: Any) -> str:
    """What it does at each boot; the parts of the user data are nested."""
    [inner] = [
        part for part in properties["UserData"]["Fn::Base64"]["Fn::Join"][1] if "Fn::Base64" in part
    ]
    return text(inner["Fn::Base64"])


def test_there_is_no_instance_unless_a_team_wants_one(template: Template) -> None:
    assert not ADDED & {each["Type"] for each in template.resources.values()}
    assert "ec2" not in str(template.of("AWS::KMS::Key"))
    assert len(template.of("AWS::EC2::VPCEndpoint")) == 1


def test_it_adds_these_types(template: Template, instance: Template) -> None:
    before, after = (
        {each["Type"] for each in every.resources.values()} for every in (template, instance)
    )
    assert after - before == ADDED


def test_its_metadata_is_not_to_be_had_without_a_token_or_from_further_away(
    instance: Template, properties: Any
) -> None:
    options = instance.the("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["MetadataOptions"]
    assert options["HttpTokens"] == "required"
    assert options["HttpPutResponseHopLimit"] == 1
    launched_from = properties["LaunchTemplate"]["LaunchTemplateId"]
    assert text(launched_from) == f"<{instance.name('AWS::EC2::LaunchTemplate')}>"


def test_its_volume_is_encrypted_with_the_data_key(instance: Template, properties: Any) -> None:
    [volume] = properties["BlockDeviceMappings"]
    assert volume["Ebs"]["Encrypted"] is True
    assert (
        text(volume["Ebs"]["KmsKeyId"])
        == f"<{instance.name('AWS::KMS::Key', 'PlatformDataKey')}.Arn>"
    )


def test_the_data_key_is_lent_by_ec2_and_used_through_it_alone(instance: Template) -> None:
    lend, use = (
        each
        for each in instance.statements("AWS::KMS::Key", "PlatformDataKey")
        if "ec2." in str(each.condition)
    )
    assert (lend.actions, use.actions) == (
        ["kms:CreateGrant"],
        ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"],
    )
    assert lend.condition["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    for each in (lend, use):
        assert text(each.condition["StringEquals"]["kms:ViaService"]) == "ec2.Region.amazonaws.com"


def test_nobody_gets_in_but_through_session_manager(instance: Template, properties: Any) -> None:
    assert not {"KeyName", "NetworkInterfaces"} & properties.keys()
    [group] = texts(properties["SecurityGroupIds"])
    rules = instance.of("AWS::EC2::SecurityGroupIngress").values()
    assert group not in {text(rule["GroupId"]) for rule in rules}
    subnet = instance.resources[properties["SubnetId"]["Ref"]]["Properties"]
    assert subnet["MapPublicIpOnLaunch"] is False


def test_the_endpoints_of_session_manager_let_its_role_through_and_nobody_else(
    instance: Template,
) -> None:
    role = f"<{instance.name('AWS::IAM::Role', 'MainEc2Consumer')}.Arn>"
    statements = instance.statements("AWS::EC2::VPCEndpoint", "MainEc2ConsumerSessionManager")
    assert {action.partition(":")[0] for each in statements for action in each.actions} == {
        "ssm",
        "ssmmessages",
    }
    for each in statements:
        assert text(each.condition["ArnLike"]["aws:PrincipalArn"]) == role
    for name, endpoint in instance.of("AWS::EC2::VPCEndpoint").items():
        if name.startswith("MainEc2ConsumerSessionManager"):
            assert endpoint["PrivateDnsEnabled"] is True
            assert len(endpoint["SubnetIds"]) == 2


def test_of_s3_it_reads_its_program_and_the_packages_of_the_system(
    instance: Template, properties: Any
) -> None:
    statements = instance.statements("AWS::EC2::VPCEndpoint", "MainEc2ConsumerProgramEndpoint")
    program, packages = (each for each in statements if each.actions == ["s3:GetObject"])
    assert packages.resources == ["arn:Partition:s3:::al2023-repos-Region-de612dc2/*"]
    [resource] = program.resources
    assert f"s3://{resource.removeprefix('arn:Partition:s3:::')} " in script(properties)
    assert "aws:PrincipalArn" in str(program.condition)


def test_its_role_is_for_ec2_and_has_no_policy_of_aws(instance: Template) -> None:
    [trust] = instance.statements("AWS::IAM::Role", "MainEc2Consumer")
    assert trust.principals == ["ec2.amazonaws.com"]
    role = instance.the("AWS::IAM::Role", "MainEc2Consumer")
    assert not {"ManagedPolicyArns", "Policies"} & role.keys()


def test_its_role_reads_the_version_in_use_of_one_secret(instance: Template) -> None:
    statements = instance.statements("AWS::IAM::ManagedPolicy", "MainEc2Consumer")
    [read] = [each for each in statements if "secretsmanager" in str(each.actions)]
    assert read.actions == ["secretsmanager:GetSecretValue"]
    assert read.resources == [f"<{instance.name('AWS::SecretsManager::Secret', 'MainLogin')}>"]
    assert read.condition["StringEquals"]["secretsmanager:VersionStage"] == "AWSCURRENT"


def test_what_it_does_at_each_boot_holds_no_secret_and_installs_the_functions_python(
    properties: Any,
) -> None:
    commands = script(properties)
    assert f"dnf install --assumeyes --quiet {RUNTIME}" in commands
    assert "SECRET_ID=orders/production/main/app" in commands
    assert "resolve:secretsmanager" not in str(properties)


def test_a_changed_program_arrives_at_the_next_boot(properties: Any) -> None:
    parts = properties["UserData"]["Fn::Base64"]["Fn::Join"][1]
    whole = "".join(
        part if isinstance(part, str) else base64.b64encode(b"script").decode() for part in parts
    )
    contents = [str(part.get_payload()) for part in message_from_string(whole).walk()]
    assert any("- [scripts-user, always]" in content for content in contents[1:])


def test_cloudformation_can_replace_and_delete_it(properties: Any) -> None:
    assert "DisableApiTermination" not in properties


def test_it_is_watched_in_detail_and_starts_when_all_its_ways_are_open(instance: Template) -> None:
    assert instance.the("AWS::EC2::Instance")["Monitoring"] is True
    waits = instance.waits_for(instance.name("AWS::EC2::Instance"))
    assert set(instance.of("AWS::EC2::VPCEndpoint")) <= waits
    assert {name for name in instance.of("AWS::IAM::ManagedPolicy") if "Ec2" in name} <= waits
    assert {
        name
        for name in instance.of("AWS::SecretsManager::SecretTargetAttachment")
        if name.startswith("MainLogin")
    } <= waits


def test_its_id_is_an_output(instance: Template) -> None:
    output = instance.raw["Outputs"]["ConsumerInstanceId"]["Value"]
    assert text(output) == f"<{instance.name('AWS::EC2::Instance')}>"
