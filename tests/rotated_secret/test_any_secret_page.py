"""Each snippet of docs/any-secret.md runs."""

import json
import re
from pathlib import Path

import pytest

from rotated_secret.client import shared_clients
from tests.rotated_secret.conftest import Store

PAGE = Path(__file__).parents[2] / "docs" / "any-secret.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
TOKEN = "the-Token-of-nobody-1"


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_gets_the_secret(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    snippet: str,
) -> None:
    store.manager.create("orders/production/partner/token", json.dumps({"token": TOKEN}))
    monkeypatch.setattr(shared_clients, "get", lambda _: store)
    exec(compile(snippet, str(PAGE), "exec"), {"__name__": "snippet"})  # noqa: S102  # our own page
    assert TOKEN in capsys.readouterr().out
