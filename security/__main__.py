"""`python -m security`: the proof, as tables; fails on any surprise."""

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from local import toolchain
from local.policies import Evaluator
from security import tables
from security.controls import CONTROLS, unsatisfied
from security.deployment import Deployment
from security.proof import Proof
from security.synthesis import Synthesis, synthesize
from security.template_lint import lint_template
from security.wildcards import wildcards

WIDTH = 150
"""Columns, where there is no terminal to ask."""


def main() -> int:
    """Prove the stack of `cdk.json`, with both strategies.

    Returns:
        The number of surprises.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    tools = toolchain.find()
    with (
        tempfile.TemporaryDirectory() as folder,
        Evaluator(node=tools.node, node_modules=tools.node_modules) as evaluator,
    ):
        surprises = _prove(console, evaluator, synthesize(Path(folder) / "a"), verbose=True)
        single = synthesize(Path(folder) / "b", rotation__strategy="single")
        surprises += _prove(console, evaluator, single, verbose=False)
    return surprises


def _prove(console: Console, evaluator: Evaluator, made: Synthesis, *, verbose: bool) -> int:
    """Prove one stack; without verbosity only what is surprising is shown."""
    strategy = made.settings.rotation.strategy
    deployment = Deployment.of(made.settings.prefix, made.template)
    proof = Proof(evaluator, deployment, strategy=strategy)
    stars = wildcards(deployment.documents)
    lint = lint_template(made.path)
    open_controls = unsatisfied(deployment)
    denied = [each for each in proof.needed if each.surprising]
    unexpected = [each for each in proof.attacked if each.surprising]
    if verbose or denied:
        console.print(tables.needed(proof.needed if verbose else denied))
    if verbose or proof.survivors:
        console.print(tables.removed(proof.removals, proof.survivors))
    if verbose or unexpected:
        console.print(tables.attacked(proof.attacked if verbose else unexpected))
    if verbose:
        console.print(tables.everything(stars))
    for rule, path in made.findings:
        console.print(f"[red]rule packs: {rule}: {path}")
    for finding in lint:
        console.print(f"[red]cfn-lint: {finding}")
    for control in open_controls:
        console.print(f"[red]control: {control} is not satisfied")
    counts = {
        f"of {len(proof.needed)} legitimate requests denied": len(denied),
        f"of {len(proof.removals)} removals not missed": len(proof.survivors),
        f"of {len(proof.attacked)} attacks not refused as expected": len(unexpected),
        f"of {len(stars)} kinds of statements for all resources without a reason": sum(
            not each.reason for each in stars
        ),
        "findings of the rule packs not accepted": len(made.findings),
        "findings of cfn-lint": len(lint),
        f"of {len(CONTROLS)} controls not satisfied": len(open_controls),
    }
    for what, number in counts.items():
        console.print(f"security: {strategy}: {number} {what}", style="red" if number else None)
    return sum(counts.values())


if __name__ == "__main__":
    sys.exit(min(main(), 1))
