"""The packages of a release, installed without a network, and what apps synthesize from them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

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
    wheels = [str(path) for (_, suffix), path in built.items() if suffix == ".whl"]
    install = [sys.executable, "-m", "uv", "pip", "install", "-q", "--offline", "--no-deps"]
    environment = {**os.environ, "UV_PYTHON": sys.executable}
    subprocess.run([*install, "--target", str(folder), *wheels], check=True, env=environment)
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
    run: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
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
        run(folder, "-c", SYNTH)
        return folder / "out"

    return synthesize
