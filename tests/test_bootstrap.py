"""A machine that lacks something is told what, before anything is changed."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import bootstrap

TOOLS = Path(__file__).resolve().parents[1] / "tools"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """An empty checkout, so that nothing is ready."""
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    lock = tmp_path / "lock.txt"
    lock.write_text("")

    def make(path, _):
        path.mkdir()

    folder = bootstrap.Folder(tmp_path / "made", lock, "no time", make)
    monkeypatch.setattr(bootstrap, "FOLDERS", (folder,))
    return tmp_path


def test_a_folder_is_made_once(root, capsys):
    assert bootstrap.main() == 0
    assert "setting up made" in capsys.readouterr().out
    assert bootstrap.main() == 0
    assert capsys.readouterr().out == ""


def test_what_one_target_needs_is_made_for_it_alone(root, monkeypatch, capsys):
    lock = root / "lock.txt"
    extra = bootstrap.Folder(root / "site", lock, "no time", lambda path, _: path.mkdir())
    monkeypatch.setattr(bootstrap, "EXTRA", {"docs": extra})
    assert bootstrap.main() == 0
    assert not extra.ready()
    assert bootstrap.main(["docs"]) == 0
    assert extra.ready()


def test_a_changed_lock_file_makes_the_folder_stale(root):
    bootstrap.main()
    (root / "lock.txt").write_text("something==2")
    assert not bootstrap.FOLDERS[0].ready()


def test_an_interrupted_folder_is_not_ready(root):
    (root / "made").mkdir()
    assert not bootstrap.FOLDERS[0].ready()


def test_a_full_disk_is_told_before_anything_is_made(root, capsys, monkeypatch):
    usage = SimpleNamespace(free=100 * 2**20)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert bootstrap.main() == 1
    assert "no disk space: 100 MB are free" in capsys.readouterr().err
    assert not (root / "made").exists()


@pytest.mark.parametrize(
    ("bound", "version"), [("OLDEST_PYTHON", (99, 0)), ("NEWEST_PYTHON", (3, 0))]
)
def test_a_python_that_is_too_old_or_too_new_is_told(root, capsys, monkeypatch, bound, version):
    monkeypatch.setattr(bootstrap, bound, version)
    assert bootstrap.main() == 1
    assert "make PYTHON=" in capsys.readouterr().err


class Machine:
    """A folder that is all of PATH, with interpreters that answer as told, and a checkout."""

    def __init__(self, root: Path) -> None:
        self.path = root / "the programs"
        self.path.mkdir()
        self.checkout = root / "a checkout"
        (self.checkout / "tools").mkdir(parents=True)
        shutil.copy(TOOLS / "find_python.sh", self.checkout / "tools")
        for tool in ("sed", "dirname", "cat"):
            (self.path / tool).symlink_to(shutil.which(tool) or tool)

    def has(self, name: str, *, version: str = "", complete: bool = True) -> Path:
        """Put an interpreter there; without a version it only complains, as one of pyenv's does."""
        program = self.path / name
        answer = f"echo {version}" if version else "echo not selected >&2"
        works = bool(version) and complete
        program.write_text(f"#!/bin/sh\n{answer}\nexit {0 if works else 1}\n")
        program.chmod(0o755)
        return program

    def find(self, named: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "tools/find_python.sh", named],
            cwd=self.checkout,
            env={"PATH": str(self.path)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


FOUND = [
    ({"python3.11": "3.11", "python3.13": "3.13", "python3": "3.11"}, "python3.13"),
    ({"python3.14": "", "python3.12": "3.12"}, "python3.12"),  # pyenv's, not selected
    ({"python3.15": "3.15", "python3.14": "3.14"}, "python3.14"),
    ({"python3": "3.12", "python": "2.7"}, "python3"),
    ({"python3": "3.9", "python": "3.13"}, "python"),
]


@pytest.mark.parametrize(("there", "expected"), FOUND)
def test_the_newest_python_that_works_is_taken(machine, there, expected):
    for name, version in there.items():
        machine.has(name, version=version)
    assert machine.find().stdout == f"{machine.path / expected}\n"


def test_one_that_cannot_make_a_virtual_environment_is_passed_over(machine):
    machine.has("python3.13", version="3.13", complete=False)
    machine.has("python3.11", version="3.11")
    assert machine.find().stdout == f"{machine.path / 'python3.11'}\n"


def test_the_python_of_the_virtual_environment_stays(machine):
    machine.has("python3.13", version="3.13")
    earlier = machine.has("python3.11", version="3.11")
    (machine.checkout / ".venv").mkdir()
    (machine.checkout / ".venv" / "pyvenv.cfg").write_text(f"home = x\nexecutable = {earlier}\n")
    assert machine.find().stdout == f"{earlier}\n"
    earlier.unlink()  # uninstalled since
    assert machine.find().stdout == f"{machine.path / 'python3.13'}\n"


def test_a_python_that_is_named_is_taken_whatever_else_there_is(machine):
    machine.has("python3.14", version="3.14")
    named = machine.has("python3.12", version="3.12")
    assert machine.find("python3.12").stdout == "python3.12\n"
    assert machine.find(str(named)).stdout == f"{named}\n"


@pytest.mark.parametrize(
    ("there", "named", "told"),
    [
        ({}, "", "On PATH: none that runs"),
        ({"python3": "3.9"}, "", "python3 is 3.9,"),
        ({"python3.15": "3.15", "python3": "3.15"}, "", "python3 is 3.15,"),
        ({"python3.13": ""}, "", "On PATH: none that runs"),
        ({}, "python9", "PYTHON=python9 does not run"),
        ({"old": "3.10"}, "old", "PYTHON=old is Python 3.10"),
        ({"new": "3.15"}, "new", "PYTHON=new is Python 3.15"),
    ],
)
def test_a_machine_without_a_python_that_fits_is_told(machine, there, named, told):
    for name, version in there.items():
        machine.has(name, version=version)
    found = machine.find(named)
    assert (found.returncode, found.stdout) == (1, "")
    assert told in found.stderr
    assert "3.14 3.13 3.12 3.11" in found.stderr


def test_debians_python_without_its_venv_package_is_told(machine):
    machine.has("python3.11", version="3.11", complete=False)
    assert "python3.11 is 3.11 without the modules venv" in machine.find().stderr
    assert "has not the modules venv" in machine.find("python3.11").stderr


def test_a_machine_without_node_is_told(root, capsys, monkeypatch):
    folder = bootstrap.Folder(
        root / "node_modules", root / "lock.txt", "no time", bootstrap.make_node_modules
    )
    monkeypatch.setattr(bootstrap, "FOLDERS", (folder,))
    assert bootstrap.main() == 1
    assert "no Node.js" in capsys.readouterr().err


def test_a_registry_that_can_not_be_reached_is_told(root, capsys, monkeypatch):
    def make(_, __):
        bootstrap.run([sys.executable, "-c", "import sys; sys.exit('no route')"], "pip install")

    folder = bootstrap.Folder(root / "made", root / "lock.txt", "no time", make)
    monkeypatch.setattr(bootstrap, "FOLDERS", (folder,))
    assert bootstrap.main() == 1
    told = capsys.readouterr().err
    assert "pip install failed (exit status 1)" in told
    assert "no route" in told
    assert "check the network" in told


def test_it_needs_nothing_but_the_standard_library():
    folder = Path(bootstrap.__file__).parent
    subprocess.run([sys.executable, "-S", "-c", "import bootstrap"], cwd=folder, check=True)
