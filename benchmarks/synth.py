"""What a synth costs as databases come: the app as the CDK CLI runs it, with the rule packs.

`python -m benchmarks.synth` prints the time for one database with one login, for many, and the
ratio of both, measured in turns in one run.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATABASES, LOGINS, TURNS = 50, 4, 3


def seconds(databases: dict[str, Any]) -> tuple[float, int]:
    """Synthesize once; returns how long it took, and how many resources there are."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        subprocess.run(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env={
                **os.environ,
                "CDK_OUTDIR": folder,
                "CDK_CONTEXT_JSON": json.dumps({**context, "databases": databases}),
            },
            check=True,
        )
        taken = time.monotonic() - started
        templates = Path(folder).glob("*.template.json")
        resources = sum(len(json.loads(each.read_text())["Resources"]) for each in templates)
    return taken, resources


def main() -> None:
    """Measure and print."""
    one: dict[str, Any] = {"main": {}}
    logins: dict[str, Any] = {f"login-{number}": {} for number in range(LOGINS)}
    many = {f"db-{number}": {"logins": logins} for number in range(DATABASES)}
    taken: dict[str, list[float]] = {"one": [], "many": []}
    size: dict[str, int] = {}
    for _ in range(TURNS):
        for name, databases in (("one", one), ("many", many)):
            duration, size[name] = seconds(databases)
            taken[name].append(duration)
    first, other = median(taken["one"]), median(taken["many"])
    print(f"one database with one login: {first:.1f} s, {size['one']} resources")
    print(
        f"{DATABASES} databases with {LOGINS} logins each: {other:.1f} s, {size['many']} resources"
    )
    print(f"ratio: {other / first:.1f} (medians of {TURNS})")


if __name__ == "__main__":
    main()
