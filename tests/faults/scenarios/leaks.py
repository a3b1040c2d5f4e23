"""Whether any password of all the other scenarios is seen where it must not be."""

import re
from collections.abc import Iterator

from database.passwords import DEFAULT_LENGTH
from tests.faults.bench import Bench
from tests.faults.tally import Tally


def everywhere(bench: Bench) -> Iterator[Tally]:
    """Searches all places, one after the other. It comes last.

    Args:
        bench: Where the others ran.
    """
    for record in bench.subject.records():
        what = f"passwords in {record.place}"
        if record.optional and not record.text:
            yield Tally(what, "all", skipped="nothing was written there")
        else:
            yield _search(bench, what, record.text, record.note)
    output = bench.output.getvalue()
    yield _search(
        bench,
        "passwords in logs and metrics of functions",
        output,
        f"{output.count(chr(10))} lines",
    )
    if not bench.errors:
        yield Tally("passwords in errors and tracebacks", "all", skipped="nothing has failed")
        return
    errors = "\n".join(bench.errors)
    yield _search(
        bench, "passwords in errors and tracebacks", errors, f"{len(bench.errors)} errors"
    )


def _search(bench: Bench, what: str, text: str, note: str) -> Tally:
    leaked = found(text, bench.passwords)
    count = len(bench.passwords) if text else 0
    tally = Tally(what, "all", wanted=count, injected=count, leaks=len(leaked), note=note)
    tally.survived = count - len(leaked)
    return tally


def found(text: str, passwords: set[str]) -> set[str]:
    """Which of the passwords are in a text.

    Args:
        text: May be long.
        passwords: May be many.
    """
    generated = {p for p in passwords if len(p) == DEFAULT_LENGTH and p.isalnum()}
    hits = {password for password in passwords - generated if password in text}
    for run in re.findall(rf"[A-Za-z0-9]{{{DEFAULT_LENGTH},}}", text):
        for start in range(len(run) - DEFAULT_LENGTH + 1):
            if (part := run[start : start + DEFAULT_LENGTH]) in generated:
                hits.add(part)
    return hits
