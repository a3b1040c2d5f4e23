"""The site has every page, and its links lead somewhere."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools import site

CONFIGURATION = tomllib.loads((site.ROOT / "zensical.toml").read_text())["project"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "docs" / "adr").mkdir(parents=True)
    (root / "tools").mkdir()
    (root / "tools" / "x.py").touch()
    (root / "README.md").write_text("[one](docs/one.md#top) [why](docs/adr) [code](tools/x.py)")
    (root / "CHANGELOG.md").write_text("# Changelog")
    (root / "docs" / "adr" / "0001-a.md").write_text("# 1. A thing\n\n[one](../one.md)")
    (root / "docs" / "one.md").write_text(
        "[home](../README.md) [news](../CHANGELOG.md) [`x`](../tools/x.py) [a](adr/0001-a.md)\n"
        "[out](https://example.com/a) [up](#top)\n\n```md\n[none](none.md)\n```\n"
    )
    return root


def written(repository: Path, source: str = "") -> dict[str, str]:
    folder = repository.parent / "pages"
    site.Pages(repository, source).write(folder)
    return {str(each.relative_to(folder)): each.read_text() for each in folder.rglob("*.md")}


def test_links_between_pages_lead_to_where_the_site_has_them(repository: Path) -> None:
    pages = written(repository)
    assert pages["index.md"] == "[one](one.md#top) [why](adr/index.md) code"
    assert pages["one.md"].startswith(
        "[home](index.md) [news](changelog.md) `x` [a](adr/0001-a.md)"
    )
    assert pages["adr/0001-a.md"].endswith("[one](../one.md)")
    assert "[1: A thing](0001-a.md)" in pages["adr/index.md"]


def test_addresses_anchors_and_examples_stay_as_they_are(repository: Path) -> None:
    page = written(repository)["one.md"]
    assert "[out](https://example.com/a) [up](#top)" in page
    assert "[none](none.md)" in page


def test_a_link_to_a_source_file_leads_to_github_where_that_is_known(repository: Path) -> None:
    environ = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/orders"}
    source = site.source_at_github(environ)
    page = written(repository, source)["one.md"]
    assert "[`x`](https://github.com/acme/orders/blob/main/tools/x.py)" in page
    assert site.source_at_github({}) == ""


def test_a_link_to_a_file_that_is_not_there_is_refused(repository: Path) -> None:
    (repository / "docs" / "one.md").write_text("[gone](two.md)")
    with pytest.raises(site.SiteError, match=r"docs/one\.md links to two\.md"):
        written(repository)


def test_no_link_of_this_repository_leads_to_a_file_that_is_not_there(tmp_path: Path) -> None:
    site.Pages(site.ROOT).write(tmp_path / "pages")


def test_every_page_is_in_the_navigation() -> None:
    listed = set(pages_in(CONFIGURATION["nav"]))
    there = {site.place_of(each) for each in site.Pages(site.ROOT).files() if each.endswith(".md")}
    assert {each for each in there if not each.startswith("adr/")} == listed - {"adr/index.md"}


def pages_in(navigation: Any) -> list[str]:
    if isinstance(navigation, str):
        return [navigation]
    entries = navigation.values() if isinstance(navigation, dict) else navigation
    return [page for entry in entries for page in pages_in(entry)]


@pytest.mark.skipif(not site.ZENSICAL.exists(), reason="the site's tool comes with `make docs`")
def test_the_tool_refuses_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    """Its strict mode fails, on which the site's workflow relies."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "zensical.toml").write_text('[project]\nsite_name = "x"\n')
    for text, status in (("# A\n\n[up](#a)\n", 0), ("# A\n\n[up](#b)\n", 1)):
        (tmp_path / "docs" / "index.md").write_text(text)
        command = [str(site.ZENSICAL), "build", "--strict", "--clean"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout + done.stderr
