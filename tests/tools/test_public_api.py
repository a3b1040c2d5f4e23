"""A change of what others import is a change of a page, which a review sees."""

import re
from pathlib import Path

import credential_rotation
import rotated_secret
from tools import public_api

PAGE = Path(public_api.ROOT) / "docs" / "api.md"


def test_the_page_is_of_this_source() -> None:
    assert PAGE.read_text() == public_api.page(), "run: python -m tools.public_api > docs/api.md"


def test_what_the_packages_export_is_on_it() -> None:
    for package, folder in (
        (credential_rotation, "credential_rotation"),
        (rotated_secret, "lambdas/rotated_secret"),
    ):
        listed = {name for names in public_api.PUBLIC[folder].values() for name in names}
        assert listed == set(package.__all__)


def test_what_the_documentation_imports_is_on_it() -> None:
    shown: set[tuple[str, str]] = set()
    for page in PAGE.parent.glob("*.md"):
        imports = re.findall(r"from rotated_secret\.(\w+) import ([\w, ]*\w)", page.read_text())
        for module, names in imports:
            shown |= {(module, name.strip()) for name in names.split(",")}
    assert len({module for module, _ in shown}) > 10
    adapters = public_api.ADAPTERS.items()
    assert shown <= {(module, name) for module, names in adapters for name in names}


def test_what_a_class_inherits_is_on_it_and_what_is_private_is_not() -> None:
    page = public_api.page()
    entry = page.partition("### RotatedSecret\n")[2].partition("###")[0]
    assert "def refresh(refused: V) -> V" in entry
    assert "secret_id" in entry
    assert "._" not in entry
    assert "def _" not in page
