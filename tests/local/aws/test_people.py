"""Groups of users are made as a template says, and changed in place."""

import pytest
from botocore.exceptions import ClientError


def policy(action):
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}


def group(name, *policies, **properties):
    arns = [{"Ref": each} for each in policies]
    return {
        "Type": "AWS::IAM::Group",
        "Properties": {"GroupName": name, "ManagedPolicyArns": arns, **properties},
    }


def members(*users):
    return {
        "Type": "AWS::IAM::UserToGroupAddition",
        "Properties": {"GroupName": {"Ref": "Group"}, "Users": list(users)},
    }


@pytest.fixture
def users(aws, name):
    names = [f"{name}-anna", f"{name}-bea"]
    for each in names:
        aws.client("iam").create_user(UserName=each)
    return names


def of(aws, name):
    found = aws.client("iam").get_group(GroupName=name)
    attached = aws.client("iam").list_attached_group_policies(GroupName=name)["AttachedPolicies"]
    return [each["UserName"] for each in found["Users"]], len(attached)


def test_a_group_has_the_policies_and_the_members_of_the_template(aws, stack, users):
    resources = {
        "See": policy("s3:GetObject"),
        "Change": policy("s3:PutObject"),
        "Group": group(stack.name, "See", "Change"),
        "Members": members(*users),
    }
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Group", "Arn"]}}}
    assert stack.deploy(resources, outputs) == "CREATE_COMPLETE", stack.reasons()
    assert of(aws, stack.name) == (users, 2)
    assert (
        stack.outputs()["Arn"] == aws.client("iam").get_group(GroupName=stack.name)["Group"]["Arn"]
    )


def test_a_group_is_changed_in_place_and_deleted(aws, stack, users):
    see = {"See": policy("s3:GetObject"), "Change": policy("s3:PutObject")}
    stack.deploy({**see, "Group": group(stack.name, "See", "Change"), "Members": members(*users)})
    changed = {**see, "Group": group(stack.name, "See"), "Members": members(users[1])}
    assert stack.deploy(changed) == "UPDATE_COMPLETE", stack.reasons()
    assert of(aws, stack.name) == ([users[1]], 1)
    stack.deploy(see)
    with pytest.raises(ClientError, match="not found"):
        aws.client("iam").get_group(GroupName=stack.name)


def test_a_user_who_does_not_exist_fails_the_deployment(stack):
    resources = {"Group": group(stack.name), "Members": members("nobody-of-that-name")}
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    assert any("nobody-of-that-name" in reason for reason in stack.reasons())


def test_an_inline_policy_of_a_group_fails_the_deployment(stack):
    assert stack.deploy({"Group": group(stack.name, Policies=[])}) == "ROLLBACK_COMPLETE"
    assert any("knows no Policies of a group" in reason for reason in stack.reasons())
