"""Which package may import which: a layer knows those below it and none above."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAMBDAS = ROOT / "lambdas"

MAY_IMPORT = {
    "rotation_schedule": set[str](),
    "api_declaration": set[str](),  # what the synth and a function both read
    "lambdas": {"lambdas", "api_declaration"},
    "credential_rotation": {"rotation_schedule"},  # neither settings nor stacks
    "stacks": {"api_declaration", "credential_rotation", "rotation_schedule"},
    "app": {"credential_rotation", "stacks"},
    "local": {"rotation_schedule"},  # it must not know what is deployed to it
    "bootstrap": set[str](),  # runs before anything is installed
    "security": {"api_declaration", "credential_rotation", "local", "stacks"},
    "fakes": {"lambdas", "local"},
    "benchmarks": {"credential_rotation", "fakes", "lambdas", "local", "stacks"},
    "tools": {"credential_rotation", "fakes", "lambdas", "local", "stacks"},
}
"""By folder or module of the repository, the others that it may import."""

LIBRARY = "rotated_secret"
"""The one function's package that is also published: it needs nothing beside it."""


def imported(file: Path) -> Iterator[str]:
    """The first part of each absolute import of a module, wherever in it."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def modules(name: str) -> list[Path]:
    folder = ROOT / name
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{name}.py"]


def homes() -> dict[str, str]:
    """Where each package of the repository is, by the name that imports it."""
    functions = {path.name: "lambdas" for path in LAMBDAS.iterdir() if path.is_dir()}
    return {name: name for name in (*MAY_IMPORT, "tests")} | functions


@pytest.mark.parametrize("importer", MAY_IMPORT)
def test_a_layer_imports_only_those_below_it(importer: str) -> None:
    where = homes()
    allowed = MAY_IMPORT[importer] | {importer}
    assert not [
        f"{file.relative_to(ROOT)}: {name}"
        for file in modules(importer)
        for name in imported(file)
        if where.get(name, importer) not in allowed
    ]


def test_every_package_has_its_place() -> None:
    packages = {path.parent.name for path in ROOT.glob("[a-z]*/__init__.py")}
    assert packages <= set(MAY_IMPORT)
    assert {path.stem for path in ROOT.glob("*.py")} <= set(MAY_IMPORT)


def test_the_published_library_imports_none_of_the_functions_packages() -> None:
    others = {path.name for path in LAMBDAS.iterdir()} - {LIBRARY}
    found = {name for file in modules(f"lambdas/{LIBRARY}") for name in imported(file)}
    assert not found & others


SHARED = ("stacks", "credential_rotation", "lambdas/rotation", "lambdas/database")
"""What serves every product of databases."""

PRODUCTS = {"credential_rotation/engines.py", "credential_rotation/mysql_engine.py"}
"""What a product that comes with its own functions changes and adds there, and no more."""


def code(file: Path) -> str:
    """A module without comments and docstrings."""
    tree = ast.parse(file.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [each for each in node.body if not is_text(each)] or [ast.Pass()]
    return ast.unparse(tree)


def is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def test_what_serves_every_product_of_databases_names_none() -> None:
    found = {
        str(file.relative_to(ROOT))
        for folder in SHARED
        for file in modules(folder)
        if re.search("mysql|mariadb", code(file), re.IGNORECASE)
    }
    assert found == PRODUCTS
