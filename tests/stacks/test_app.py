"""The app as the CDK CLI runs it: a process of its own, the context in an environment variable."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


WITHOUT_AWS = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def run(folder: Path, **overrides: object) -> subprocess.CompletedProcess[str]:
    """Run app.py with the context of cdk.json, without credentials or a region."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    given = {name.replace("__", "."): value for name, value in overrides.items()}
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            **WITHOUT_AWS,
            "CDK_OUTDIR": str(folder),
            "CDK_CONTEXT_JSON": json.dumps({**context, **given}),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_app_synthesizes_without_credentials_or_a_region(tmp_path: Path) -> None:
    done = run(tmp_path, name="shop", environment="staging")
    assert (done.returncode, done.stderr) == (0, "")
    template = json.loads((tmp_path / "shop-staging.template.json").read_text())
    assert template["Outputs"]["MainAdminSecretName"]["Value"] == "shop/staging/main/admin"


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (
            {"database__backup_days": "1"},
            "  database.backup_days = '1'. Allowed: 7 to 35 (RDS.11 wants 7 at least).",
        ),
        (
            {"rotatoin__strategy": "single"},
            "  rotatoin.strategy: there is no such setting. Did you mean rotation.strategy?",
        ),
    ],
)
def test_a_wrong_setting_ends_the_synth_with_a_line_and_no_traceback(
    tmp_path: Path, overrides: dict[str, str], line: str
) -> None:
    done = run(tmp_path, **overrides)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Settings in cdk.json or after -c that cannot be used:",
        line,
    ]
    assert not list(tmp_path.glob("*.template.json"))


def test_a_region_whose_authorities_do_not_ship_ends_the_synth_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_DEFAULT_REGION", "il-central-1")  # as the CLI sets it
    done = run(tmp_path)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "`make authorities REGION=il-central-1`" in line
    assert not list(tmp_path.glob("*.template.json"))
