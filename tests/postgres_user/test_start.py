"""A rotation starts without what only custom resources need."""

import subprocess
import sys
from pathlib import Path

LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"
OF_CUSTOM_RESOURCES = {
    "cloudformation",
    "database.access",
    "database.check",
    "database.users",
    "postgres_user.access",
    "postgres_user.probe",
    "rotation.custom_resource",
}


def imported_by(module: str) -> set[str]:
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(LAMBDAS), "AWS_DEFAULT_REGION": "eu-west-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_what_only_custom_resources_need_is_not_loaded_by_rotations() -> None:
    assert imported_by("postgres_user.users") >= OF_CUSTOM_RESOURCES - {"postgres_user.access"}
    assert not imported_by("postgres_user.handler") & OF_CUSTOM_RESOURCES
