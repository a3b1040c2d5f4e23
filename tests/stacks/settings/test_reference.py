import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from stacks.settings import read_settings
from stacks.settings.known import known_settings
from stacks.settings.reference import markdown
from stacks.settings.schema import schema

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "settings.md"
SCHEMA = REFERENCE.with_name("settings.schema.json")


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


def test_the_schema_is_the_one_of_these_settings() -> None:
    assert json.loads(SCHEMA.read_text()) == schema(), (
        "run: python -m stacks.settings.schema > docs/settings.schema.json"
    )


def example() -> dict[str, Any]:
    """The file of settings that the page on databases shows."""
    page = (REFERENCE.parent / "databases.md").read_text()
    content: dict[str, Any] = json.loads(page.split("```json\n")[1].split("```")[0])
    return content


def test_the_example_is_what_the_schema_describes_and_the_app_takes(tmp_path: Path) -> None:
    jsonschema.validate(example(), schema())
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(example()))
    settings = read_settings({"settings": str(file)})
    assert list(settings.databases) == ["main", "legacy"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"databases": {"main": {"prot": 6000}}},
        {"databases": {"main": {"logins": {"app": {"strategy": "both"}}}}},
        {"databases": {"main": {"existing": {"port": 5432}}}},
        {"network": {"secrets_endpoint": "ours"}},
        {"databse": {}},
    ],
)
def test_an_editor_marks_what_is_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**example(), **wrong}, schema())
