"""Templates of several stacks as one."""

from collections.abc import Mapping
from typing import Any

from security.errors import ProofError

Template = Mapping[str, Any]
_OUTPUT = "Fn::GetStackOutput"


def joined(template: Template, other: Template) -> Template:
    """Put the resources of two stacks together, so that policies of both have a say.

    Args:
        template: A template.
        other: Another one, which may read the outputs of the first.

    Raises:
        ProofError: Both have a resource of the same logical id, or an output is not there.
    """
    twice = template["Resources"].keys() & other["Resources"].keys()
    if twice:
        raise ProofError(f"Two stacks have resources of the same name: {', '.join(sorted(twice))}")
    reading = _read(other["Resources"], template["Outputs"])
    return {"Resources": {**template["Resources"], **reading}}


def _read(value: Any, outputs: Mapping[str, Any]) -> Any:  # noqa: ANN401  # JSON in, JSON out
    if isinstance(value, list):
        return [_read(each, outputs) for each in value]
    if not isinstance(value, Mapping):
        return value
    if _OUTPUT in value:
        name = value[_OUTPUT]["OutputName"]
        if name not in outputs:
            raise ProofError(f"A stack reads the output {name}, which the other does not have")
        return outputs[name]["Value"]
    return {key: _read(each, outputs) for key, each in value.items()}
