"""Builds the packages of a release: the constructs with the zips of their functions, the library.

Both have the version that `lambdas/rotated_secret/pyproject.toml` names.
"""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from credential_rotation.bundle import ROOT, Bundle

FUNCTIONS = (
    "adoption",
    "custom_resource",
    "iam_access_key",
    "mysql_user",
    "postgres_user",
    "rotation_watch",
)
"""What the public constructs deploy."""

RELEASE = ROOT / ".build" / "release"
"""Where pyproject.toml takes the zips from."""

LIBRARY = ROOT / "lambdas" / "rotated_secret"


def version() -> str:
    """Tell the version that the packages get."""
    project = tomllib.loads((LIBRARY / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def build(target: Path) -> list[Path]:
    """Builds sdist and wheel of each package.

    Args:
        target: The folder for them.

    Returns:
        Their paths.
    """
    shutil.rmtree(RELEASE, ignore_errors=True)
    RELEASE.mkdir(parents=True)
    for function in FUNCTIONS:
        shutil.copyfile(Bundle(function).build(), RELEASE / f"{function}.zip")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target.resolve())]
    for project in (ROOT, LIBRARY):
        subprocess.run(command, cwd=project, check=True, capture_output=True)  # noqa: S603 - our own
    return sorted((*target.glob("credential_rotation-*"), *target.glob("rotated_secret-*")))


if __name__ == "__main__":
    for path in build(ROOT / "dist"):
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.1f} MB\n")
