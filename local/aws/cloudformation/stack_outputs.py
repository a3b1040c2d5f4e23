"""``Fn::GetStackOutput``: one stack reads another's output, which moto does not know.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
"""

from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.models import cloudformation_backends

from local.moto_patch import replace

_FUNCTION = "Fn::GetStackOutput"


def install() -> None:
    """Let moto evaluate the function wherever it evaluates others."""
    clean = parsing.clean_json

    def clean_json(value: Any, resources: parsing.ResourceMap) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(value, dict) and _FUNCTION in value:
            return _output(clean(value[_FUNCTION], resources), resources)
        return clean(value, resources)

    replace(parsing, "clean_json", clean_json)


def _output(wanted: dict[str, str], resources: parsing.ResourceMap) -> str:
    account, region = resources["AWS::AccountId"], resources["AWS::Region"]
    backend = cloudformation_backends[str(account)][wanted.get("Region", str(region))]
    stack, name = wanted["StackName"], wanted["OutputName"]
    for output in backend.get_stack(stack).outputs or []:
        if output["OutputKey"] == name:
            return str(output["OutputValue"])
    raise ValueError(f"{_FUNCTION}: the stack {stack} has no output {name}")
