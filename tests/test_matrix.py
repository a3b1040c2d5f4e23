"""`make matrix`: every Python at hand, each in a copy of the files in the work tree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import matrix

GIT = shutil.which("git") or "git"


def an_interpreter(folder: Path, name: str, *, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    return program


def test_every_python_is_found_once_wherever_it_is(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(matrix, "ELSEWHERE", ("~/.pyenv/versions/*/bin",))
    on_path, pyenv = tmp_path / "bin", tmp_path / ".pyenv" / "versions"
    selected = an_interpreter(on_path, "python3.11", says="echo 3.11")
    an_interpreter(on_path, "python3.12", says="echo not selected >&2; exit 127")
    an_interpreter(pyenv / "3.11.7" / "bin", "python3.11", says="echo 3.11")
    behind = an_interpreter(pyenv / "3.12.1" / "bin", "python3.12", says="echo 3.12")
    an_interpreter(pyenv / "3.9.1" / "bin", "python3.9", says="echo 3.9")
    virtual = an_interpreter(pyenv / "mine" / "bin", "python3.13", says="echo 3.13")
    (virtual.parents[1] / "pyvenv.cfg").touch()
    found = matrix.pythons({"PATH": f"{on_path}{os.pathsep}", "HOME": str(tmp_path)})
    assert found == {"3.11": selected, "3.12": behind}


def test_a_copy_has_the_files_of_the_work_tree_and_no_other(tmp_path, monkeypatch) -> None:
    source, copy = tmp_path / "source", tmp_path / "copies" / "3.13"
    source.mkdir()
    monkeypatch.setattr(matrix, "ROOT", source)
    subprocess.run([GIT, "init", "--quiet"], cwd=source, check=True)
    (source / ".gitignore").write_text("ignored\n.venv\n")
    for name in ("kept", "removed", "ignored", "new one"):
        (source / name).write_text(name)
    subprocess.run([GIT, "add", "kept", "removed"], cwd=source, check=True)
    matrix.copy(copy)
    assert copy.stat().st_mode & 0o777 == 0o700
    assert {each.name for each in copy.iterdir()} == {
        *(".git", ".gitignore", "kept", "removed", "new one")
    }
    (copy / ".venv").mkdir()
    (source / "removed").unlink()
    matrix.copy(copy)
    assert {each.name for each in copy.iterdir()} == {
        *(".git", ".gitignore", ".venv", "kept", "new one")
    }


@pytest.mark.parametrize(("last", "status"), [("3 passed", 0), ("1 failed", 1)])
def test_one_failure_fails_the_whole(tmp_path, monkeypatch, capfd, last, status) -> None:
    def lowest(program: Path) -> matrix.Run:
        code = f"print('=== {last} ===\\n'); raise SystemExit({status})"
        return matrix._run("lowest", [str(program), "-c", code], tmp_path, os.environ)

    monkeypatch.setattr(matrix, "pythons", lambda: {"3.11": Path(sys.executable)})
    monkeypatch.setattr(
        matrix, "whole", lambda *_: matrix.Run("Python 3.11", passed=True, closing="9 passed")
    )
    monkeypatch.setattr(matrix, "lowest", lowest)
    assert matrix.main([]) == status
    told = capfd.readouterr().out
    assert f"{'FAILED' if status else 'passed'}: {last}\n" in told
    assert "not on this machine: Python 3.12, 3.13, 3.14" in told
