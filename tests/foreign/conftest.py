"""The packages of a release, installed without a network, and what apps synthesize from them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools import dist

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
APP = Path(__file__).with_name("app.py")
SYNTH = "import os; os.environ['CDK_OUTDIR'] = 'out'; import app"

NO_NETWORK = """
import socket
def refuse(*_):
    raise OSError("there is no network")
socket.socket.connect = socket.getaddrinfo = refuse
"""

Built = dict[tuple[str, str], Path]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """By package and suffix."""
    paths = dist.build(tmp_path_factory.mktemp("dist"))
    return {(path.name.partition("-")[0], path.suffix): path for path in paths}


@pytest.fixture(scope="session")
def site(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an installation makes of the wheels, on a machine without a network."""
    folder = tmp_path_factory.mktemp("site")
    install(folder, *(path for (_, suffix), path in built.items() if suffix == ".whl"))
    (folder / "sitecustomize.py").write_text(NO_NETWORK)
    return folder


@pytest.fixture(scope="session")
def run(site: Path) -> Callable[..., str]:
    """Runs a Python that finds the installed packages."""

    def call(
        folder: Path, *arguments: str, python: str | Path = sys.executable, **more: str
    ) -> str:
        environment = {**os.environ, "PYTHONPATH": str(site), "PATH": "/nowhere", **more}
        command = [str(python), *arguments]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return call


@pytest.fixture(scope="session")
def assembly(
    run: Callable[..., str], built: Built, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """What `cdk synth` makes of an app, by the app's name; each is synthesized once."""

    @cache
    def synthesize(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name) / name
        if name == "shop":
            folder.mkdir()
            shutil.copy(APP, folder)
        else:
            shutil.copytree(EXAMPLES / name, folder)
        if (folder / "function").is_dir():
            install(folder / "function", built["rotated_secret", ".whl"])
            link_packages(folder / "function", "pg8000", copy=True)
        run(folder, "-c", SYNTH)
        return folder / "out"

    return synthesize


def install(folder: Path, *wheels: Path) -> None:
    """Install wheels and nothing else into a folder, without a network."""
    command = [sys.executable, "-m", "uv", "pip", "install", "-q", "--offline", "--no-deps"]
    environment = {**os.environ, "UV_PYTHON": sys.executable}
    target = ["--target", str(folder), *map(str, wheels)]
    subprocess.run([*command, *target], check=True, env=environment)


def link_packages(folder: Path, *names: str, copy: bool = False) -> None:
    """Make a folder have some installed packages and what these need.

    All of it is pure Python, so that any Python can have it.

    Args:
        folder: The folder; it is made.
        names: The packages.
        copy: Whether they are copied, not linked.
    """
    folder.mkdir(exist_ok=True)
    waiting, seen = [*names], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found = distribution(name)
        waiting += [Requirement(each).name for each in found.requires or () if ";" not in each]
        for top in {file.parts[0] for file in found.files or () if file.parts[0] != ".."}:
            place, source = folder / top, Path(str(found.locate_file(top)))
            if place.exists():
                continue
            if not copy:
                place.symlink_to(source)
            elif source.is_dir():
                shutil.copytree(source, place)
            else:
                shutil.copy(source, place)
