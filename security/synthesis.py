"""The stack as it would be deployed, synthesized in this process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import stacks  # noqa: F401 - first: it chooses the Node.js that the CDK starts on import

# isort: split
import aws_cdk as cdk

from security.joined import joined
from stacks.compliance import check
from stacks.compose import compose
from stacks.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parent.parent
DEFAULTS = {"name": "orders"}
_PEOPLE = {
    "access__enabled": "true",
    "access__contractor_account": "444455556666",
    "access__contractor_external_id": "3f1c9a52-7f0e-4a0f-9d6b-5b1f3c2d1e0a",
}
_ADVICE = "Annotation::"


@dataclass(frozen=True)
class Synthesis:
    """A synthesized stack.

    Attributes:
        settings: What it was made from.
        template: The templates of what all share and of all databases, as one.
        paths: Their files.
        findings: What the rule packs found and is not accepted: rule, and path of the resource.
        rotators: Names of the functions that rotate, with wildcards.
        homes: What is between the path and the names of secrets that are no database's.
    """

    settings: Settings
    template: Mapping[str, Any]
    paths: tuple[Path, ...]
    findings: tuple[tuple[str, str], ...]
    rotators: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()

    @property
    def deploy_role(self) -> Path:
        """The template of the role for a pipeline; there is one if a repository is set."""
        return self.paths[0].with_name(f"{self.settings.prefix}-deploy-role.template.json")

    @property
    def people(self) -> Path:
        """The template of the stack for people; there is one if access is enabled."""
        return self.paths[0].with_name(f"{self.settings.prefix}-access.template.json")

    def with_people(self) -> Mapping[str, Any]:
        """The same with the template of the stack for people."""
        return joined(self.template, self.read(self.people))

    @staticmethod
    def read(path: Path) -> Mapping[str, Any]:
        """Read a template."""
        template: Mapping[str, Any] = json.loads(path.read_text())
        return template


def synthesize(folder: Path, **overrides: object) -> Synthesis:
    """Synthesize the stack of `cdk.json`, and check it against the rule packs.

    Args:
        folder: Where the files go.
        overrides: Settings, as after `-c` but with `__` for the dot.
    """
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    given = {name.replace("__", "."): value for name, value in overrides.items()}
    app = cdk.App(
        context={**context, **DEFAULTS, **given}, analytics_reporting=False, outdir=str(folder)
    )
    settings = read_settings(app.node.get_all_context())
    composed = compose(app, settings)
    check(app, settings=settings, rotators=composed.rotators, homes=composed.homes)
    try:
        app.synth()
    except RuntimeError:  # the report says why
        if not _report(folder).exists():
            raise
    paths = tuple(
        folder / each.template_file for each in (composed.rotation, *composed.databases.values())
    )
    return Synthesis(
        settings,
        joined(*(Synthesis.read(path) for path in paths)),
        paths,
        _findings(_report(folder)),
        tuple(composed.rotators),
        tuple(composed.homes),
    )


def synthesize_with_people(folder: Path, **overrides: object) -> Synthesis:
    """Synthesize the stack for people as well, with a contractor whose contract is in force.

    Args:
        folder: Where the files go.
        overrides: Further settings, see `synthesize`.
    """
    until = (datetime.now(UTC).date() + timedelta(days=90)).isoformat()
    return synthesize(folder, **_PEOPLE, access__contractor_until=until, **overrides)


def _report(folder: Path) -> Path:
    return folder / "validation-report.json"


def _findings(report: Path) -> tuple[tuple[str, str], ...]:
    """Read errors and warnings, except the advice on settings, which the synth itself shows."""
    return tuple(
        (violation["ruleName"], construct["constructPath"])
        for plugin in json.loads(report.read_text())["pluginReports"]
        for violation in plugin["violations"]
        if not violation["ruleName"].startswith(_ADVICE)
        for construct in violation["violatingConstructs"]
    )
