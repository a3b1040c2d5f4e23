import pytest

from stacks.settings import SettingsError, read_settings
from stacks.settings.trail import LONGEST_DAYS

READER = "arn:aws:iam::111122223333:role/security/audit"
KEY = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OURS = {"enabled": "true", "readers": READER}


def read(**trail: object):
    given = {f"trail.{name}": value for name, value in trail.items()}
    return read_settings({"name": "orders", **given}).trail


def problem(**trail: object) -> str:
    with pytest.raises(SettingsError) as caught:
        read(**trail)
    return "\n".join(str(caught.value).splitlines()[1:])


def test_there_is_no_trail_unless_it_is_set() -> None:
    assert not read().enabled
    assert read().bucket == ""


def test_a_trail_of_ours_and_the_organisation_s_exclude_each_other() -> None:
    assert read(bucket="acme-trail", prefix="AWSLogs/o-abc", key_arn=KEY).key_arn == KEY
    assert "trail.enabled is on" in problem(**OURS, bucket="acme-trail")


def test_a_trail_that_nobody_could_read_is_refused() -> None:
    assert "nobody could read its records" in problem(enabled="true")
    read(**OURS)
    read_settings({"name": "orders", "trail.enabled": "true", "access.enabled": "true"})


@pytest.mark.parametrize(
    ("setting", "value", "because"),
    [
        ("readers", READER, "trail.enabled is off"),
        ("prefix", "AWSLogs/o-abc", "trail.bucket is not set"),
        ("key_arn", KEY, "trail.bucket is not set"),
    ],
)
def test_what_is_of_no_use_is_refused(setting: str, value: str, because: str) -> None:
    line = problem(**{setting: value})
    assert line.startswith(f"  trail.{setting} = ")
    assert because in line


@pytest.mark.parametrize("days", [0, -1, LONGEST_DAYS + 1, "for ever"])
def test_a_retention_that_nobody_could_mean_is_refused(days: object) -> None:
    assert problem(**OURS, retention_days=days).startswith("  trail.retention_days = ")


@pytest.mark.parametrize("prefix", ["AWSLogs/", "", "AWS Logs"])
def test_a_prefix_that_names_no_folder_is_refused(prefix: str) -> None:
    assert problem(bucket="acme-trail", prefix=prefix).startswith("  trail.prefix = ")


@pytest.mark.parametrize("bucket", ["Acme", "a", "acme/trail", "acme*"])
def test_what_is_no_bucket_s_name_is_refused(bucket: str) -> None:
    assert problem(bucket=bucket).startswith("  trail.bucket = ")
