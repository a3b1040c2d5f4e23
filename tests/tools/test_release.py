"""A release that does not fit together is refused before anything is built."""

from pathlib import Path

import pytest

from tools import release

CHANGELOG = """# Changelog

For users.

## Unreleased

## 1.2.0 - 2026-12-01

### Added

- A thing.

## 1.1.0 - 2026-11-01

- The first one.
"""


def test_the_notes_are_the_section_of_the_version() -> None:
    assert release.notes("1.2.0", CHANGELOG) == "### Added\n\n- A thing.\n"
    assert release.notes("1.1.0", CHANGELOG) == "- The first one.\n"


def test_a_tag_of_the_version_that_the_changelog_tells_passes() -> None:
    release.check("v1.2.0", of="1.2.0", changelog=CHANGELOG)


@pytest.mark.parametrize(
    ("tag", "version", "changelog", "because"),
    [
        ("v1.2.1", "1.2.0", CHANGELOG, "is not the version 1.2.0"),
        ("1.2.0", "1.2.0", CHANGELOG, "is not the version 1.2.0"),
        ("v1.3.0", "1.3.0", CHANGELOG, "tells nothing of 1.3.0"),
        ("v1.2.0", "1.2.0", CHANGELOG.replace("### Added\n\n- A thing.\n", ""), "tells nothing of"),
        ("v1.2.0", "1.2.0", CHANGELOG.replace(" - 2026-12-01", ""), "the heading '1.2.0'"),
        (
            "v1.2.0",
            "1.2.0",
            CHANGELOG.replace("Unreleased\n", "Unreleased\n\n- Left.\n"),
            "entries under Unreleased",
        ),
    ],
)
def test_what_does_not_fit_is_refused(tag: str, version: str, changelog: str, because: str) -> None:
    with pytest.raises(release.ReleaseError, match=because):
        release.check(tag, of=version, changelog=changelog)


def test_the_changelog_can_be_read() -> None:
    assert release.UNRELEASED in release.sections(release.CHANGELOG.read_text())


def test_the_command_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["check", "v0.0.0"]) == 1
    assert "release: The tag v0.0.0 is not the version" in capsys.readouterr().err


def test_a_folder_with_other_files_than_those_of_the_version_is_not_rehearsed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "credential_rotation-0.0.9-py3-none-any.whl").touch()
    assert release.main(["rehearse", str(tmp_path)]) == 1
    assert "it has: credential_rotation-0.0.9" in capsys.readouterr().err
