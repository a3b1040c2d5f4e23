"""The package of constructs as an app of others installs it: no checkout, no network, no pip."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from credential_rotation.bundle import AUTHORITIES, RELEASED, Bundle
from tools import dist

ROOT = Path(__file__).parents[2]
EXAMPLES = ("existing_database", "fargate_service", "lambda_function")

NO_NETWORK = """
import socket
def refuse(*_):
    raise OSError("there is no network")
socket.socket.connect = socket.getaddrinfo = refuse
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    paths = dist.build(tmp_path_factory.mktemp("dist"))
    return {path.suffix: path for path in paths}


@pytest.fixture(scope="module")
def site(built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install` makes of the wheel, on a machine without a network."""
    folder = tmp_path_factory.mktemp("site")
    shutil.unpack_archive(built[".whl"], folder, "zip")
    (folder / "sitecustomize.py").write_text(NO_NETWORK)
    return folder


def run(site: Path, folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site), "PATH": "/nowhere"}
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def synthesized(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    shutil.copy(Path(__file__).with_name("app.py"), folder)
    run(site, folder, "-c", "import os; os.environ['CDK_OUTDIR'] = 'out'; import app")
    return folder / "out"


def test_a_foreign_app_synthesizes_from_the_wheel_alone(synthesized: Path) -> None:
    template: dict[str, Any] = json.loads((synthesized / "Shop.template.json").read_text())
    kinds = [each["Type"] for each in template["Resources"].values()]
    assert kinds.count("AWS::SecretsManager::RotationSchedule") == 3


def test_its_functions_are_the_ones_of_the_release(synthesized: Path, site: Path) -> None:
    def digests(files: Any) -> set[str]:
        return {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    released = [*(site / "credential_rotation" / "functions").glob("*.zip")]
    assert len(released) == len(dist.FUNCTIONS)
    assert digests(released) <= digests(synthesized.glob("*.zip"))
    assert digests(released) == digests(Bundle(each).build() for each in dist.FUNCTIONS)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_synthesizes_from_the_wheel_alone(
    example: str, site: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(ROOT / "examples" / example, tmp_path / example)
    assert len((folder / "app.py").read_text().splitlines()) < 60
    run(site, folder, "-c", "import os; os.environ['CDK_OUTDIR'] = 'out'; import app")
    templates = [json.loads(each.read_text()) for each in folder.glob("out/*.template.json")]
    kinds = [each["Type"] for one in templates for each in one["Resources"].values()]
    assert kinds.count("AWS::SecretsManager::RotationSchedule") == 1


def test_a_team_s_own_authorities_replace_those_of_the_release(site: Path, tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text("own authorities")
    program = (
        "from pathlib import Path; from credential_rotation.bundle import Bundle;"
        "print(Bundle('postgres_user', authorities=Path('own.pem'))._released())"
    )
    made = Path(run(site, tmp_path, "-c", program).strip())
    with zipfile.ZipFile(made) as zipped:
        assert zipped.read(AUTHORITIES) == b"own authorities"
        names = zipped.namelist()
    with zipfile.ZipFile(site / "credential_rotation" / "functions" / "postgres_user.zip") as ours:
        assert names == ours.namelist()


def test_a_function_that_no_public_construct_deploys_is_not_in_it(
    site: Path, tmp_path: Path
) -> None:
    program = (
        "from credential_rotation.bundle import Bundle\n"
        "try: Bundle('certificate').code()\n"
        "except Exception as error: print(error)"
    )
    assert "carries no function certificate" in run(site, tmp_path, "-c", program)


def test_the_sdist_carries_the_zips_and_makes_the_same_wheel(
    built: dict[str, Path], tmp_path: Path
) -> None:
    with tarfile.open(built[".gz"]) as sdist:
        sdist.extractall(tmp_path, filter="data")
    [folder] = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as again, zipfile.ZipFile(built[".whl"]) as first:
        assert {each: again.getinfo(each).CRC for each in again.namelist()} == {
            each: first.getinfo(each).CRC for each in first.namelist()
        }


def test_a_checkout_never_reads_zips_of_a_release() -> None:
    assert not RELEASED.exists()


def test_the_package_is_imported_without_the_cdk(site: Path, tmp_path: Path) -> None:
    program = "import sys, credential_rotation; print('aws_cdk' in sys.modules)"
    assert run(site, tmp_path, "-c", program).strip() == "False"
