"""Lambda.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
"""

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends

from local.policies.call import Call
from local.policies.functions import function_policy
from local.policies.request import Access


def _invoke(call: Call) -> list[Access]:
    return _on_function(call, "lambda:InvokeFunction")


def _configure(call: Call) -> list[Access]:
    return _on_function(call, call.name)


def _on_function(call: Call, action: str) -> list[Access]:
    name = call.parameters["FunctionName"]
    function = _find(call.account, call.region, name)
    return [
        Access(
            action=action,
            resource=function.function_arn if function else _expected_arn(call, name),
            resource_policy=function_policy(function) if function else None,
        )
    ]


def _find(account: str, region: str, name: str) -> LambdaFunction | None:
    try:
        return lambda_backends[account][region].get_function(name)
    except UnknownFunctionException:
        return None


def _expected_arn(call: Call, name: str) -> str:
    if name.startswith("arn:"):
        return name
    return f"arn:aws:lambda:{call.region}:{call.account}:function:{name}"


OPERATIONS = {
    "GetFunctionConfiguration": _configure,
    "Invoke": _invoke,
    "UpdateFunctionConfiguration": _configure,
}
