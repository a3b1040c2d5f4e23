"""A synthesized template as the tests look at it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

POLICY_DOCUMENTS = {
    "AWS::EC2::VPCEndpoint": "PolicyDocument",
    "AWS::IAM::ManagedPolicy": "PolicyDocument",
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
}
"""Where each type keeps its policy."""


@dataclass(frozen=True)
class Statement:
    """A statement of any policy in the template, with everything in it as lists of text."""

    of: str
    type: str
    effect: str
    actions: list[str]
    resources: list[str]
    principals: list[str]
    condition: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Template:
    """Resources by logical id; intrinsic functions can be read as text."""

    raw: Mapping[str, Any]

    @property
    def resources(self) -> dict[str, Any]:
        return dict(self.raw["Resources"])

    @property
    def outputs(self) -> dict[str, Any]:
        """The values of the outputs, by name."""
        return {name: output["Value"] for name, output in self.raw["Outputs"].items()}

    def of(self, kind: str) -> dict[str, Any]:
        """The properties of all resources of a type."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def the(self, kind: str, beginning: str = "") -> Any:
        """The properties of the only resource of a type whose logical id begins so."""
        [properties] = [
            properties for name, properties in self.of(kind).items() if name.startswith(beginning)
        ]
        return properties

    def name(self, kind: str, beginning: str = "") -> str:
        """The logical id of the only resource of a type whose logical id begins so."""
        [name] = [name for name in self.of(kind) if name.startswith(beginning)]
        return name

    def statements(self, kind: str = "", of: str = "") -> list[Statement]:
        """All statements in policies, or those of one type, or of one resource."""
        return [
            statement
            for statement in self._statements
            if statement.type.startswith(kind) and statement.of.startswith(of)
        ]

    @cached_property
    def _statements(self) -> list[Statement]:
        return [
            Statement(
                of=name,
                type=kind,
                effect=raw["Effect"],
                actions=texts(raw.get("Action", [])),
                resources=texts(raw.get("Resource", [])),
                principals=[
                    principal
                    for principals in raw.get("Principal", {}).values()
                    for principal in texts(principals)
                ],
                condition=raw.get("Condition", {}),
            )
            for kind, key in POLICY_DOCUMENTS.items()
            for name, properties in self.of(kind).items()
            for raw in properties[key]["Statement"]
        ]

    def waits_for(self, name: str) -> set[str]:
        """Everything that exists before a resource does."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            needs = self._needs(waiting.pop()) - found
            found |= needs
            waiting.extend(needs)
        return found

    def _needs(self, name: str) -> set[str]:
        resource = self.resources[name]
        depends = resource.get("DependsOn", [])
        references = set(_references(resource.get("Properties", {})))
        return (references | set(depends)) & self.resources.keys()


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "Ref" in value:
            yield value["Ref"]
        elif "Fn::GetAtt" in value:
            yield value["Fn::GetAtt"][0]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def texts(value: Any) -> list[str]:
    """One or several values as a list of text."""
    return [text(each) for each in value] if isinstance(value, list) else [text(value)]


def text(value: Any) -> str:
    """A value with its intrinsic functions as text: `<LogicalId>`, `<LogicalId.Attribute>`."""
    match value:
        case {"Ref": str(name)}:
            return name.removeprefix("AWS::") if name.startswith("AWS::") else f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, [*parts]]}:
            return str(separator).join(text(part) for part in parts)
        case {"Fn::Sub": str(pattern)}:
            return pattern.replace("${AWS::", "").replace("}", "")
        case str():
            return value
        case _:
            return json.dumps(value)
