"""What GitHub runs: pinned, with the fewest rights, and no key that is kept."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # published without types

from tools import matrix, release

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ON = True  # what YAML 1.1 reads `on` as

TOKENS = {
    "deploy.yml": {"deploy": {"contents": "read", "id-token": "write"}},
    "pages.yml": {"publish": {"id-token": "write", "pages": "write"}},
    "release.yml": {
        "publish": {"attestations": "write", "contents": "read", "id-token": "write"},
        "announce": {"contents": "write"},
    },
    "test.yml": {},
}
"""The jobs that may do more than read the repository."""


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text())


def steps(workflow: Any) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.fixture(scope="module")
def releasing() -> Any:
    return read("release.yml")["jobs"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_action_is_pinned_by_its_commit_and_names_its_version(file: Path) -> None:
    used = re.findall(r"uses: (.+)", file.read_text())
    assert used
    assert [
        each for each in used if not re.fullmatch(r"[\w/.-]+@[0-9a-f]{40} # v[\d.]+", each)
    ] == []


def test_an_action_has_one_commit_in_all_of_them() -> None:
    used = {each["uses"] for file in FILES for each in steps(read(file.name)) if "uses" in each}
    assert len({each.partition("@")[0] for each in used}) == len(used)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_job_reads_the_repository_and_only_those_that_need_it_do_more(file: Path) -> None:
    workflow = read(file.name)
    assert workflow["permissions"] == {"contents": "read"}
    given = {
        name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job
    }
    assert given == TOKENS[file.name]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_secret_is_kept_and_nothing_of_an_event_is_run(file: Path) -> None:
    text = file.read_text()
    assert "secrets." not in text
    assert "pull_request_target" not in text
    assert not [step["run"] for step in steps(read(file.name)) if "${{" in step.get("run", "")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_checkout_leaves_a_token_behind(file: Path) -> None:
    checkouts = [each for each in steps(read(file.name)) if "checkout@" in each.get("uses", "")]
    assert all(each["with"] == {"persist-credentials": False} for each in checkouts)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_it_runs_is_there(file: Path) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for step in steps(read(file.name)):
        words = shlex.split(step.get("run", ""))
        if words[:1] == ["make"]:
            assert words[1] in targets
        if words[:1] == ["python"] or words[:1] == [".ci/run"]:
            assert (ROOT / words[0 if len(words) == 1 else 1]).is_file()


def test_a_pull_request_is_tested_on_every_python_as_by_hand() -> None:
    workflow = read("test.yml")
    assert list(workflow[ON]) == ["pull_request"]
    job = workflow["jobs"]["test"]
    assert tuple(job["strategy"]["matrix"]["python"]) == matrix.SUPPORTED
    assert job["steps"][-1] == {"run": ".ci/run"}


def test_the_site_of_a_pull_request_is_built_and_not_published() -> None:
    jobs = read("pages.yml")["jobs"]
    assert "make docs" in [step.get("run") for step in jobs["build"]["steps"]]
    assert jobs["publish"]["if"] == "github.event_name == 'push'"
    assert [len(jobs["publish"]["steps"]), jobs["publish"]["needs"]] == [1, "build"]


def test_a_tag_is_what_releases() -> None:
    assert read("release.yml")[ON] == {"push": {"tags": ["v*"]}}


def test_nothing_is_published_that_was_not_checked_tested_and_installed_on_every_python(
    releasing: Any,
) -> None:
    build = [step["run"] for step in releasing["build"]["steps"] if "run" in step]
    assert build == [
        'python tools/release.py check "$GITHUB_REF_NAME"',
        "make test",
        "make security",
        "make dist",
    ]
    install = releasing["install"]
    assert install["needs"] == "build"
    assert tuple(install["strategy"]["matrix"]["python"]) == matrix.SUPPORTED
    assert install["steps"][-1] == {"run": "python tools/release.py rehearse dist"}
    assert releasing["publish"]["needs"] == "install"
    assert releasing["announce"]["needs"] == "publish"


def test_each_package_is_uploaded_from_an_environment_of_its_own_by_a_job_without_our_code(
    releasing: Any,
) -> None:
    publish = releasing["publish"]
    packages = publish["strategy"]["matrix"]["package"]
    assert sorted(packages) == ["credential-rotation", "rotated-secret"]
    assert publish["environment"] == "pypi-${{ matrix.package }}"
    assert [step["uses"].partition("@")[0] for step in publish["steps"] if "uses" in step] == [
        "actions/download-artifact",
        "actions/attest-build-provenance",
        "pypa/gh-action-pypi-publish",
    ]


def test_the_text_of_a_release_is_its_section_of_the_changelog(releasing: Any) -> None:
    notes, create = (step["run"] for step in releasing["announce"]["steps"] if "run" in step)
    assert notes == "python tools/release.py notes > notes.md"
    assert "--notes-file notes.md" in create
    assert release.CHANGELOG.is_file()
