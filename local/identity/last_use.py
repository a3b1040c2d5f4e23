"""When an access key was used last.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
"""

from datetime import UTC, datetime

from moto.iam.models import AccessKeyLastUsed, get_account_id_from, iam_backends

_PARTITION = "aws"


def record_use(access_key_id: str, *, service: str, region: str) -> None:
    """Remember that a valid key has signed a call, whether or not the call is then allowed.

    moto remembers only calls that reach it.

    Args:
        access_key_id: A key that was issued.
        service: As signatures name it.
        region: For which the call is signed.
    """
    account = get_account_id_from(access_key_id)
    key = iam_backends[account][_PARTITION].access_keys.get(access_key_id)
    if key:
        now = datetime.now(UTC).replace(tzinfo=None)  # moto's times have no zone
        key.last_used = AccessKeyLastUsed(now, service, region)
