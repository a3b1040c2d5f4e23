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


def user(stack, **properties):
    return {"Type": "AWS::IAM::User", "Properties": {"UserName": f"{stack.name}-u", **properties}}


def test_a_user_has_the_groups_the_boundary_and_the_path_of_the_template(aws, stack):
    resources = {
        "See": policy("s3:GetObject"),
        "Group": group(stack.name, "See"),
        "User": user(
            stack,
            Path="/orders/",
            Groups=[{"Ref": "Group"}],
            PermissionsBoundary={"Ref": "See"},
            Tags=[{"Key": "application", "Value": "orders"}],
        ),
    }
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["User", "Arn"]}}, "See": {"Value": {"Ref": "See"}}}
    assert stack.deploy(resources, outputs) == "CREATE_COMPLETE", stack.reasons()
    made = aws.client("iam").get_user(UserName=f"{stack.name}-u")["User"]
    assert made["Arn"] == stack.outputs()["Arn"]
    assert made["Path"] == "/orders/"
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == stack.outputs()["See"]
    assert made["Tags"] == [{"Key": "application", "Value": "orders"}]
    assert of(aws, stack.name) == ([f"{stack.name}-u"], 1)


def test_a_user_leaves_his_groups_and_goes(aws, stack):
    groups = {"See": policy("s3:GetObject"), "Group": group(stack.name, "See")}
    stack.deploy({**groups, "User": user(stack, Groups=[{"Ref": "Group"}])})
    assert stack.deploy({**groups, "User": user(stack)}) == "UPDATE_COMPLETE", stack.reasons()
    assert of(aws, stack.name) == ([], 1)
    stack.deploy({**groups, "User": user(stack, Groups=[{"Ref": "Group"}])})
    assert stack.deploy(groups) == "UPDATE_COMPLETE", stack.reasons()
    with pytest.raises(ClientError, match="NoSuchEntity"):
        aws.client("iam").get_user(UserName=f"{stack.name}-u")


def test_a_password_of_a_user_fails_the_deployment(stack):
    resources = {"User": user(stack, LoginProfile={"Password": "x"})}
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    assert any("LoginProfile" in reason for reason in stack.reasons())
