"""`python -m security`: the proof, as tables; fails on any surprise."""

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from local import toolchain
from local.policies import Evaluator
from security.controls import CONTROLS, unsatisfied
from security.deployment import Deployment
from security.people import Staff
from security.people import controls as people
from security.people.table import decisions
from security.proof import Proof
from security.report import Report
from security.synthesis import Synthesis, synthesize, synthesize_with_people
from security.template_lint import lint_template

WIDTH = 150
"""Columns, where there is no terminal to ask."""

REPOSITORY = "acme/orders"
"""Stands for any that a team may set."""


POLICY = "arn:aws:iam::111122223333:policy/partner/upload"
"""The same, of what the user with the access key may do."""


def main() -> int:
    """Prove the stacks of `cdk.json`, with both strategies, and what settings may add.

    Returns:
        The exit status.
    """
    report = Report(
        Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else WIDTH)
    )
    tools = toolchain.find()
    with (
        tempfile.TemporaryDirectory() as folder,
        Evaluator(node=tools.node, node_modules=tools.node_modules) as evaluator,
    ):
        made = synthesize(Path(folder) / "a", github_repository=REPOSITORY)
        single = synthesize(Path(folder) / "b", rotation__strategy="single", ec2_consumer="true")
        with_key = {"access_key__enabled": "true", "access_key__policy": POLICY}
        keyed = synthesize(Path(folder) / "c", **with_key)
        staffed = synthesize_with_people(Path(folder) / "d", **with_key)
        surprises = (
            _prove_rotation(report, evaluator, made, verbose=True)
            + _prove_rotation(report, evaluator, single, verbose=False)
            + _prove_rotation(report, evaluator, keyed, verbose=False)
            + _prove_deploy_role(report, evaluator, made)
            + _prove_people(report, evaluator, staffed)
        )
    return min(surprises, 1)


def _prove_rotation(report: Report, evaluator: Evaluator, made: Synthesis, *, verbose: bool) -> int:
    strategy = made.settings.rotation.strategy
    deployment = Deployment.of(made.settings.prefix, made.template)
    proof = Proof.of_rotation(evaluator, deployment, strategy=strategy)
    more = {
        "findings of the rule packs not accepted": [": ".join(each) for each in made.findings],
        "findings of cfn-lint": lint_template(made.path),
        f"of {len(CONTROLS)} controls not satisfied": unsatisfied(deployment),
    }
    name = f"{strategy}, access key" if made.settings.access_key.enabled else strategy
    return report.show(name, proof, deployment, more, verbose=verbose)


def _prove_deploy_role(report: Report, evaluator: Evaluator, made: Synthesis) -> int:
    role = made.deploy_role
    deployment = Deployment.of(role.stem.partition(".")[0], made.read(role))
    proof = Proof.of_deploy_role(
        evaluator, deployment, repository=REPOSITORY, environment=made.settings.environment
    )
    more = {"findings of cfn-lint": lint_template(role)}
    return report.show("deploy role", proof, deployment, more, verbose=True)


def _prove_people(report: Report, evaluator: Evaluator, made: Synthesis) -> int:
    deployment = Deployment.of(made.settings.prefix, made.with_people())
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
