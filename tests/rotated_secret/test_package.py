"""The package as another application installs it."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

from packaging.requirements import Requirement

import rotated_secret
from rds.trust import AUTHORITIES as FUNCTIONS_AUTHORITIES
from rotated_secret.tls import AUTHORITIES

FOLDER = Path(rotated_secret.__file__).parent
PROJECT = tomllib.loads((FOLDER / "pyproject.toml").read_text())["project"]

ADAPTERS = {"asyncpg", "pg8000", "psycopg", "pymysql", "sqlalchemy"}


def test_it_installs_from_its_folder_with_types_and_authorities(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel"]
    subprocess.run([*build, "--out-dir", str(tmp_path), str(FOLDER)], check=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if ".dist-info" not in name}
        assert opened.read("rotated_secret/authorities.pem") == FUNCTIONS_AUTHORITIES.read_bytes()
    modules = {f"rotated_secret/{module.name}" for module in FOLDER.glob("*.py")}
    assert names == modules | {
        "rotated_secret/py.typed",
        "rotated_secret/authorities.pem",
        "rotated_secret/LICENSE.authorities",
    }


def test_it_needs_nothing_but_botocore() -> None:
    assert [Requirement(line).name for line in PROJECT["dependencies"]] == ["botocore"]


def test_there_is_an_extra_for_each_adapter() -> None:
    assert PROJECT["optional-dependencies"].keys() == ADAPTERS
    assert all((FOLDER / f"{adapter}.py").is_file() for adapter in ADAPTERS)


def test_the_authorities_are_those_of_the_functions_and_not_a_copy() -> None:
    assert AUTHORITIES.resolve() == FUNCTIONS_AUTHORITIES.resolve()


def test_a_handle_for_threads_does_without_drivers_and_asyncio() -> None:
    code = (
        "import sys, rotated_secret\n"
        "rotated_secret.RotatedSecret\n"
        "print(sorted(m for m in sys.modules if '.' not in m))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=FOLDER.parent, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.replace("'", "").strip("[]\n").split(", "))
    assert "rotated_secret" in loaded
    assert not loaded & (ADAPTERS | {"asyncio", "boto3"})
