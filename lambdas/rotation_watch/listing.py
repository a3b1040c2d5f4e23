"""Which secrets are watched: those that carry the tag, under the path of one platform."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import SecretListEntryTypeDef

TAG = "rotation-watch"
"""Its value is the path that a secret is counted under, such as `orders/production/main`.

`credential_rotation/rotation.py` puts it on every secret that gets a rotation, and on no other.
"""

_PAGE = 100
"""The most that ListSecrets returns at once."""


def watched(client: SecretsManagerClient, path: str) -> dict[str, list[SecretListEntryTypeDef]]:
    """List the secrets of a platform, by the path that each is counted under.

    The filters of ListSecrets match the beginning of any tag's key and of any tag's value, not
    necessarily of the same tag: `orders/production` finds `orders/production-2` too. So the tag
    itself is compared here. Secrets that are marked for deletion are not listed. What was changed
    in the last five minutes may be missing.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html

    Args:
        client: Of Secrets Manager.
        path: The platform's path, such as `orders/production`.

    Raises:
        ClientError: Secrets Manager refused to list.
        BotoCoreError: Secrets Manager was out of reach.
    """
    pages = client.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "tag-key", "Values": [TAG]}, {"Key": "tag-value", "Values": [path]}],
        PaginationConfig={"PageSize": _PAGE},
    )
    found: dict[str, list[SecretListEntryTypeDef]] = defaultdict(list)
    for page in pages:
        for secret in page["SecretList"]:
            tagged = {tag["Key"]: tag["Value"] for tag in secret.get("Tags", [])}.get(TAG, "")
            if tagged == path or tagged.startswith(f"{path}/"):
                found[tagged].append(secret)
    return dict(found)
