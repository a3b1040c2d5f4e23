"""What rotates, as the outputs of the stacks tell it: the demonstration names no kind of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_SECRET, _FUNCTION = "SecretName", "RotationFunctionName"


@dataclass(frozen=True)
class Rotating:
    """A secret that rotates.

    Attributes:
        id: What its outputs begin with, such as `MainApp`.
        secret: The secret's name.
        function: Name of the function that rotates it.
    """

    id: str
    secret: str
    function: str


def all_rotating(outputs: Mapping[str, str]) -> Iterator[Rotating]:
    """Find every secret that comes with a function which rotates it."""
    for output, secret in outputs.items():
        identity = output.removesuffix(_SECRET)
        if identity != output and f"{identity}{_FUNCTION}" in outputs:
            yield Rotating(identity, secret, outputs[f"{identity}{_FUNCTION}"])
