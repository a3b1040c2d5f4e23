"""What a release checks and tells: the logic of .github/workflows/release.yml.

`python tools/release.py check v1.2.0` compares the tag with the version and the changelog, `notes`
prints the version's section, `rehearse FOLDER` installs the built files as a user would. It runs on
a Python that has nothing installed.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONED = ROOT / "lambdas" / "rotated_secret" / "pyproject.toml"
CHANGELOG = ROOT / "CHANGELOG.md"
EXAMPLES = ROOT / "examples"
UNRELEASED = "Unreleased"

_SECTION = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
_RELEASED = re.compile(r"(?P<version>[0-9]+\.[0-9]+\.[0-9]+) - [0-9]{4}-[0-9]{2}-[0-9]{2}")


class ReleaseError(Exception):
    """Something does not fit together; nothing was published."""


def version() -> str:
    """Tell the version of both packages."""
    return str(tomllib.loads(VERSIONED.read_text())["project"]["version"])


def sections(changelog: str) -> dict[str, str]:
    """Split a changelog into the texts of its versions, by version; `Unreleased` is one.

    Raises:
        ReleaseError: A heading is neither a version with its date nor `Unreleased`.
    """
    found = {}
    headings = [*_SECTION.finditer(changelog)]
    ends = [each.start() for each in headings[1:]] + [len(changelog)]
    for heading, end in zip(headings, ends, strict=True):
        title = heading["title"].strip()
        released = _RELEASED.fullmatch(title)
        if not released and title != UNRELEASED:
            raise ReleaseError(
                f"CHANGELOG.md has the heading {title!r}. Write `## 1.2.3 - 2026-01-31`, with the "
                f"version and its date, or `## {UNRELEASED}`."
            )
        found[released["version"] if released else title] = changelog[heading.end() : end].strip()
    return found


def notes(of: str, changelog: str) -> str:
    """The text of a version in a changelog.

    Raises:
        ReleaseError: There is none, or it is empty.
    """
    text = sections(changelog).get(of)
    if not text:
        raise ReleaseError(
            f"CHANGELOG.md tells nothing of {of}. Move what is under {UNRELEASED} to a heading "
            f"`## {of} - <date>`."
        )
    return f"{text}\n"


def check(tag: str, *, of: str, changelog: str) -> None:
    """Compare a tag with the version and the changelog.

    Raises:
        ReleaseError: They do not fit together.
    """
    if tag != f"v{of}":
        raise ReleaseError(
            f"The tag {tag} is not the version {of} in {VERSIONED.relative_to(ROOT)}. Tag the "
            f"commit v{of}, or change the version and tag that commit."
        )
    notes(of, changelog)
    if sections(changelog).get(UNRELEASED):
        raise ReleaseError(
            f"CHANGELOG.md has entries under {UNRELEASED}, which the notes of {of} would lack. "
            f"Move them to the section of {of}."
        )


def rehearse(folder: Path) -> None:
    """Install the wheels of a folder with their extras, and synthesize the examples from them.

    Raises:
        ReleaseError: One of the commands failed; says which, and what it printed.
    """
    constructs, library = (
        _wheel(folder, name) for name in ("credential_rotation", "rotated_secret")
    )
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        venv.EnvBuilder(with_pip=True).create(home / "venv")
        binaries = home / "venv" / "bin"
        _run(
            [
                *(str(binaries / "python"), "-m", "pip", "install", "--quiet"),
                *(f"{constructs}[cdk,cli]", f"{library}[httpx,pg8000,requests]"),
            ],
            home,
        )
        told = _run([str(binaries / "credential-rotation"), "version"], home).strip()
        if told != version():
            raise ReleaseError(f"The installed command says that it is {told}, not {version()}.")
        _run([str(binaries / "python"), "-c", "import rotated_secret.pg8000"], home)
        for app in sorted(EXAMPLES.glob("*/app.py")):
            _run([str(binaries / "python"), str(app)], app.parent, CDK_OUTDIR=str(home / "cdk.out"))
    sys.stdout.write(f"{constructs.name} and {library.name} work on {sys.version.split()[0]}\n")


def _wheel(folder: Path, name: str) -> Path:
    found = sorted(folder.resolve().glob(f"{name}-*.whl"))
    if [path.name for path in found] != [f"{name}-{version()}-py3-none-any.whl"]:
        names = ", ".join(path.name for path in found) or "none"
        raise ReleaseError(
            f"{folder} should have one wheel of {name}, of version {version()}; it has: {names}. "
            "Run `make dist` with an empty folder."
        )
    return found[0]


def _run(command: Sequence[str], folder: Path, **more: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": "", **more},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def main(words: Sequence[str]) -> int:
    """Run one of the commands; return 0, or 1 after a message on stderr."""
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check").add_argument("tag")
    commands.add_parser("notes")
    commands.add_parser("rehearse").add_argument("folder", type=Path)
    given = parser.parse_args(words)
    try:
        if given.command == "check":
            check(given.tag, of=version(), changelog=CHANGELOG.read_text())
        elif given.command == "notes":
            sys.stdout.write(notes(version(), CHANGELOG.read_text()))
        else:
            rehearse(given.folder)
    except ReleaseError as error:
        sys.stderr.write(f"release: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
