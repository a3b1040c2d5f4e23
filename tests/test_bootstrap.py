"""A machine that lacks something is told what, before anything is changed."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import bootstrap


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


def test_an_old_python_is_told(root, capsys, monkeypatch):
    monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (99, 0))
    assert bootstrap.main() == 1
    assert "make PYTHON=" in capsys.readouterr().err


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
