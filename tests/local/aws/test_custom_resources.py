"""Custom resources: the function's answer decides."""

ANSWER = """
import json, urllib.request

def handler(event, context):
    body = {k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}
    properties = event["ResourceProperties"]
    status = properties.get("On" + event["RequestType"], properties["Status"])
    body |= {"Status": status, "Reason": "told to", "PhysicalResourceId": "made"}
    body["Data"] = {"Echo": json.dumps([event["RequestType"], properties])}
    urllib.request.urlopen(urllib.request.Request(
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT"))
"""
OUTPUTS = {
    "Id": {"Value": {"Ref": "Custom"}},
    "Echo": {"Value": {"Fn::GetAtt": ["Custom", "Echo"]}},
}


def custom(arn, **properties):
    return {
        "Custom": {
            "Type": "Custom::Thing",
            "Properties": {"ServiceToken": arn, "Status": "SUCCESS", **properties},
        }
    }


def test_the_functions_answer_gives_the_id_and_the_attributes(stack, function):
    assert stack.deploy(custom(function(ANSWER), Flag=True), OUTPUTS) == "CREATE_COMPLETE"
    assert stack.outputs()["Id"] == "made"
    assert '"Create"' in stack.outputs()["Echo"]
    assert '"Flag": "true"' in stack.outputs()["Echo"], "every scalar arrives as a string"


def test_an_update_is_sent_to_the_function(stack, function):
    arn = function(ANSWER)
    stack.deploy(custom(arn, Value="one"), OUTPUTS)
    assert stack.deploy(custom(arn, Value="two"), OUTPUTS) == "UPDATE_COMPLETE"
    assert '"Update"' in stack.outputs()["Echo"]


def test_failed_fails_the_deployment_with_the_functions_reason(stack, function):
    failing = custom(function(ANSWER), Status="FAILED", OnDelete="SUCCESS")
    assert stack.deploy(failing) == "ROLLBACK_COMPLETE"
    assert any("told to" in reason for reason in stack.reasons())


def test_what_failed_to_be_created_is_deleted_by_its_function(stack, function):
    """It may have been made in part."""
    failing = custom(function(ANSWER), Status="FAILED", OnDelete="SUCCESS")
    stack.deploy(failing)
    assert stack.statuses("Custom")[-2:] == ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]


def test_a_function_that_fails_to_delete_it_as_well_fails_the_rollback(stack, function):
    assert stack.deploy(custom(function(ANSWER), Status="FAILED")) == "ROLLBACK_FAILED"
    assert stack.statuses("Custom")[-1] == "DELETE_FAILED"


def test_a_function_that_gives_no_answer_fails_the_deployment(stack, function):
    silent = function("def handler(event, context): raise KeyError('lost')")
    assert stack.deploy(custom(silent)) == "ROLLBACK_FAILED", "asked to delete it, it is as silent"
    assert any("no answer" in reason and "lost" in reason for reason in stack.reasons())


MEETING = """
import json, pathlib, time, urllib.request

def handler(event, context):
    properties = event["ResourceProperties"]
    place = pathlib.Path(properties["Place"])
    (place / event["LogicalResourceId"]).touch()
    end = time.monotonic() + float(properties.get("Seconds", 60))
    while not (there := (place / properties["Awaits"]).exists()) and time.monotonic() < end:
        time.sleep(0.02)
    body = {k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}
    good = there or event["RequestType"] == "Delete"
    body |= {"Status": "SUCCESS" if good else "FAILED", "Reason": "alone"}
    body["PhysicalResourceId"] = event["LogicalResourceId"]
    urllib.request.urlopen(urllib.request.Request(
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT"))
"""


def meeting(arn, place, awaits, seconds=60, **more):
    """A resource whose function waits until another one's function runs."""
    properties = {"ServiceToken": arn, "Place": str(place), "Awaits": awaits, "Seconds": seconds}
    return {"Type": "Custom::Meeting", "Properties": properties, **more}


def test_functions_of_independent_resources_run_at_the_same_time(stack, function, tmp_path):
    one, other = function(MEETING), function(MEETING)
    resources = {"A": meeting(one, tmp_path, "B"), "B": meeting(other, tmp_path, "A")}
    assert stack.deploy(resources) == "CREATE_COMPLETE", stack.reasons()


def test_a_function_is_called_when_what_its_resource_depends_on_is_there(stack, function, tmp_path):
    one, other = function(MEETING), function(MEETING)
    resources = {
        "A": meeting(one, tmp_path, "B", seconds=1),
        "B": meeting(other, tmp_path, "B", DependsOn="A"),
    }
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    assert any("alone" in reason for reason in stack.reasons())
    assert not (tmp_path / "B").exists()


def test_a_failure_lets_the_other_functions_come_to_their_end(stack, function, tmp_path):
    failing, good = function(ANSWER), function(MEETING)
    resources = {
        **custom(failing, Status="FAILED", OnDelete="SUCCESS"),
        "Good": meeting(good, tmp_path, "Good"),
    }
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    assert "Good" in stack.order()
