"""What a team decides about the access key of an IAM user."""

from typing import Annotated

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from credential_rotation.token_age import LIMIT_DAYS, oldest_days
from stacks.settings.field import Group, setting
from stacks.settings.roles import Readers


class AccessKey(Group):
    """An IAM user whose access key rotates, for a third party who insists on one."""

    enabled: bool = setting(
        default=False,
        meaning="Deploy an IAM user with an access key that rotates by itself, in a secret of its "
        "own. A role is better wherever there is a choice.",
        allowed="true or false",
        control="IAM.3",
    )
    policy: Annotated[
        str,
        StringConstraints(
            pattern=r"^(arn:aws[a-z-]*:iam::[0-9]{12}:policy/[A-Za-z0-9_+=,.@/-]+)?$",
            max_length=640,
        ),
    ] = setting(
        "",
        meaning="ARN of the policy that says what the user may do. It is attached to a group, and "
        "is the user's permissions boundary too: nothing else that somebody attaches counts.",
        allowed="the ARN of a customer-managed policy of this account; nothing while "
        "access_key.enabled is off",
        control="IAM.2",
    )
    readers: Readers = setting(
        (),
        meaning="ARNs of the roles that may read the access-key secret. A role needs its own "
        "permission as well.",
        allowed="up to 20 ARNs of roles of this account; after -c separated by commas",
    )
    interval_days: Annotated[int, Field(ge=4, le=60)] = setting(
        30,
        meaning="Days between two rotations.",
        allowed="4 to 60",
        control="SecretsManager.4",
    )
    grace_days: Annotated[int, Field(ge=1, le=30)] = setting(
        7,
        meaning="Days that the key before keeps working after a rotation: by then every consumer "
        "has to have read the secret again.",
        allowed="1 to 30, and at least 2 less than access_key.interval_days",
    )
    rest_days: Annotated[int, Field(ge=1, le=60)] = setting(
        7,
        meaning="Days that it is then kept deactivated, in which a person can activate it again, "
        "before it is deleted.",
        allowed="1 to 60",
    )
    notice_days: Annotated[int, Field(ge=3, le=30)] = setting(
        14,
        meaning="Days that people have to mend a rotation that fails: the last alarm rings so long "
        "before a key would get 90 days old.",
        allowed="3 to 30; and interval_days + grace_days + 2 x notice_days + 2 are 90 at most, so "
        "that no key gets older (IAM.3)",
        control="IAM.3",
    )

    @field_validator("policy")
    @classmethod
    def _given_if_needed(cls, policy: str, info: ValidationInfo) -> str:
        if info.data.get("enabled") and not policy:
            raise ValueError("access_key.enabled is on")
        return policy

    @field_validator("grace_days")
    @classmethod
    def _over_before_the_next_rotation(cls, grace: int, info: ValidationInfo) -> int:
        interval = info.data.get("interval_days", LIMIT_DAYS)
        if grace > interval - 2:
            raise ValueError(f"access_key.interval_days is {interval}")
        return grace

    @field_validator("notice_days")
    @classmethod
    def _no_key_gets_too_old(cls, notice: int, info: ValidationInfo) -> int:
        """A rotation may be late at both ends of a key's life: when it makes it, and when it ends.

        Then the key still has its whole grace.
        """
        if {"interval_days", "grace_days"} <= info.data.keys():
            interval, grace = info.data["interval_days"], info.data["grace_days"]
            oldest = oldest_days(interval=interval, grace=grace, notice=notice)
            if oldest > LIMIT_DAYS:
                raise ValueError(
                    f"a key could get {oldest} days old, with access_key.interval_days {interval}"
                    f" and access_key.grace_days {grace}"
                )
        return notice
