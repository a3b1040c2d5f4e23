"""Builds the package of constructs, as a release does: the zips of its functions first."""

import shutil
import subprocess
import sys
from pathlib import Path

from credential_rotation.bundle import ROOT, Bundle

FUNCTIONS = ("custom_resource", "iam_access_key", "postgres_user", "rotation_watch")
"""What the public constructs deploy."""

RELEASE = ROOT / ".build" / "release"
"""Where pyproject.toml takes the zips from."""


def build(target: Path) -> list[Path]:
    """Builds the sdist, and the wheel.

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
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own
    return sorted(target.glob("credential_rotation-*"))


if __name__ == "__main__":
    for path in build(ROOT / "dist"):
        sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.1f} MB\n")
