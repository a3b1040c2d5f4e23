"""`make docs`: the documentation as a site, in which no link leads nowhere.

The pages are those of the repository: README.md is the first, CHANGELOG.md one of them. A link to
what is no page, such as a source file, leads to the repository at GitHub; where that is not known,
to nothing, and its words stay. Zensical then builds what `zensical.toml` lists, and refuses links
and anchors that lead nowhere.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath, relpath

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / ".build" / "site"
ZENSICAL = ROOT / ".build" / "docs" / "bin" / "zensical"

RENAMED = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "docs/adr": "adr/index.md"}
"""Where pages are in the site, by their place in the repository; others only lose `docs/`."""

_LINK = re.compile(r"\[(?P<words>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^()\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


class SiteError(Exception):
    """A link leads to a file that is not there."""


@dataclass(frozen=True)
class Pages:
    """The repository as pages.

    Attributes:
        root: The repository.
        source: The address of its files at GitHub; empty if it is not known.
    """

    root: Path
    source: str = ""

    def write(self, folder: Path) -> None:
        """Write all pages into a folder, which holds nothing else.

        Raises:
            SiteError: A link leads to a file that is not there.
        """
        shutil.rmtree(folder, ignore_errors=True)
        for file in self.files():
            page = folder / place_of(file)
            page.parent.mkdir(parents=True, exist_ok=True)
            if page.suffix == ".md":
                page.write_text(self.page(file))
            else:
                shutil.copyfile(self.root / file, page)
        (folder / "adr" / "index.md").write_text(self.decisions())

    def files(self) -> list[str]:
        """The files that the site has, by their place in the repository."""
        found = sorted(path for path in (self.root / "docs").rglob("*") if path.is_file())
        return ["README.md", "CHANGELOG.md", *(str(p.relative_to(self.root)) for p in found)]

    def page(self, file: str) -> str:
        """A page with its links as the site has them; examples of code are left alone."""
        text = (self.root / file).read_text()
        parts, end = [], 0
        for fence in _FENCE.finditer(text):
            parts += [self._linked(file, text[end : fence.start()]), fence[0]]
            end = fence.end()
        return "".join([*parts, self._linked(file, text[end:])])

    def decisions(self) -> str:
        """A page that lists the decisions."""
        lines = ["# Decisions", ""]
        for file in sorted((self.root / "docs" / "adr").glob("*.md")):
            title = file.read_text().partition("\n")[0].removeprefix("# ")
            lines.append(f"- [{title.replace('. ', ': ', 1)}]({file.name})")
        return "\n".join([*lines, ""])

    def _linked(self, file: str, text: str) -> str:
        return _LINK.sub(lambda link: self._link(file, link["words"], link["target"]), text)

    def _link(self, file: str, words: str, target: str) -> str:
        path, hash_sign, anchor = target.partition("#")
        if "://" in target or not path:
            return f"[{words}]({target})"
        leads_to = normpath(f"{file}/../{path}")
        if not (self.root / leads_to).exists():
            raise SiteError(f"{file} links to {target}, but there is no {leads_to}")
        if leads_to in RENAMED or leads_to.startswith("docs/"):
            near = relpath(place_of(leads_to), str(Path(place_of(file)).parent))
            return f"[{words}]({near}{hash_sign}{anchor})"
        return f"[{words}]({self.source}/{leads_to})" if self.source else words


def place_of(file: str) -> str:
    """Where a file is in the site."""
    return RENAMED.get(file, file.removeprefix("docs/"))


def source_at_github(environ: Mapping[str, str]) -> str:
    """The address of the files where GitHub runs this; empty elsewhere."""
    if "GITHUB_REPOSITORY" not in environ:
        return ""
    return f"{environ['GITHUB_SERVER_URL']}/{environ['GITHUB_REPOSITORY']}/blob/main"


def build(pages: Pages) -> int:
    """Build the site; return the exit status of its tool, which is not 0 where a link is dead."""
    pages.write(SITE / "pages")
    command = [str(ZENSICAL), "build", "--strict", "--clean", "--config-file", "zensical.toml"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own


def main() -> int:
    """Build the site of this repository; return 0, or another status after a message."""
    try:
        status = build(Pages(ROOT, source_at_github(os.environ)))
    except SiteError as error:
        sys.stderr.write(f"docs: {error}\n")
        return 1
    if not status:
        sys.stdout.write(f"docs: {(SITE / 'html' / 'index.html').relative_to(ROOT)}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
