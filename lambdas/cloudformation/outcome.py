"""How a request of CloudFormation for a custom resource ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

_SUCCESS, _FAILED = "SUCCESS", "FAILED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended, with the names that CloudFormation has for it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html

    Attributes:
        physical_id: Id of the resource; as long as it stays the same, nothing is replaced.
        failure: What the person who deploys reads if it failed, else empty. No secrets.
        data: What `Fn::GetAtt` finds. No secrets.
        notice: What a person should know of it although it succeeded, else empty. No secrets.
    """

    physical_id: str
    failure: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""

    @classmethod
    def parse(cls, document: object) -> Self:
        """Reads what a function returned.

        Raises:
            ValueError: It is no outcome.
        """
        if not isinstance(document, Mapping):
            raise ValueError(f"it is a {type(document).__name__}, not an object")  # noqa: TRY004 - see above
        status, data = document.get("Status"), document.get("Data")
        if status not in {_SUCCESS, _FAILED}:
            raise ValueError(f"Status is neither {_SUCCESS} nor {_FAILED}")
        if not isinstance(data, Mapping) or {type(each) for each in data.values()} - {str}:
            raise ValueError("Data is no object with texts")
        physical_id, data = _text(document, "PhysicalResourceId"), dict(data)
        if status == _FAILED:
            return cls(physical_id, _text(document, "Reason"), data)
        return cls(physical_id, "", data, str(document.get("Reason", "")))

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "Status": _FAILED if self.failure else _SUCCESS,
            "Reason": self.failure or self.notice,
            "PhysicalResourceId": self.physical_id,
            "Data": dict(self.data),
        }


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is no text, or an empty one")
    return value
