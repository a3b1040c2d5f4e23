"""The remedies that stand in the functions' code."""

import ast
from collections.abc import Iterator
from pathlib import Path

CODE = Path(__file__).resolve().parents[2] / "lambdas"
PACKAGES = ("rotation", "database", "postgres_user", "mysql_user", "adoption")


def remedies(*packages: str) -> set[str]:
    """Each text that is given as `remedy=` or to `warn`, or is the remedy of a database's error.

    What is filled in is "…".

    Args:
        packages: Those whose texts are meant; all of `PACKAGES` if left out.
    """
    return {text for path in _files(packages or PACKAGES) for text in _texts(_tree(path))}


def _files(packages: tuple[str, ...]) -> Iterator[Path]:
    for package in packages:
        yield from sorted((CODE / package).glob("*.py"))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _texts(tree: ast.Module) -> Iterator[str]:
    names = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "remedy":
            yield from _parts(node.value, names)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "warn":
            yield from _parts(node.args[3], names)
        if isinstance(node, ast.Name) and node.id == "_COMPARE_RIGHTS":
            yield from _parts(node, names)
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_KINDS":
            assert isinstance(node.value, ast.Dict)
            for value in node.value.values:
                assert isinstance(value, ast.Tuple)
                yield from _parts(value.elts[1], names)


def _parts(node: ast.expr, names: dict[str, ast.expr]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(
                str(value.value) if isinstance(value, ast.Constant) else "…" for value in values
            )
        case ast.IfExp(body=body, orelse=other):
            yield from _parts(body, names)
            yield from _parts(other, names)
        case ast.Name(id="remedy") if isinstance(known := names.get("_REMEDIES"), ast.Dict):
            for value in known.values:
                yield from _parts(value, names)
        case ast.Name(id=name) if name in names:
            yield from _parts(names[name], names)
