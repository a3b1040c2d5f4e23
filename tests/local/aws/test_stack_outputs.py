"""A stack reads what another one has put out."""

from tests.local.conftest import Stack


def reading(name, stack, output):
    wanted = {"StackName": stack, "Region": {"Ref": "AWS::Region"}, "OutputName": output}
    value = {"Fn::Join": ["", ["of ", {"Fn::GetStackOutput": wanted}]]}
    properties = {"Name": name, "Type": "String", "Value": value}
    return {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": properties}}


def test_an_output_of_another_stack_is_read(aws, stack, name):
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}
    stack.deploy({"Group": group}, {"Name": {"Value": {"Ref": "Group"}}})
    reader = Stack(aws, f"{name}-reader")
    assert reader.deploy(reading(name, stack.name, "Name")) == "CREATE_COMPLETE"
    read = aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert read == f"of {name}"


def test_an_output_that_is_not_there_fails_the_deployment(aws, stack, name):
    stack.deploy({"Group": {"Type": "AWS::Logs::LogGroup"}})
    reader = Stack(aws, f"{name}-reader")
    assert reader.deploy(reading(name, stack.name, "Name")) == "ROLLBACK_COMPLETE"
    assert any(f"{stack.name} has no output Name" in reason for reason in reader.reasons())
