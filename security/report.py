"""Showing a proof, and counting what is surprising."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from security import tables
from security.deployment import Deployment
from security.proof import Proof
from security.wildcards import wildcards

Findings = Mapping[str, Sequence[str]]
"""Findings by what they are called; each of them is a surprise."""


class Report:
    """What is printed.

    Args:
        console: Where.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def print(self, table: Table) -> None:
        """Show a table."""
        self._console.print(table)

    def show(
        self, name: str, proof: Proof, deployment: Deployment, more: Findings, *, verbose: bool
    ) -> int:
        """Show the proof of one stack.

        Args:
            name: What it is called.
            proof: The proof.
            deployment: What was proven.
            more: Findings of other tools.
            verbose: Show all of it; otherwise what is surprising alone.

        Returns:
            The number of surprises.
        """
        stars = wildcards(deployment.documents)
        denied = [each for each in proof.needed if each.surprising]
        unexpected = [each for each in proof.attacked if each.surprising]
        if verbose or denied:
            self._console.print(tables.needed(proof.needed if verbose else denied))
        if verbose or proof.survivors:
            self._console.print(tables.removed(proof.removals, proof.survivors))
        if verbose or unexpected:
            self._console.print(tables.attacked(proof.attacked if verbose else unexpected))
        if verbose and stars:
            self._console.print(tables.everything(stars))
        counts = {
            f"of {len(proof.needed)} legitimate requests denied": len(denied),
            f"of {len(proof.removals)} removals not missed": len(proof.survivors),
            f"of {len(proof.attacked)} attacks not refused as expected": len(unexpected),
            f"of {sum(len(each.places) for each in stars)} statements for all resources without "
            "a reason": sum(len(each.places) for each in stars if not each.reason),
        }
        if theirs := len(proof.left_to_others):
            what = "attacks that an endpoint or a boundary of somebody else's has to refuse"
            self._say(f"security: {name}: {theirs} {what}", bad=False)
        return self._count(name, counts) + self._list(name, more)

    def _count(self, name: str, counts: Mapping[str, int]) -> int:
        for what, number in counts.items():
            self._say(f"security: {name}: {number} {what}", bad=bool(number))
        return sum(counts.values())

    def _list(self, name: str, findings: Findings) -> int:
        for what, found in findings.items():
            self._say(f"security: {name}: {len(found)} {what}", bad=bool(found))
            for each in found:
                self._say(f"  {each}", bad=True)
        return sum(len(found) for found in findings.values())

    def _say(self, line: str, *, bad: bool) -> None:
        self._console.print(line, style="red" if bad else None, markup=False)
