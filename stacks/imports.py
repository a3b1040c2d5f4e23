"""Which of our own packages a function needs."""

import ast
from collections.abc import Iterator
from pathlib import Path

from stacks.errors import BundleError


def local_packages(function: str, *, source: Path) -> tuple[str, ...]:
    """Follow the imports of a function through the packages beside it.

    Nobody has to list them, and a zip has what its code imports and no more.

    Args:
        function: The folder that the function is in.
        source: The folder of all packages.

    Returns:
        The names of the folders to take, sorted, the function's own among them.

    Raises:
        BundleError: A module is not valid Python.
    """
    found: set[str] = set()
    waiting = [function]
    while waiting:
        package = waiting.pop()
        if package not in found:
            found.add(package)
            waiting.extend(name for name in _imported(source / package) if (source / name).is_dir())
    return tuple(sorted(found))


def _imported(package: Path) -> Iterator[str]:
    """Name the first part of each absolute import in a package."""
    for module in sorted(package.rglob("*.py")):
        for node in ast.walk(_parse(module)):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def _parse(module: Path) -> ast.Module:
    try:
        return ast.parse(module.read_bytes(), str(module))
    except SyntaxError as error:
        raise BundleError(f"{module}, line {error.lineno}: {error.msg}.") from error
