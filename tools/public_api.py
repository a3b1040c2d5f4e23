"""Writes docs/api.md: the names and signatures that no minor version breaks.

`python -m tools.public_api > docs/api.md`. They are read from the source, without importing it, so
that the page is the same on every Python. A test compares, so that a change is seen in review.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

PUBLIC: dict[str, dict[str, tuple[str, ...]]] = {
    "credential_rotation": {
        "database_login": ("DatabaseLogin",),
        "database_rotator": ("DatabaseRotator",),
        "database_server": ("DatabaseServer",),
        "rotated_access_key": ("RotatedAccessKey",),
    },
    "lambdas/rotated_secret": {
        "secret": ("RotatedSecret", "RotatedValue"),
        "async_secret": ("AsyncRotatedSecret", "AsyncRotatedValue"),
        "credential": ("Credential",),
        "value": ("Value",),
        "clock": ("Clock",),
        "errors": ("RotatedSecretError", "SecretUnavailableError", "BadSecretError"),
        "logins": ("is_retired", "version_of"),
    },
}
"""By package and module: what the package itself exports."""

ADAPTERS = {
    "aiomysql": ("connect", "create_pool"),
    "asyncmy": ("connect", "create_pool"),
    "asyncpg": ("connect", "create_pool"),
    "botocore": ("session",),
    "certificates": ("RotatedCertificate", "Certificate", "server_context", "client_context"),
    "httpx": ("TokenAuth", "BasicAuth"),
    "mysql_connector": ("connect", "ConnectionPool"),
    "mysqlclient": ("connect",),
    "pg8000": ("connect",),
    "psycopg": ("connect", "connect_async"),
    "psycopg_pool": ("ConnectionPool", "AsyncConnectionPool"),
    "pymysql": ("connect",),
    "requests": ("TokenAuth", "BasicAuth"),
    "sqlalchemy": ("create_engine",),
    "sqlalchemy_async": ("create_async_engine",),
    "tls": ("authorities", "verified_context"),
}
"""By module of the library: what is imported from there."""

HEAD = (
    "# Public API\n\nWritten by `python -m tools.public_api > docs/api.md`; a test holds it. "
    "[What a version promises](upgrading.md#what-a-version-promises) of these names and "
    "signatures. Everything else is private.\n"
)

_LONGEST = 100


@dataclass(frozen=True)
class Module:
    """A module's definitions, and those of its package that its classes inherit from."""

    package: Path
    name: str

    @property
    def definitions(self) -> dict[str, ast.stmt]:
        """By name: its classes and functions."""
        return {
            each.name: each
            for each in _parsed(self.package / f"{self.name}.py").body
            if isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        }

    def bases(self, found: ast.ClassDef) -> list[ast.ClassDef]:
        """A class and those that it inherits from, as far as they are of the package."""
        classes = [found]
        for base in found.bases:
            name = base.value if isinstance(base, ast.Subscript) else base
            if isinstance(name, ast.Name) and (home := _home(self.package, name.id)):
                parent = home.definitions[name.id]
                if isinstance(parent, ast.ClassDef):
                    classes += home.bases(parent)
        return classes


def page() -> str:
    """The page."""
    parts = [HEAD]
    for package, modules in PUBLIC.items():
        parts.append(f"## {Path(package).name}\n")
        for module, names in modules.items():
            parts += _entries(Module(ROOT / package, module), names)
    library = ROOT / "lambdas" / "rotated_secret"
    for module, names in ADAPTERS.items():
        parts.append(f"## rotated_secret.{module}\n")
        parts += _entries(Module(library, module), names)
    return "\n".join(parts)


def _entries(module: Module, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        found = module.definitions[name]
        lines = [*_class(module, found)] if isinstance(found, ast.ClassDef) else [_function(found)]
        code = "\n".join(part for line in lines for part in _wrapped(line))
        yield f"### {name}\n\n{_first_line(found)}\n\n```python\n{code}\n```\n"


def _class(module: Module, found: ast.ClassDef) -> Iterator[str]:
    members: dict[str, str] = {}
    made = ""
    for each in module.bases(found):
        for line in each.body:
            if isinstance(line, ast.FunctionDef) and line.name == "__init__":
                made = made or _arguments(line)
                for name, text in _attributes(line):
                    members.setdefault(name, text)
            else:
                for name, text in _member(line):
                    members.setdefault(name, text)
    if not made and _is_dataclass(found):
        made = "(*, …)" if "kw_only=True" in ast.unparse(found.decorator_list[0]) else "(…)"
    yield f"class {found.name}{made}"
    for _, text in sorted(members.items()):
        yield f"    {text}"


def _member(line: ast.stmt) -> Iterator[tuple[str, str]]:
    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
        name = line.target.id
        value = f" = {ast.unparse(line.value)}" if line.value else ""
        text = f"{name}: {ast.unparse(line.annotation)}{value}"
    elif isinstance(line, ast.FunctionDef | ast.AsyncFunctionDef):
        name = line.name
        decorators = {ast.unparse(each) for each in line.decorator_list}
        told = f": {ast.unparse(line.returns)}" if line.returns else ""
        is_value = decorators & {"property", "cached_property"}
        text = f"{name}{told}" if is_value else _function(line)
    else:
        return
    if not name.startswith("_"):
        yield name, text


def _attributes(made: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """What a constructor sets on the object."""
    for each in ast.walk(made):
        targets = each.targets if isinstance(each, ast.Assign) else [getattr(each, "target", None)]
        for target in targets:
            if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
                told = (
                    f": {ast.unparse(each.annotation)}" if isinstance(each, ast.AnnAssign) else ""
                )
                if not target.attr.startswith("_"):
                    yield target.attr, f"{target.attr}{told}"


def _function(found: ast.stmt) -> str:
    assert isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef)  # noqa: S101 - the callers'
    kind = "async def" if isinstance(found, ast.AsyncFunctionDef) else "def"
    told = f" -> {ast.unparse(found.returns)}" if found.returns else ""
    return f"{kind} {found.name}{_arguments(found)}{told}"


def _arguments(found: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    words = [each.arg for each in (*found.args.posonlyargs, *found.args.args)]
    text = ast.unparse(found.args)
    return f"({text.partition(', ')[2] if words[:1] in (['self'], ['cls']) else text})"


def _wrapped(line: str) -> Iterator[str]:
    """A line, or a line for each argument where it is long."""
    if len(line) <= _LONGEST or "(" not in line:
        yield line
        return
    indent = line[: len(line) - len(line.lstrip())]
    depth = start = 0
    for at, each in enumerate(line):
        depth += (each in "([") - (each in ")]")
        if depth == 1 and each == "(" and not start:
            yield line[: at + 1]
            start = at + 1
        elif (start and (depth, each) == (1, ",")) or (start and (depth, each) == (0, ")")):
            yield f"{indent}    {line[start:at].strip()},"
            start = at + 1
            if not depth:
                yield f"{indent}{line[at:]}"
                return


def _is_dataclass(found: ast.ClassDef) -> bool:
    return any("dataclass" in ast.unparse(each) for each in found.decorator_list)


def _first_line(found: ast.stmt) -> str:
    assert isinstance(found, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)  # noqa: S101 - the caller's
    return (ast.get_docstring(found) or "").partition("\n\n")[0].replace("\n", " ")


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes())


@cache
def _home(package: Path, name: str) -> Module | None:
    """The module of a package that defines a class."""
    for file in sorted(package.glob("*.py")):
        module = Module(package, file.stem)
        if isinstance(module.definitions.get(name), ast.ClassDef):
            return module
    return None


if __name__ == "__main__":
    sys.stdout.write(page())
