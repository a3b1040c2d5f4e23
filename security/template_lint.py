"""cfn-lint on the template."""

from pathlib import Path

from cfnlint.api import lint  # type: ignore[import-untyped]  # published without types
from cfnlint.config import ManualArgs  # type: ignore[import-untyped]  # as above

from security.identifiers import REGION


def lint_template(path: Path) -> list[str]:
    """Let cfn-lint look at a template.

    Args:
        path: The template's file.

    Returns:
        Its errors and warnings, in its own words.
    """
    matches = lint(path.read_text(), config=ManualArgs(regions=[REGION]))
    return [f"{match.rule.id} {match.message}" for match in matches]
