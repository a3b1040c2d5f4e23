"""What settings name has to be where the deployment goes."""

from typing import Any

import pytest

from stacks.settings import read_settings
from stacks.whereabouts import ElsewhereError, check_places

REGION, ACCOUNT = "eu-west-1", "111122223333"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-1-AbCdEf"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-1111-2222-3333-444444444444"


def existing(secret: str, key: str = "") -> dict[str, Any]:
    server = {
        "host": "legacy.cluster-abc.eu-west-1.rds.amazonaws.com",
        "dbname": "legacy",
        "security_group_id": "sg-0123456789abcdef0",
        "admin_secret_arn": secret,
        "admin_secret_key_arn": key,
    }
    return {"databases": {"legacy": {"existing": server}}}


def elsewhere(arn: str) -> str:
    return arn.replace(REGION, "eu-west-2")


def of_others(arn: str) -> str:
    return arn.replace(ACCOUNT, "444455556666")


READER = f"arn:aws:iam::{ACCOUNT}:role/orders-service"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"
LOGIN = "databases.main.logins.app"


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"secrets_key_arn": elsewhere(KEY)}, "secrets_key_arn is in eu-west-2"),
        ({"secrets_key_arn": of_others(KEY)}, "secrets_key_arn is of the account 444455556666"),
        ({"alarm_topic_arn": elsewhere(TOPIC)}, "alarm_topic_arn is in eu-west-2"),
        ({"alarm_topic_arn": of_others(TOPIC)}, "alarm_topic_arn is of the account 444455556666"),
        ({"network.zones": "eu-west-2a,eu-west-2b"}, "network.zones is in eu-west-2"),
        ({f"{LOGIN}.readers": of_others(READER)}, f"{LOGIN}.readers is of the account"),
        (
            {f"{LOGIN}.present_secret_arn": of_others(SECRET)},
            f"{LOGIN}.present_secret_arn is of the account",
        ),
        (existing(elsewhere(SECRET)), "databases.legacy.existing.admin_secret_arn is in eu-west-2"),
        (
            existing(of_others(SECRET)),
            "databases.legacy.existing.admin_secret_arn is of the account",
        ),
    ],
)
def test_what_another_place_has_is_refused_by_name(settings: dict[str, Any], line: str) -> None:
    read = read_settings({"name": "orders", **settings})
    with pytest.raises(ElsewhereError) as caught:
        check_places(REGION, ACCOUNT, settings=read)
    [_, told] = str(caught.value).splitlines()
    assert told.startswith(f"  {line}")
    check_places("", "", settings=read)  # as long as nobody knows


@pytest.mark.parametrize(
    "settings",
    [
        {"secrets_key_arn": KEY, "alarm_topic_arn": TOPIC, f"{LOGIN}.readers": READER},
        existing(SECRET),
        existing(of_others(SECRET), of_others(KEY)),
    ],
    ids=["here", "an existing server", "a secret of others that is shared"],
)
def test_what_is_here_or_can_be_shared_passes(settings: dict[str, Any]) -> None:
    check_places(REGION, ACCOUNT, settings=read_settings({"name": "orders", **settings}))
