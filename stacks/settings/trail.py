"""What a team decides about the evidence: a trail of CloudTrail, or the one that there is."""

from typing import Annotated

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from stacks.settings.databases import KeyArn
from stacks.settings.field import Group, setting
from stacks.settings.roles import Readers

LONGEST_DAYS = 3650
"""Nobody can end a retention early, AWS neither: a slip of the keyboard is paid for to the end."""


class Trail(Group):
    """A trail of ours, or the organisation's by its bucket."""

    enabled: bool = setting(
        default=False,
        meaning="Deploy a trail of CloudTrail for all regions, with a bucket in which nobody "
        "alters or deletes a record within its retention. Without it the account has to have a "
        "trail: the rules on reads and changes see nothing otherwise.",
        allowed="true or false",
        control="CloudTrail.1",
    )
    retention_days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = setting(
        365,
        meaning="Days for which a record can be neither altered nor deleted, by anyone, AWS "
        "included. It cannot be taken back for what is recorded already; records go a day later.",
        allowed=f"1 to {LONGEST_DAYS}",
        control="S3.15",
    )
    readers: Readers = setting(
        (),
        meaning="ARNs of the roles that may read the records, besides the auditors of "
        "access.enabled. A role needs its own permission as well.",
        allowed="up to 20 ARNs of roles of this account; after -c separated by commas; at least "
        "one with trail.enabled and without access.enabled; nothing without trail.enabled",
    )
    bucket: Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$")] = (
        setting(
            "",
            meaning="Name of the bucket of a trail that there is, such as the organisation's. Our "
            "auditors may read this account's records there, as far as its owner lets them "
            "(docs/evidence.md).",
            allowed="the name of a bucket, or nothing; nothing with trail.enabled",
        )
    )
    prefix: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9!_.*'()/-]*[A-Za-z0-9!_.*'()-]$", max_length=256),
    ] = setting(
        "AWSLogs",
        meaning="What the names of the records in trail.bucket begin with, up to the id of the "
        "account: AWSLogs/o-exampleorgid for a trail of an organisation.",
        allowed="a prefix without a slash at its end; only with trail.bucket",
    )
    key_arn: KeyArn = setting(
        "",
        meaning="ARN of the key that encrypts the records in trail.bucket.",
        allowed="the ARN of a key, or nothing; nothing without trail.bucket",
    )

    @field_validator("readers")
    @classmethod
    def _of_ours(cls, readers: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if readers and not info.data.get("enabled", True):
            raise ValueError("trail.enabled is off, and who reads there, the bucket's owner says")
        return readers

    @field_validator("bucket")
    @classmethod
    def _instead_of_ours(cls, bucket: str, info: ValidationInfo) -> str:
        if bucket and info.data.get("enabled"):
            raise ValueError("trail.enabled is on, and a trail of ours has a bucket of its own")
        return bucket

    @field_validator("prefix", "key_arn")
    @classmethod
    def _of_the_bucket(cls, value: str, info: ValidationInfo) -> str:
        changed = value != cls.model_fields[info.field_name or ""].default
        if changed and info.data.get("bucket") == "":
            raise ValueError("trail.bucket is not set")
        return value
