"""`python -m security`: the proof, as tables; fails on any surprise."""

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from local import toolchain
from local.policies import Evaluator
from security.controls import controls, unsatisfied
from security.deployment import Deployment
from security.people import Staff
from security.people import controls as people
from security.people.table import decisions
from security.proof import Proof
from security.report import Report
from security.synthesis import Synthesis, synthesize
from security.template_lint import lint_template
from security.variants import DEFAULT, VARIANTS, Variant

WIDTH = 150
"""Columns, where there is no terminal to ask."""

REPOSITORY = "acme/orders"
"""Stands for any that a team may set."""


def main() -> int:
    """Prove the stacks of `cdk.json`, and what settings may add.

    Returns:
        The exit status.
    """
    report = Report(
        Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else WIDTH)
    )
    tools = toolchain.find()
    with (
        tempfile.TemporaryDirectory() as folder,
        Evaluator(node=tools.node, node_modules=tools.node_modules, remember=True) as evaluator,
    ):
        surprises = 0
        for variant in VARIANTS:
            made = variant.synthesize(Path(folder) / variant.name.replace(" ", "-"))
            surprises += _prove_rotation(report, evaluator, made, variant)
            if made.settings.access.enabled:
                surprises += _prove_people(report, evaluator, made)
        made = synthesize(Path(folder) / "pipeline", github_repository=REPOSITORY)
        surprises += _prove_deploy_role(report, evaluator, made)
    return min(surprises, 1)


def _prove_rotation(report: Report, evaluator: Evaluator, made: Synthesis, variant: Variant) -> int:
    deployment = Deployment.of(made.settings, made.template)
    proof = Proof.of_rotation(evaluator, deployment)
    asked = controls(made.settings)
    broken = set(unsatisfied(deployment, asked)) ^ set(variant.unsatisfied)
    more = {
        "findings of the rule packs not accepted": [": ".join(each) for each in made.findings],
        "findings of cfn-lint": [each for path in made.paths for each in lint_template(path)],
        f"of {len(asked)} controls otherwise than expected": sorted(broken),
    }
    verbose = variant.name == DEFAULT
    return report.show(variant.name, proof, deployment, more, verbose=verbose)


def _prove_deploy_role(report: Report, evaluator: Evaluator, made: Synthesis) -> int:
    role = made.deploy_role
    deployment = Deployment.of(made.settings, made.read(role))
    proof = Proof.of_deploy_role(
        evaluator, deployment, repository=REPOSITORY, environment=made.settings.environment
    )
    more = {"findings of cfn-lint": lint_template(role)}
    return report.show("deploy role", proof, deployment, more, verbose=True)


def _prove_people(report: Report, evaluator: Evaluator, made: Synthesis) -> int:
    deployment = Deployment.of(made.settings, made.with_people())
    proof = Proof.of_people(evaluator, deployment, settings=made.settings)
    staff = Staff(deployment.parts, made.settings.access)
    report.print(decisions([*proof.needed, *proof.attacked], staff))
    more = {
        "findings of the rule packs not accepted": [": ".join(each) for each in made.findings],
        "findings of cfn-lint": lint_template(made.people),
        f"of {len(people.CONTROLS)} controls not satisfied": unsatisfied(
            deployment, people.CONTROLS
        ),
    }
    return report.show("people", proof, deployment, more, verbose=False)


if __name__ == "__main__":
    sys.exit(main())
