"""Templates of several stacks as one."""

from collections.abc import Mapping
from typing import Any

from security.errors import ProofError

Template = Mapping[str, Any]
_OUTPUT = "Fn::GetStackOutput"


def joined(template: Template, *others: Template) -> Template:
    """Put the resources of several stacks together, so that policies of all have a say.

    Args:
        template: The template of what all share.
        others: Further ones, which may read the outputs of the first, and of no other.

    Raises:
        ProofError: Two have a resource of the same logical id, or an output is not there.
    """
    resources, outputs = dict(template["Resources"]), template.get("Outputs", {})
    for other in others:
        if twice := resources.keys() & other["Resources"].keys():
            names = ", ".join(sorted(twice))
            raise ProofError(f"Two stacks have resources of the same name: {names}")
        resources |= _read(other["Resources"], outputs)
    return {"Resources": resources, "Outputs": outputs}


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
