"""Custom resources: the function's answer decides."""

ANSWER = """
import json, urllib.request

def handler(event, context):
    body = {k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}
    properties = event["ResourceProperties"]
    body |= {"Status": properties["Status"], "Reason": "told to", "PhysicalResourceId": "made"}
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
    assert stack.deploy(custom(function(ANSWER), Status="FAILED")) == "ROLLBACK_COMPLETE"
    assert any("told to" in reason for reason in stack.reasons())


def test_a_function_that_gives_no_answer_fails_the_deployment(stack, function):
    silent = function("def handler(event, context): raise KeyError('lost')")
    assert stack.deploy(custom(silent)) == "ROLLBACK_COMPLETE"
    assert any("no answer" in reason and "lost" in reason for reason in stack.reasons())
