"""Logical ids and physical names that no minor version changes: docs/upgrading.md.

A changed id makes a second resource beside the first, and a name that is taken refuses it. So the
file changes with a major version and upgrade notes; new entries may come at any time. To write it
anew: `python -m tests.foreign.test_names FOLDER…`, with what the apps have synthesized.
"""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from local.aws.cloudformation.names import name_property
from tests.stacks.test_logical_ids import LOST

pytestmark = pytest.mark.xdist_group("foreign")  # the wheels are built once

DEPLOYED = Path(__file__).with_name("deployed.json")
APPS = ("existing_database", "fargate_service", "lambda_function", "shop")

THEIRS = {"AWS::EC2::Subnet", "AWS::EC2::VPC", "AWS::RDS::DBInstance"}
"""What the constructs never make: the CDK gives it its id."""

Kept = dict[str, dict[str, list[Any]]]


def kept(folders: Iterable[Path]) -> Kept:
    """By stack and logical id: the type and the name of what must not be made a second time."""
    found: Kept = {}
    for folder in folders:
        for file in sorted(folder.glob("*.template.json")):
            resources = json.loads(file.read_text())["Resources"].items()
            found[file.name.partition(".")[0]] = {
                key: [each["Type"], name]
                for key, each in sorted(resources)
                if (name := name_of(each)) or each["Type"] in LOST.keys() - THEIRS
            }
    return found


def name_of(resource: dict[str, Any]) -> Any:
    """The name that a template gives to a resource; None if AWS makes one up."""
    which = name_property(resource["Type"])
    return resource.get("Properties", {}).get(which) if which else None


def test_no_id_and_no_name_of_a_foreign_app_has_changed(assembly: Callable[[str], Path]) -> None:
    before, now = json.loads(DEPLOYED.read_text()), kept(map(assembly, APPS))
    assert now.keys() == before.keys()
    for stack, resources in before.items():
        changed = {key: each for key, each in resources.items() if now[stack].get(key) != each}
        assert not changed, stack
        assert now[stack].keys() == resources.keys(), f"new in {stack}: add them to the file"


if __name__ == "__main__":
    written = json.dumps(kept(map(Path, sys.argv[1:])), indent=1, sort_keys=True)
    DEPLOYED.write_text(f"{written}\n")
