"""Comparing two versions of the project."""

import json

import pytest

from stacks.settings import read_settings
from tools import compare
from tools.variants import VARIANTS


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_settings_of_a_variant_can_be_used(variant: str) -> None:
    context = json.loads((compare.ROOT / "cdk.json").read_text())["context"]
    read_settings({**context, "name": "orders", **VARIANTS[variant]})


def test_what_is_new_gone_and_changed_counts_and_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = {"kept": "1\n2", "gone": "1\n2", "changed": "1\n2", "figure": "3"}
    after = {"kept": "1\n2", "changed": "1\n3", "new": "1\n2", "figure": "4"}
    assert compare._show("templates", before, after) == 4
    printed = capsys.readouterr().out.splitlines()
    assert printed == [
        "templates: 4 of 5 differ",
        "  gone: gone",
        "  changed: changed",
        "    -2",
        "    +3",
        "  figure: 3 -> 4",
        "  new: new",
    ]


def test_the_hash_of_an_asset_is_no_difference() -> None:
    assert compare._HASH.sub("asset", f"{'0a' * 32}.zip") == "asset.zip"
