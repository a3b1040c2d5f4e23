"""What a deployment that fails leaves, and what may be deleted; moto does none of it."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.test_custom_resources import ANSWER, custom

SECRET = "AWS::SecretsManager::Secret"
BROKEN = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "oracle-ee"}}


def secret(name, **more):
    properties = {"Name": name, "SecretString": "one", "Description": "one"}
    return {"Type": SECRET, "Properties": {**properties, **more.pop("properties", {})}, **more}


def database(name, **more):
    properties = {
        "DBInstanceIdentifier": name,
        "DBName": name,
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": "20",
        "Engine": "postgres",
        "MasterUsername": f"admin_{name[:10]}",
        "MasterUserPassword": "a-password-of-the-master",
        **more,
    }
    return {"Type": "AWS::RDS::DBInstance", "Properties": properties}


def broken(*after):
    return {**BROKEN, "DependsOn": list(after)}


@pytest.fixture
def there(aws):
    """Whether there is a secret of a name."""
    secrets = aws.client("secretsmanager")

    def described(name):
        listed = secrets.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"]
        return [each["Name"] for each in listed] == [name]

    return described


def test_a_failed_creation_deletes_what_it_made_in_reverse_order(stack, there):
    one, two = secret(f"{stack.name}-1"), secret(f"{stack.name}-2", DependsOn="One")
    resources = {"One": one, "Two": two, "Broken": broken("Two")}
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    assert not there(f"{stack.name}-1")
    assert stack.resources() == set()
    assert stack.statuses("One") == [
        "CREATE_IN_PROGRESS",
        "CREATE_COMPLETE",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]
    assert stack.statuses(stack.name)[-2:] == ["ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"]
    assert stack.deleted() == ["Two", "One"]


def test_a_rolled_back_stack_is_deleted_and_not_updated(stack):
    stack.deploy({"Secret": secret(stack.name), "Broken": broken("Secret")})
    with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
        stack.deploy({"Secret": secret(stack.name)})
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.deploy({"Secret": secret(stack.name)}) == "CREATE_COMPLETE"


def test_a_protected_instance_survives_a_failed_creation_and_blocks_the_next(aws, stack):
    name = stack.name
    resources = {
        "Secret": secret(name),
        "Database": {**database(name, DeletionProtection=True), "DependsOn": "Secret"},
        "Broken": broken("Database"),
    }
    assert stack.deploy(resources) == "ROLLBACK_FAILED"
    assert any("Cannot delete protected DB Instance" in reason for reason in stack.reasons())
    assert stack.resources() == {"Secret", "Database"}, "what it needs stays as long as it does"
    with pytest.raises(ClientError, match="ROLLBACK_FAILED state and can not be updated"):
        stack.deploy(resources)
    assert stack.delete() == "DELETE_FAILED"
    aws.client("rds").modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
    assert stack.delete() == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        aws.client("rds").describe_db_instances(DBInstanceIdentifier=name)


def test_a_stack_with_termination_protection_is_not_deleted(stack, there):
    stack.deploy({"Secret": secret(stack.name), "Broken": broken("Secret")})
    stack.protect()
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection"):
        stack.delete()
    stack.protect(enabled=False)
    assert stack.delete() == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("policy", "after_rollback", "after_deletion"),
    [
        ("Delete", False, False),
        ("Retain", True, True),
        ("RetainExceptOnCreate", False, True),
        (None, False, False),
    ],
)
def test_what_is_to_be_retained_is(stack, there, policy, after_rollback, after_deletion):
    kept = secret(stack.name, **({"DeletionPolicy": policy} if policy else {}))
    assert stack.deploy({"Kept": kept, "Broken": broken("Kept")}) == "ROLLBACK_COMPLETE"
    assert there(stack.name) == after_rollback
    stack.delete()
    if after_rollback:
        return
    assert stack.deploy({"Kept": kept}) == "CREATE_COMPLETE"
    assert stack.delete() == "DELETE_COMPLETE"
    assert there(stack.name) == after_deletion


def test_a_failed_update_brings_back_the_former_template(aws, stack, there, function):
    arn = function(ANSWER)
    before = {
        "Kept": secret(stack.name),
        "Gone": secret(f"{stack.name}-gone"),
        **custom(arn, Value="one"),
    }
    outputs = {"Echo": {"Value": {"Fn::GetAtt": ["Custom", "Echo"]}}}
    assert stack.deploy(before, outputs) == "CREATE_COMPLETE", stack.reasons()
    after = {
        "Kept": secret(stack.name, properties={"Description": "two"}),
        "New": secret(f"{stack.name}-new"),
        **custom(arn, Value="two"),
        "Broken": broken("Kept", "New", "Custom"),
    }
    assert stack.deploy(after, outputs) == "UPDATE_ROLLBACK_COMPLETE"
    described = aws.client("secretsmanager").describe_secret(SecretId=stack.name)
    assert described["Description"] == "one"
    assert [there(f"{stack.name}-{each}") for each in ("gone", "new")] == [True, False]
    assert stack.resources() == {"Kept", "Gone", "Custom"}
    kind, properties = json.loads(stack.outputs()["Echo"])
    assert (kind, properties["Value"]) == ("Update", "one")
    assert stack.deploy(before | {"More": secret(f"{stack.name}-more")}) == "UPDATE_COMPLETE"


def test_the_update_that_fails_is_itself_taken_back_where_a_function_made_it(stack, function):
    arn = function(ANSWER)
    outputs = {"Echo": {"Value": {"Fn::GetAtt": ["Custom", "Echo"]}}}
    stack.deploy(custom(arn, Value="one"), outputs)
    failing = custom(arn, Value="two", Status="FAILED")
    assert stack.deploy(failing, outputs) == "UPDATE_ROLLBACK_COMPLETE", stack.reasons()
    assert json.loads(stack.outputs()["Echo"])[1]["Value"] == "one"


def network(cidr):
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": cidr}}
    group = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "one", "VpcId": {"Ref": "Vpc"}},
    }
    return {"Vpc": vpc, "Group": group}


NETWORK = {
    "Vpc": {"Value": {"Ref": "Vpc"}},
    "GroupId": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}},
}


def vpcs(aws, *cidrs):
    described = aws.client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": cidrs}])
    return [each["CidrBlock"] for each in described["Vpcs"]]


def test_a_resource_is_replaced_and_what_refers_to_it_follows(aws, stack):
    stack.deploy(network("10.41.0.0/16"), NETWORK)
    before = stack.outputs()
    assert stack.deploy(network("10.42.0.0/16"), NETWORK) == "UPDATE_COMPLETE", stack.reasons()
    after = stack.outputs()
    assert not set(before.values()) & set(after.values())
    described = aws.client("ec2").describe_security_groups(GroupIds=[after["GroupId"]])
    assert described["SecurityGroups"][0]["VpcId"] == after["Vpc"]
    assert vpcs(aws, "10.41.0.0/16", "10.42.0.0/16") == ["10.42.0.0/16"]


def test_replaced_resources_are_back_after_a_failed_update_in_order(aws, stack):
    stack.deploy(network("10.43.0.0/16"), NETWORK)
    before = stack.outputs()
    after = {**network("10.44.0.0/16"), "Broken": broken("Group")}
    assert stack.deploy(after, NETWORK) == "UPDATE_ROLLBACK_COMPLETE", stack.reasons()
    assert stack.outputs() == before
    assert vpcs(aws, "10.43.0.0/16", "10.44.0.0/16") == ["10.43.0.0/16"]


def test_what_was_replaced_is_back_after_a_failed_update(aws, stack):
    def group(text):
        properties = {"Family": "postgres17", "Description": text}
        return {"Type": "AWS::RDS::DBParameterGroup", "Properties": properties}

    outputs = {"Name": {"Value": {"Ref": "Group"}}}
    stack.deploy({"Group": group("one")}, outputs)
    before = stack.outputs()
    status = stack.deploy({"Group": group("two"), "Broken": broken("Group")}, outputs)
    assert status == "UPDATE_ROLLBACK_COMPLETE", stack.reasons()
    assert stack.outputs() == before
    listed = aws.client("rds").describe_db_parameter_groups()["DBParameterGroups"]
    ours = [each for each in listed if stack.name in each["DBParameterGroupName"]]
    assert [each["Description"] for each in ours] == ["one"]


def test_an_update_is_complete_though_a_protected_instance_could_not_go(aws, stack):
    stack.deploy({"Secret": secret(stack.name), "Machine": MACHINE})
    assert stack.deploy({"Secret": secret(stack.name)}) == "UPDATE_COMPLETE"
    assert "DELETE_FAILED" in stack.statuses("Machine")
    assert any("disableApiTermination" in reason for reason in stack.reasons())


def test_a_protected_instance_is_not_deleted_with_its_stack(stack):
    stack.deploy({"Machine": MACHINE})
    assert stack.delete() == "DELETE_FAILED"
    assert stack.delete(RetainResources=["Machine"]) == "DELETE_COMPLETE"


MACHINE = {
    "Type": "AWS::EC2::Instance",
    "Properties": {"ImageId": "ami-12c6146b", "DisableApiTermination": True},
}


def test_the_type_of_a_resource_can_not_change(stack):
    stack.deploy({"Thing": secret(stack.name)})
    with pytest.raises(ClientError, match="Update of resource type is not permitted"):
        stack.deploy({"Thing": {"Type": "AWS::Logs::LogGroup"}})


def test_a_second_stack_of_one_name_is_refused(aws, stack):
    stack.deploy({"Secret": secret(stack.name)})
    with pytest.raises(ClientError, match="already exists and cannot be created again"):
        aws.client("cloudformation").create_change_set(
            StackName=stack.name,
            ChangeSetName="another",
            ChangeSetType="CREATE",
            TemplateBody=json.dumps({"Resources": {"Secret": secret(stack.name)}}),
        )


def test_another_function_for_a_custom_resource_is_refused(stack, function):
    stack.deploy(custom(function(ANSWER)))
    assert stack.deploy(custom(function(ANSWER))) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("Modifying service token is not allowed" in reason for reason in stack.reasons())
