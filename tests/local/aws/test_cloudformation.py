"""CloudFormation where moto falls short; each test fails without our patch or resource type."""

import json

import pytest
from botocore.exceptions import ClientError

GROUP = {"Type": "AWS::Logs::LogGroup"}


def parameter_group(description):
    properties = {"Family": "postgres17", "Description": description}
    return {"Type": "AWS::RDS::DBParameterGroup", "Properties": properties}


def test_an_unknown_resource_type_fails_the_deployment(stack):
    with pytest.raises(ClientError, match=r"Unrecognized resource types.*AWS::Nobody::Knows"):
        stack.deploy({"A": GROUP, "B": {"Type": "AWS::Nobody::Knows"}})


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("AWS::DocDB::DBInstance", "TargetType AWS::DocDB::DBInstance"),
        ("AWS::RDS::DBCluster", "DBCluster x not found"),
        ("AWS::RDS::DBInstance", "DBInstance x not found"),
    ],
)
def test_a_failed_resource_fails_the_deployment_with_its_reason(stack, target, reason):
    attachment = {
        "Type": "AWS::SecretsManager::SecretTargetAttachment",
        "Properties": {"SecretId": {"Ref": "Secret"}, "TargetType": target, "TargetId": "x"},
    }
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "{}"}}
    assert stack.deploy({"Attachment": attachment, "Secret": secret}) == "ROLLBACK_COMPLETE"
    assert any(reason in each for each in stack.reasons()), stack.reasons()


def test_listing_a_failed_stack_makes_nothing(aws, stack):
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": stack.name}}
    broken = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "mysql"}}
    stack.deploy({"Broken": broken, "Secret": {**secret, "DependsOn": "Broken"}})
    aws.client("cloudformation").list_stack_resources(StackName=stack.name)
    with pytest.raises(ClientError, match="can't find"):
        aws.client("secretsmanager").describe_secret(SecretId=stack.name)


def test_termination_protection_can_be_set(aws, stack):
    stack.deploy({"A": GROUP})
    client = aws.client("cloudformation")
    client.update_termination_protection(StackName=stack.name, EnableTerminationProtection=True)
    described = client.describe_stacks(StackName=stack.name)["Stacks"][0]
    assert described["EnableTerminationProtection"] is True


def test_a_key_takes_the_tags_of_a_template(aws, stack):
    properties = {"KeyPolicy": {"Statement": []}, "Tags": [{"Key": "owner", "Value": "us"}]}
    key = {"Type": "AWS::KMS::Key", "Properties": properties}
    assert stack.deploy({"Key": key}, {"Id": {"Value": {"Ref": "Key"}}}) == "CREATE_COMPLETE"
    tags = aws.client("kms").list_resource_tags(KeyId=stack.outputs()["Id"])["Tags"]
    assert tags == [{"TagKey": "owner", "TagValue": "us"}]


def test_what_may_leave_a_security_group_is_as_the_template_says(aws, stack):
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/16"}}
    group = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "GroupDescription": "one"},
    }
    rule = {
        "Type": "AWS::EC2::SecurityGroupEgress",
        "Properties": {
            "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
            "IpProtocol": "tcp",
            "FromPort": 443,
            "ToPort": 443,
            "DestinationSecurityGroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
        },
    }
    outputs = {"Id": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}}}
    assert stack.deploy({"Vpc": vpc, "Group": group, "Rule": rule}, outputs) == "CREATE_COMPLETE"
    described = aws.client("ec2").describe_security_groups(GroupIds=[stack.outputs()["Id"]])
    egress = described["SecurityGroups"][0]["IpPermissionsEgress"]
    assert any(
        rule.get("FromPort") == 443
        and rule["UserIdGroupPairs"][0]["GroupId"] == stack.outputs()["Id"]
        for rule in egress
        if rule["UserIdGroupPairs"]
    )


def test_a_managed_policy_is_updated_in_place(aws, stack):
    def policy(action):
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}

    stack.deploy({"Policy": policy("s3:GetObject")}, {"Arn": {"Value": {"Ref": "Policy"}}})
    assert (
        stack.deploy({"Policy": policy("s3:PutObject")}, {"Arn": {"Value": {"Ref": "Policy"}}})
        == "UPDATE_COMPLETE"
    )
    iam, arn = aws.client("iam"), stack.outputs()["Arn"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Action"] == "s3:PutObject"


def test_an_endpoints_policy_is_updated_in_place(aws, stack):
    def resources(action):
        statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}
        properties = {
            "VpcId": {"Ref": "Vpc"},
            "ServiceName": "com.amazonaws.us-east-1.s3",
            "RouteTableIds": [{"Ref": "Routes"}],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        }
        vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.8.0.0/16"}}
        routes = {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}}
        endpoint = {"Type": "AWS::EC2::VPCEndpoint", "Properties": properties}
        return {"Vpc": vpc, "Routes": routes, "End": endpoint}

    outputs = {"Id": {"Value": {"Ref": "End"}}}
    stack.deploy(resources("s3:GetObject"), outputs)
    assert stack.deploy(resources("s3:PutObject"), outputs) == "UPDATE_COMPLETE", stack.reasons()
    endpoints = aws.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[stack.outputs()["Id"]])
    assert "s3:PutObject" in endpoints["VpcEndpoints"][0]["PolicyDocument"]


def test_a_route_table_is_associated_with_its_subnet(aws, stack):
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.6.0.0/16"}}
    subnet = {
        "Type": "AWS::EC2::Subnet",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.6.0.0/24"},
    }
    routes = {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}}
    association = {
        "Type": "AWS::EC2::SubnetRouteTableAssociation",
        "Properties": {"RouteTableId": {"Ref": "Routes"}, "SubnetId": {"Ref": "Subnet"}},
    }
    resources = {"Vpc": vpc, "Subnet": subnet, "Routes": routes, "Association": association}
    outputs = {name: {"Value": {"Ref": name}} for name in ("Subnet", "Routes")}
    assert stack.deploy(resources, outputs) == "CREATE_COMPLETE", stack.reasons()
    made = stack.outputs()
    described = aws.client("ec2").describe_route_tables(RouteTableIds=[made["Routes"]])
    [association] = described["RouteTables"][0]["Associations"]
    assert association["SubnetId"] == made["Subnet"]


def test_a_keys_policy_is_updated_in_place(aws, stack):
    def key(action):
        principal = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}
        statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        return {"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}}

    outputs = {"Id": {"Value": {"Ref": "Key"}}}
    stack.deploy(key("kms:Decrypt"), outputs)
    assert stack.deploy(key("kms:Encrypt"), outputs) == "UPDATE_COMPLETE", stack.reasons()
    policy = aws.client("kms").get_key_policy(KeyId=stack.outputs()["Id"], PolicyName="default")
    assert "kms:Encrypt" in str(policy["Policy"])


def test_the_arn_of_a_log_group_covers_its_streams(stack):
    stack.deploy({"A": GROUP}, {"Arn": {"Value": {"Fn::GetAtt": ["A", "Arn"]}}})
    assert stack.outputs()["Arn"].endswith(":*")


def test_the_deletion_of_a_missing_change_set_succeeds(aws, stack):
    stack.deploy({"A": GROUP})
    answer = aws.client("cloudformation").delete_change_set(
        StackName=stack.name, ChangeSetName="missing"
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_an_action_that_moto_lacks_is_answered_at_once(aws):
    with pytest.raises(ClientError) as error:
        aws.client("cloudtrail").list_channels()
    assert error.value.response["Error"]["Code"] == "UnsupportedOperation"
    assert error.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_character_that_json_escapes_as_a_pair_of_surrogates_stays_one(stack):
    stack.deploy({"A": GROUP}, {"Smile": {"Value": "\N{GRINNING FACE}"}})
    assert stack.outputs()["Smile"] == "\N{GRINNING FACE}"


def test_depends_on_is_respected(stack):
    resources = {
        "A": {**GROUP, "DependsOn": "B"},
        "B": {**GROUP, "DependsOn": ["C"]},
        "C": GROUP,
    }
    assert stack.deploy(resources) == "CREATE_COMPLETE"
    assert stack.order() == ["C", "B", "A"]


def test_outputs_are_there_after_a_change_set(stack):
    stack.deploy({"A": GROUP}, {"Name": {"Value": {"Ref": "A"}}})
    assert stack.outputs()["Name"]


def test_a_stack_is_updated_under_the_same_change_set_name(stack):
    def described(text):
        properties = {"Name": stack.name, "Description": text}
        return {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": properties}}

    stack.deploy(described("one"))
    assert stack.deploy(described("two")) == "UPDATE_COMPLETE"


def test_an_update_that_can_not_be_done_in_place_fails_with_its_reason(stack):
    def group(text):
        described = parameter_group("one")
        return {**described, "Properties": {**described["Properties"], "Parameters": {"a": text}}}

    stack.deploy({"A": group("one")})
    assert stack.deploy({"A": group("two")}) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("AWS::RDS::DBParameterGroup" in reason for reason in stack.reasons())


def test_a_removed_resource_is_deleted(aws, stack):
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": stack.name}}
    stack.deploy({"A": GROUP, "Secret": secret})
    stack.deploy({"A": GROUP})
    with pytest.raises(ClientError, match="can't find"):
        aws.client("secretsmanager").describe_secret(SecretId=stack.name)


def test_a_secret_is_generated_as_the_template_says(aws, stack):
    generate = {
        "SecretStringTemplate": '{"username": "app"}',
        "GenerateStringKey": "password",
        "PasswordLength": 40,
        "ExcludePunctuation": True,
    }
    stack.deploy(
        {
            "Secret": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": {"Name": stack.name, "GenerateSecretString": generate},
            }
        }
    )
    text = aws.client("secretsmanager").get_secret_value(SecretId=stack.name)["SecretString"]
    value = json.loads(text)
    assert value["username"] == "app"
    assert len(value["password"]) == 40
    assert value["password"].isalnum()


def test_a_dynamic_reference_is_resolved(aws, stack):
    secret = {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {"SecretString": '{"key": "found"}'},
    }
    reference = ["", ["{{resolve:secretsmanager:", {"Ref": "Secret"}, ":SecretString:key::}}"]]
    resources = {
        "Secret": secret,
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Name": stack.name,
                "Type": "String",
                "Value": {"Fn::Join": reference},
            },
        },
    }
    assert stack.deploy(resources) == "CREATE_COMPLETE"
    value = aws.client("ssm").get_parameter(Name=stack.name)["Parameter"]["Value"]
    assert value == "found"


def test_the_tags_of_a_parameter_are_an_object(aws, stack):
    properties = {"Name": stack.name, "Type": "String", "Value": "one", "Tags": {"team": "orders"}}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": properties}
    assert stack.deploy({"Parameter": parameter}) == "CREATE_COMPLETE"
    tags = aws.client("ssm").list_tags_for_resource(
        ResourceType="Parameter", ResourceId=stack.name
    )["TagList"]
    assert tags == [{"Key": "team", "Value": "orders"}]


def test_no_value_is_no_item_of_a_list(aws, stack):
    trusted = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    document = {"Version": "2012-10-17", "Statement": [trusted, {"Ref": "AWS::NoValue"}]}
    properties = {"RoleName": stack.name, "AssumeRolePolicyDocument": document}
    stack.deploy({"Role": {"Type": "AWS::IAM::Role", "Properties": properties}})
    role = aws.client("iam").get_role(RoleName=stack.name)["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"] == [trusted]


def test_a_reference_to_a_parameter_group_gives_its_name(stack):
    stack.deploy({"A": parameter_group("one")}, {"Name": {"Value": {"Ref": "A"}}})
    assert "object at" not in stack.outputs()["Name"]


def test_two_resource_policies_on_one_secret_are_refused(stack):
    policy = {
        "Type": "AWS::SecretsManager::ResourcePolicy",
        "Properties": {
            "SecretId": {"Ref": "Secret"},
            "ResourcePolicy": {"Version": "2012-10-17", "Statement": []},
        },
    }
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "{}"}}
    status = stack.deploy({"Secret": secret, "One": policy, "Two": policy})
    assert status == "ROLLBACK_COMPLETE"
    assert any("already has a resource policy" in reason for reason in stack.reasons())


def test_an_instance_is_a_real_database_with_a_real_master_login(aws, stack):
    instance = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "DBInstanceIdentifier": stack.name,
            "Engine": "postgres",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "DBName": stack.name,
            "MasterUsername": f"admin_{stack.name[:10]}",
            "MasterUserPassword": "a-password-of-the-master",
        },
    }
    outputs = {
        "Host": {"Value": {"Fn::GetAtt": ["Database", "Endpoint.Address"]}},
        "Port": {"Value": {"Fn::GetAtt": ["Database", "Endpoint.Port"]}},
    }
    assert stack.deploy({"Database": instance}, outputs) == "CREATE_COMPLETE"
    outputs = stack.outputs()
    assert outputs["Host"] == aws.postgres.host
    master = {
        "username": f"admin_{stack.name[:10]}",
        "password": "a-password-of-the-master",
        "dbname": stack.name,
        "port": outputs["Port"],
    }
    with aws.log_in(master) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, True)


def test_another_engine_fails_the_deployment(stack):
    instance = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {"Engine": "oracle-ee", "DBInstanceIdentifier": stack.name},
    }
    assert stack.deploy({"Database": instance}) == "ROLLBACK_COMPLETE"
    assert any("oracle-ee" in reason for reason in stack.reasons())
