import _imp
import compileall
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path, PurePosixPath

import pytest

from credential_rotation import packages
from credential_rotation.bundle import IN_USE_SECONDS, KEPT, Bundle
from credential_rotation.errors import BundleError

ROOT = Path(__file__).resolve().parents[2]
PURE = "py3-none-any"
LIMIT_MB = {"consumer": 2}
OTHER_LIMIT_MB = 5


class Project:
    """A folder of packages, a registry of wheels, and where bundles go."""

    def __init__(self, root: Path) -> None:
        self.source = root / "lambdas"
        self.target = root / "build"
        self.wheels = root / "wheels"
        self.wheels.mkdir()
        self.write("greeter/handler.py", "import json\nimport salutes.words\n")
        self.write(
            "salutes/words.py", "from shared import core\n\ndef fail():\n    raise KeyError\n"
        )
        self.write("shared/core.py", "WORD = 'hello'\n")
        self.write("stranger/other.py", "")

    def write(self, name: str, content: str) -> None:
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def wheel(self, name: str, tag: str = PURE) -> str:
        """Put a wheel into the registry; returns its line in a lock file."""
        path = self.wheels / f"{name}-1.0-{tag}.whl"
        info = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"{name}/__init__.py", "VERSION = 1\n")
            wheel.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
            )
            wheel.writestr(
                f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"
            )
            wheel.writestr(f"{info}/licenses/LICENSE", "Do what you want\n")
            wheel.writestr(f"{info}/entry_points.txt", f"[console_scripts]\n{name} = {name}:main\n")
            wheel.writestr(f"{info}/RECORD", "")
        return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"

    def bundle(self, function: str = "greeter") -> Bundle:
        return Bundle(function, source=self.source, target=self.target)

    def build(self) -> Path:
        return self.bundle().build()

    def files(self) -> set[str]:
        with zipfile.ZipFile(self.build()) as archive:
            return {name for name in archive.namelist() if not name.endswith(".pyc")}


@pytest.fixture
def compiled_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose bundles get the bytecode that is deployed."""
    project = Project(tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(project.wheels))
    return project


@pytest.fixture
def project(compiled_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose bundles get bytecode of the Python at hand, which takes no time."""
    compile_here = partial(compileall.compile_dir, quiet=2)
    monkeypatch.setattr(packages, "compile_folder", compile_here)
    return compiled_project


def test_a_bundle_has_what_the_function_imports_and_nothing_else(project: Project) -> None:
    assert project.files() == {"greeter/handler.py", "salutes/words.py", "shared/core.py"}


def test_a_function_of_somebody_else_s_takes_our_packages_where_it_has_none(
    project: Project,
) -> None:
    project.write("greeter/handler.py", "from rotation import handler\nimport rotated_secret\n")
    project.write("rotated_secret/client.py", "")
    assert {"rotation/engine.py", "rotated_secret/client.py"} <= project.files()
    assert "rotated_secret/cache.py" not in project.files()


def test_tests_and_lock_files_stay_out_and_data_goes_along(project: Project) -> None:
    project.write("greeter/requirements.in", "")
    project.write("shared/pyproject.toml", "")
    project.write("greeter/tests/test_handler.py", "")
    project.write("greeter/__pycache__/old.pyc", "")
    project.write("greeter/.hidden", "")
    project.write("salutes/authorities.pem", "-----BEGIN CERTIFICATE-----")
    assert project.files() == {
        "greeter/handler.py",
        "salutes/authorities.pem",
        "salutes/words.py",
        "shared/core.py",
    }


def test_the_packages_of_the_lock_file_are_in_it_with_their_licences(project: Project) -> None:
    project.write("greeter/requirements.txt", project.wheel("politeness"))
    added = {name for name in project.files() if "politeness" in name}
    assert added == {
        "politeness/__init__.py",
        "politeness-1.0.dist-info/METADATA",
        "politeness-1.0.dist-info/WHEEL",
        "politeness-1.0.dist-info/entry_points.txt",
        "politeness-1.0.dist-info/licenses/LICENSE",
    }


MAGIC_NUMBER_OF_3_13 = 3571


def test_the_bytecode_is_that_of_the_functions_python_and_needs_no_look_at_the_source(
    compiled_project: Project,
) -> None:
    compiled_project.write("greeter/requirements.txt", compiled_project.wheel("politeness"))
    with zipfile.ZipFile(compiled_project.build()) as archive:
        contents = {PurePosixPath(name): archive.read(name) for name in archive.namelist()}
    compiled = [file for file in contents if file.suffix == ".pyc"]
    assert len(compiled) == 4
    for file in compiled:
        name, tag, _ = file.name.split(".")
        assert tag == "cpython-313"
        source = file.parents[1] / f"{name}.py"
        content = contents[file]
        assert int.from_bytes(content[:2], "little") == MAGIC_NUMBER_OF_3_13
        assert int.from_bytes(content[4:8], "little") == 0b01, "hash-based, unchecked"
        key = int.from_bytes(content[:4], "little")
        assert content[8:16] == _imp.source_hash(key, contents[source])
        assert f"/var/task/{source}".encode() in content
    for file, content in contents.items():
        assert str(compiled_project.target).encode() not in content, file
        assert sys.prefix.encode() not in content, file


def test_two_builds_are_the_same_byte_for_byte(compiled_project: Project) -> None:
    project = compiled_project
    project.write("greeter/requirements.txt", project.wheel("politeness"))
    first = project.build().read_bytes()
    shutil.rmtree(project.target)
    assert project.build().read_bytes() == first


def test_everyone_may_read_it_whatever_the_umask(project: Project) -> None:
    before = os.umask(0o077)
    try:
        path = project.build()
    finally:
        os.umask(before)
    with zipfile.ZipFile(path) as archive:
        modes = {oct(entry.external_attr >> 16) for entry in archive.infolist()}
    assert modes == {"0o100644"}


def test_a_second_build_runs_neither_pip_nor_the_compiler(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("greeter/requirements.txt", project.wheel("politeness"))
    path = project.build()
    monkeypatch.setattr(subprocess, "run", None)
    assert project.build() == path


@pytest.mark.parametrize(
    "name", ["greeter/handler.py", "shared/core.py", "greeter/requirements.txt", "shared/data.json"]
)
def test_a_change_of_anything_in_it_makes_another_bundle(project: Project, name: str) -> None:
    before = project.bundle().digest
    project.write(name, "# changed\n")
    assert project.bundle().digest != before


def test_a_change_of_what_is_not_in_it_changes_nothing(project: Project) -> None:
    before = project.bundle().digest
    project.write("stranger/other.py", "# changed\n")
    assert project.bundle().digest == before


def test_many_builds_at_once_end_in_one_complete_bundle(project: Project) -> None:
    project.write("greeter/requirements.txt", project.wheel("politeness"))
    with ThreadPoolExecutor(6) as pool:
        paths = set(pool.map(lambda _: project.build(), range(6)))
    assert len(paths) == 1
    assert list(project.target.iterdir()) == list(paths)
    assert "politeness/__init__.py" in project.files()


def test_a_build_that_was_killed_leaves_nothing_that_is_used(project: Project) -> None:
    project.write("greeter/requirements.txt", project.wheel("politeness"))
    code = (
        "import os, pathlib, credential_rotation.bundle as bundle\n"
        "bundle.packages.compile_folder = lambda folder: os._exit(9)\n"
        f"bundle.Bundle('greeter', source=pathlib.Path({str(project.source)!r}),"
        f" target=pathlib.Path({str(project.target)!r})).build()\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == 9
    [leftover] = project.target.iterdir()
    assert leftover.name.startswith(".")
    assert "politeness/__init__.py" in project.files()


def test_old_bundles_and_leftovers_go_and_recent_ones_stay(project: Project) -> None:
    long_ago = time.time() - IN_USE_SECONDS - 100
    for number in range(KEPT + 2):
        project.write("greeter/handler.py", f"NUMBER = {number}\n")
        path = project.build()
        os.utime(path, (long_ago + number, long_ago + number))
    (project.target / ".greeter-killed").mkdir()
    os.utime(project.target / ".greeter-killed", (long_ago, long_ago))
    (project.target / ".greeter-at-work").mkdir()
    (project.target / "other-function-0123").mkdir()
    project.write("greeter/handler.py", "NUMBER = -1\n")
    newest = project.build()
    names = {path.name for path in project.target.iterdir()}
    assert newest.name in names
    assert len([name for name in names if name.startswith("greeter-")]) == KEPT
    assert ".greeter-killed" not in names
    assert {".greeter-at-work", "other-function-0123"} <= names


def test_a_wheel_that_is_not_the_one_of_the_lock_file_is_refused(project: Project) -> None:
    line = project.wheel("politeness")
    project.write("greeter/requirements.txt", line[:-9] + "00000000\n")
    with pytest.raises(
        BundleError, match=r"greeter/requirements\.txt .*another one than in the lock"
    ):
        project.build()
    assert not list(project.target.glob("greeter-*"))


def test_a_package_without_a_hash_is_refused(project: Project) -> None:
    project.wheel("politeness")
    project.write("greeter/requirements.txt", "politeness==1.0\n")
    with pytest.raises(BundleError, match="no hash or another one"):
        project.build()


def test_a_wheel_for_one_machine_alone_is_refused(project: Project) -> None:
    line = project.wheel("politeness", tag="cp311-cp311-manylinux2014_x86_64")
    project.write("greeter/requirements.txt", line)
    with pytest.raises(BundleError, match="no wheel that is pure Python"):
        project.build()


def test_a_registry_out_of_reach_is_named_as_the_cause(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("greeter/requirements.txt", project.wheel("politeness"))
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(BundleError, match="registry was out of reach"):
        project.build()


def test_code_that_is_not_python_is_named_with_its_line(project: Project) -> None:
    project.write("shared/core.py", "WORD = 'hello'\nWORD =\n")
    with pytest.raises(BundleError, match=r"core\.py, line 2"):
        project.build()


def test_code_that_the_compiler_refuses_is_named_with_its_line(compiled_project: Project) -> None:
    compiled_project.write("shared/core.py", "WORD = 'hello'\nreturn WORD\n")
    with pytest.raises(BundleError, match=r'"/var/task/shared/core\.py", line 2'):
        compiled_project.build()


def test_a_missing_compiler_is_told_with_the_command_that_brings_it(
    compiled_project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(packages, "PYODIDE", tmp_path / "none")
    with pytest.raises(BundleError, match=r"none is missing\. Run `make setup`"):
        compiled_project.build()


@pytest.mark.parametrize("lock", sorted(ROOT.glob("lambdas/*/requirements.txt")), ids=str)
def test_what_a_function_depends_on_does_not_depend_on_the_machine(lock: Path) -> None:
    assert not [line for line in lock.read_text().splitlines() if ";" in line]


def test_a_function_that_does_not_exist_is_named(project: Project) -> None:
    with pytest.raises(BundleError, match="no function stranger_still"):
        project.bundle("stranger_still").build()


@pytest.mark.parametrize("function", ["consumer", "default_security_group", "postgres_user"])
def test_the_zip_of_a_real_function_is_small(function: str) -> None:
    size = Bundle(function).build().stat().st_size
    assert size < LIMIT_MB.get(function, OTHER_LIMIT_MB) * 1_000_000


@pytest.mark.parametrize("function", ["consumer", "default_security_group", "postgres_user"])
def test_a_real_bundle_is_pure_python(function: str) -> None:
    with zipfile.ZipFile(Bundle(function).build()) as archive:
        names = archive.namelist()
    assert f"{function}/handler.py" in names
    assert not [name for name in names if name.endswith((".so", ".pyd", ".dll"))]


RUNTIME = {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
"""What Lambda's Python runtime brings by itself."""

OPTIONAL = {"certifi"}
"""What botocore takes if it is there, as in a developer's environment."""

LIST_FOREIGN_MODULES = """
import importlib, json, sys
bundle, handler = sys.argv[1:]
sys.path.insert(0, bundle)
before = set(sys.modules)
importlib.import_module(handler)
files = {n: getattr(m, "__file__", None) or "" for n, m in sys.modules.items() if n not in before}
print(json.dumps([n.partition(".")[0] for n, file in files.items() if "site-packages" in file]))
"""


@pytest.mark.parametrize("function", ["consumer", "default_security_group", "postgres_user"])
def test_a_real_function_starts_with_what_is_in_its_bundle_and_in_lambda(
    function: str, tmp_path: Path
) -> None:
    shutil.unpack_archive(Bundle(function).build(), tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", LIST_FOREIGN_MODULES, tmp_path, f"{function}.handler"],
        cwd=tmp_path,
        env={
            "AWS_DEFAULT_REGION": "eu-central-1",
            "PATH": os.environ["PATH"],
            "SECRET_ID": "any",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) <= RUNTIME | OPTIONAL
