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


def exporting(name):
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}
    export = {"Value": {"Ref": "Group"}, "Export": {"Name": f"{name}-group"}}
    return {"Group": group}, {"Name": export}


def importing(name):
    value = {"Fn::ImportValue": f"{name}-group"}
    properties = {"Name": name, "Type": "String", "Value": value}
    return {"Parameter": {"Type": "AWS::SSM::Parameter", "Properties": properties}}


def test_an_export_is_imported_whatever_the_order_of_the_stacks(aws, stack, name):
    reader = Stack(aws, f"{name}-reader")
    assert reader.deploy(importing(name)) == "ROLLBACK_COMPLETE"
    assert any("No export named" in reason for reason in reader.reasons())
    assert stack.deploy(*exporting(name)) == "CREATE_COMPLETE"
    later = Stack(aws, f"{name}-later")
    assert later.deploy(importing(name)) == "CREATE_COMPLETE"
    assert aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == name


def test_a_name_is_exported_once(aws, stack, name):
    assert stack.deploy(*exporting(name)) == "CREATE_COMPLETE"
    assert stack.deploy(*exporting(name)) in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    resources, outputs = exporting(f"{name}-2")
    outputs["Name"]["Export"]["Name"] = f"{name}-group"
    other = Stack(aws, f"{name}-other")
    assert other.deploy(resources, outputs) == "ROLLBACK_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName=other.name)["StackEvents"]
    assert any("is already exported" in e.get("ResourceStatusReason", "") for e in events)
