"""The repository can be checked out, archived and unpacked on every system."""

import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parent.parent

LINK = "120000"
"""The mode of a symbolic link in git. A zip, or git on Windows, makes a text file of it."""

LONGEST = 150
"""Windows allows 260 characters for a path, and somebody's own folders come first."""

RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\..*)?")
"""https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file"""

FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[ .]$')


def files() -> list[tuple[str, str]]:
    """The mode and the name of each file in the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no repository")
    command = ["git", "ls-files", "--stage", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    entries = (entry.split("\t", 1) for entry in listed.stdout.split("\0") if entry)
    return [(about.split()[0], name) for about, name in entries]


def faults(names: Iterable[str]) -> set[str]:
    """The names that some system can't have, or can't tell from another one."""
    paths = [PurePosixPath(name) for name in names]
    entries = {entry for path in paths for entry in (path, *path.parents[:-1])}
    same = Counter(alike(entry) for entry in entries)
    return {
        str(entry)
        for entry in entries
        if same[alike(entry)] > 1
        or RESERVED.fullmatch(entry.name)
        or FORBIDDEN.search(entry.name)
        or len(str(entry)) > LONGEST
    }


def alike(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(path)).casefold()


def test_there_are_no_symbolic_links() -> None:
    assert not [name for mode, name in files() if mode == LINK]


def test_every_system_can_have_the_names() -> None:
    assert not faults(name for _, name in files())


@pytest.mark.parametrize(
    "names",
    [
        ("lambdas/aux.py",),
        ("docs/NUL",),
        ("con/a.py",),
        ("com1.tar.gz",),
        ("docs/what?.md",),
        ("a:b",),
        ("folder./a",),
        ("trailing ",),
        ("a\\b",),
        ("new\nline",),
        ("Readme.md", "README.md"),
        ("docs/a", "Docs/b"),
        ("caf\u00e9", "cafe\u0301"),
        ("stra\u00dfe", "STRASSE"),
        ("x" * (LONGEST + 1),),
    ],
)
def test_a_name_that_fails_somewhere_is_found(names: tuple[str, ...]) -> None:
    assert faults(names)


@pytest.mark.parametrize("name", ["auxiliary.py", "console", "com/a", "lpt.py", "nul_1", ".ci/run"])
def test_a_name_that_is_fine_is_none(name: str) -> None:
    assert not faults([name])
