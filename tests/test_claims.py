"""What README says is what the pages say that it names, and nothing that they refute."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")})

FIGURE = re.compile(r"\b\d[\d.,]*\s?(?:ms|µs|ns|s|MB|%|days)\b|\b0\.\d+\b")
LINK = re.compile(r"\]\((docs/[\w-]+\.md)")

REFUTED = {
    "costs nothing": "docs/benchmarks.md measures what a read costs",
    "leaves nothing to a person": "docs/faults.md: what a person has to do",
    "leave anything to a person": "docs/faults.md: what a person has to do",
    "never older than 90 days": "docs/adr/0013: the current key keeps working",
    "ever older than 90 days": "docs/adr/0013: the current key keeps working",
    "a third of the time": "docs/benchmarks.md: it depends on the network",
    "29 ms": "docs/faults.md has the window of a single user",
}


def sourced() -> list[tuple[str, str]]:
    """The figures in paragraphs that name a page, with the page."""
    found = []
    for paragraph in re.split(r"\n\n|\n- ", README):
        pages = LINK.findall(paragraph)
        found += [(figure, pages) for figure in FIGURE.findall(paragraph) if pages]
    return [(figure, " ".join(pages)) for figure, pages in found]


@pytest.mark.parametrize(("figure", "pages"), sourced())
def test_a_figure_in_the_readme_is_the_one_of_the_page_that_it_names(
    figure: str, pages: str
) -> None:
    named = " ".join((ROOT / page).read_text() for page in pages.split())
    assert re.search(rf"(?<![\d.,]){re.escape(figure)}\b", named)


def test_there_are_such_figures() -> None:
    assert {"20 ms", "26 ms"} <= {figure for figure, _ in sourced()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_claims_what_another_one_refutes(page: Path) -> None:
    text = page.read_text().lower()
    assert not {
        claim: why
        for claim, why in REFUTED.items()
        if re.search(rf"(?<!\d){re.escape(claim)}", text)
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_to_a_heading_finds_it(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([\w./-]*\.md)#([\w-]+)\)", page.read_text()):
        headings = re.findall(r"^#+ (.+)$", (page.parent / target).read_text(), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
        assert anchor in anchors, f"{target}#{anchor}"
