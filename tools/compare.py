"""Compares this tree with another version of it: `python -m tools.compare [BASE] [WHAT …]`.

For a change that must not change what is deployed, or one that must change just this and that. BASE
is anything that git knows, `main` by default. WHAT names what is compared:

- templates: for each of `tools.variants`, every resource, with the hashes of assets masked;
- size: resources of a template, and the seconds that its synth took;
- security: what `make security` prints, line by line;
- rotation: files, moves between them, calls and logins of one rotation (`tools.walk`);
- shape: modules, their median of lines, and lines outside of the tests;
- faults: what `make faults` prints; it takes minutes, and is compared only when it is named.

The exit status is 1 if templates, decisions or faults differ. The other figures are for people.
"""

import argparse
import difflib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tools.variants import VARIANTS

ROOT = Path(__file__).resolve().parent.parent
BROUGHT = (".venv", "node_modules", ".build")
"""What `make setup` brings; the other version is taken to need the same."""

_HASH = re.compile(r"[0-9a-f]{64}")
_DURATION = re.compile(r"\b[0-9][0-9.,]* (ms|s)\b| +")
_NO_CODE = ("tests/", "docs/", "prototypes/")

Facts = dict[str, str]
"""What is compared, by a name that both versions have."""

Facet = Callable[[Path, Sequence[str]], Facts]
"""Finds the facts of a version in some of the variants."""


def main(arguments: Sequence[str]) -> int:
    """Compares and prints.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog="make compare", description=__doc__.splitlines()[0])
    parser.add_argument("base", nargs="?", default="main", help="the other version; default main")
    parser.add_argument("what", nargs="*", help=f"of {', '.join(FACETS)}; default without faults")
    parser.add_argument(
        "--variant",
        action="append",
        choices=VARIANTS,
        help="compare templates and sizes in this variant alone; may be repeated",
    )
    options = parser.parse_args(arguments)
    variants = options.variant or list(VARIANTS)
    if unknown := set(options.what) - set(FACETS):
        parser.error(f"nothing is called {', '.join(sorted(unknown))}: see --help")
    differences = 0
    with _exported(options.base) as other:
        for name in options.what or [name for name in FACETS if name != "faults"]:
            before, after = (FACETS[name](tree, variants) for tree in (other, ROOT))
            count = _show(name, before, after)
            differences += count if name in BINDING else 0
    return min(differences, 1)


@contextmanager
def _exported(base: str) -> Iterator[Path]:
    archive = subprocess.run(  # noqa: S603 - no shell; git itself checks the name
        ["git", "-C", str(ROOT), "archive", base],  # noqa: S607 - whichever git the person uses
        check=True,
        stdout=subprocess.PIPE,
    )
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        for name in BROUGHT:
            (Path(folder) / name).symlink_to(ROOT / name)
        yield Path(folder)


def _run(tree: Path, *command: str, **environment: str) -> str:
    """Runs a program of one of the two versions; what it printed."""
    done = subprocess.run(  # noqa: S603 - the project's own programs
        [sys.executable, *command],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": f"{tree}{os.pathsep}{tree / 'lambdas'}", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and not done.stdout:
        raise SystemExit(f"compare: {' '.join(command)} failed in {tree}:\n{done.stderr}")
    return done.stdout


_templates: dict[tuple[Path, str], tuple[dict[str, Any], float]] = {}


def _synthesized(tree: Path, variant: str) -> tuple[dict[str, Any], float]:
    """The templates of one variant by their files' names, and how long they took."""
    if (tree, variant) not in _templates:
        context = json.loads((tree / "cdk.json").read_text())["context"]
        with tempfile.TemporaryDirectory(prefix="synth-") as folder:
            start = time.monotonic()
            _run(
                tree,
                "app.py",
                CDK_OUTDIR=folder,
                CDK_CONTEXT_JSON=json.dumps({**context, "name": "orders", **VARIANTS[variant]}),
            )
            seconds = time.monotonic() - start
            found = {
                file.name.partition(".")[0]: json.loads(_HASH.sub("asset", file.read_text()))
                for file in sorted(Path(folder).glob("*.template.json"))
            }
        _templates[tree, variant] = found, seconds
    return _templates[tree, variant]


def _of_templates(tree: Path, variants: Sequence[str]) -> Facts:
    return {
        f"{variant}: {stack}: {section} {name}": json.dumps(content, sort_keys=True, indent=1)
        for variant in variants
        for stack, template in _synthesized(tree, variant)[0].items()
        for section in ("Resources", "Outputs", "Conditions")
        for name, content in template.get(section, {}).items()
    }


def _of_sizes(tree: Path, variants: Sequence[str]) -> Facts:
    facts = {}
    for variant in variants:
        templates, seconds = _synthesized(tree, variant)
        for stack, template in templates.items():
            facts[f"{variant}: {stack}: resources"] = str(len(template["Resources"]))
        facts[f"{variant}: seconds"] = f"{seconds:.1f}"
    return facts


def _of_output(*command: str) -> Facet:
    def facts(tree: Path, _variants: Sequence[str]) -> Facts:
        lines = [_DURATION.sub(" ", line).strip() for line in _run(tree, *command).splitlines()]
        return {"output": "\n".join(sorted(lines))}

    return facts


def _of_rotation(tree: Path, _variants: Sequence[str]) -> Facts:
    *_log, figures = _run(tree, str(ROOT / "tools" / "walk.py")).splitlines()
    walks: Mapping[str, Mapping[str, int]] = json.loads(figures)
    return {
        f"{strategy}: {what}": str(number)
        for strategy, counts in walks.items()
        for what, number in counts.items()
    }


def _of_shape(tree: Path, _variants: Sequence[str]) -> Facts:
    listed = [
        file.relative_to(tree).as_posix()
        for folder in sorted(tree.iterdir())
        if folder.name not in {*BROUGHT, "cdk.out", ".git"} and not folder.name.startswith(".")
        for file in ([folder] if folder.is_file() else sorted(folder.rglob("*.py")))
        if file.suffix == ".py" and not file.is_symlink()
    ]
    lines = {
        name: len((tree / name).read_text().splitlines())
        for name in listed
        if not name.startswith(_NO_CODE)
    }
    modules = {name: count for name, count in lines.items() if not name.endswith("__init__.py")}
    return {
        "modules": str(len(modules)),
        "median lines of a module": str(round(median(modules.values()))),
        "lines of Python outside of tests": str(sum(lines.values())),
    }


FACETS: Mapping[str, Facet] = {
    "templates": _of_templates,
    "size": _of_sizes,
    "security": _of_output("-m", "security"),
    "rotation": _of_rotation,
    "shape": _of_shape,
    "faults": _of_output("-m", "tests.faults"),
}

BINDING = {"templates", "security", "faults"}


def _show(name: str, before: Facts, after: Facts) -> int:
    """Prints what differs.

    Returns:
        How many facts differ.
    """
    names = [each for each in {**before, **after} if before.get(each) != after.get(each)]
    print(f"{name}: {len(names)} of {len({**before, **after})} differ")
    for each in names:
        old, new = before.get(each, ""), after.get(each, "")
        if "\n" not in old + new:
            print(f"  {each}: {old or '-'} -> {new or '-'}")
            continue
        print(f"  {each}: {'changed' if old and new else 'gone' if old else 'new'}")
        if old and new:
            changes = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
            for line in [line for line in changes if not line.startswith(("---", "+++", "@@"))]:
                print(f"    {line}")
    return len(names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
