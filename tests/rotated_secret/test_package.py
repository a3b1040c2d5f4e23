"""The package as another application installs it."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import rotated_secret

ROOT = Path(__file__).parents[2]
FOLDER = Path(rotated_secret.__file__).parent
PROJECT = tomllib.loads((FOLDER / "pyproject.toml").read_text())["project"]

ADAPTERS = {
    *("asyncpg", "pg8000", "psycopg", "sqlalchemy"),
    *("aiomysql", "asyncmy", "mysql_connector", "mysqlclient", "pymysql"),
    *("httpx", "requests"),
}


CONTENT = {
    *(f"rotated_secret/{file.name}" for file in FOLDER.glob("*.py")),
    "rotated_secret/authorities.pem",
    "rotated_secret/proxy_authorities.pem",
    "rotated_secret/py.typed",
}
IDENTITY = ("-c", "user.name=x", "-c", "user.email=x@example.com")
LICENCES = {"licenses/LICENSE", "licenses/LICENSE.authorities"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone of the repository on a machine whose git makes no symbolic links."""
    folder = tmp_path / "checkout"
    package = folder / FOLDER.relative_to(ROOT)
    shutil.copytree(FOLDER, package, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".gitignore", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    git(folder, "init", "--quiet")
    git(folder, "config", "core.symlinks", "false")
    git(folder, "add", ".")
    git(folder, *IDENTITY, "commit", "--quiet", "--no-gpg-sign", "--message", "all")
    shutil.rmtree(folder / "lambdas")
    git(folder, "checkout", "--quiet", ".")
    return folder


@pytest.fixture
def archive(checkout: Path, tmp_path: Path) -> Path:
    """What `git archive`, or a download as a zip, gives: no repository."""
    packed = tmp_path / "archive.zip"
    git(checkout, "archive", "--output", str(packed), "HEAD")
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(folder)
    return folder


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)  # noqa: S607  # the PATH's


def uv(*arguments: str) -> None:
    """Runs uv, with the build backend that is installed here."""
    environment = {**os.environ, "UV_PYTHON": sys.executable}
    subprocess.run([sys.executable, "-m", "uv", *arguments], check=True, env=environment)


def installed(source: str, into: Path) -> set[str]:
    uv("pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", str(into), source)
    return {
        file.relative_to(into).as_posix().split(".dist-info/")[-1]
        for file in into.rglob("*")
        if file.is_file() and (file.suffix != ".pyc")
    }


def test_source_and_wheel_are_built_from_a_checkout(checkout: Path, tmp_path: Path) -> None:
    folder, built = checkout / FOLDER.relative_to(ROOT), tmp_path / "built"
    uv("build", "--quiet", "--no-build-isolation", "--out-dir", str(built), str(folder))
    [source], [wheel] = built.glob("*.tar.gz"), built.glob("*.whl")  # the wheel is of the source
    with zipfile.ZipFile(wheel) as opened:
        assert {name for name in opened.namelist() if ".dist-info/" not in name} == CONTENT
        for name in CONTENT:
            assert opened.read(name) == (FOLDER.parent / name).read_bytes()
    assert installed(str(source), tmp_path / "of-source") >= CONTENT | LICENCES


def test_it_installs_from_a_repository(checkout: Path, tmp_path: Path) -> None:
    address = f"rotated-secret @ git+{checkout.as_uri()}#subdirectory=lambdas/rotated_secret"
    assert installed(address, tmp_path / "of-git") >= CONTENT | LICENCES


def test_it_installs_from_an_archive_without_a_repository(archive: Path, tmp_path: Path) -> None:
    folder = archive / FOLDER.relative_to(ROOT)
    assert installed(str(folder), tmp_path / "of-archive") >= CONTENT | LICENCES


def test_it_carries_the_licence_of_the_project() -> None:
    assert (FOLDER / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_it_needs_nothing_but_botocore() -> None:
    assert [Requirement(line).name for line in PROJECT["dependencies"]] == ["botocore"]


def test_there_is_an_extra_for_each_adapter() -> None:
    assert PROJECT["optional-dependencies"].keys() == ADAPTERS
    assert all((FOLDER / f"{adapter}.py").is_file() for adapter in ADAPTERS)


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


def test_a_function_that_takes_tls_does_without_the_rest() -> None:
    code = "import sys, rotated_secret.tls; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=FOLDER.parent, capture_output=True, text=True, check=True
    )
    loaded = {name for name in done.stdout.split() if name.startswith(("rotated_secret", "boto"))}
    assert loaded == {"rotated_secret", "rotated_secret.tls"}


def test_every_name_of_the_package_is_there() -> None:
    assert set(rotated_secret.__all__) <= set(dir(rotated_secret))
    for name in rotated_secret.__all__:
        assert getattr(rotated_secret, name).__name__ == name
    with pytest.raises(AttributeError, match="Nothing"):
        _ = rotated_secret.Nothing
