from pathlib import Path

from stacks.settings.errors import known_settings
from stacks.settings.reference import markdown

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "settings.md"


def test_the_reference_is_the_one_of_these_settings() -> None:
    assert REFERENCE.read_text() == markdown(), (
        "run: python -m stacks.settings.reference > docs/settings.md"
    )


def test_the_reference_says_something_about_every_setting() -> None:
    rows = [row for row in markdown().splitlines() if row.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(known_settings())
    for row in rows:
        name, default, allowed, meaning, _control = row.strip("|").split(" | ")
        assert name.strip()
        assert default.strip()
        assert allowed.strip()
        assert meaning.strip().endswith(".")
