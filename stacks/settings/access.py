"""What a team decides about people."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from stacks.settings.field import Group, setting
from stacks.settings.lists import split

LONGEST_CONTRACT = timedelta(days=366)
"""How far away the end of a contract may be. Whoever needs longer sets it anew once a year."""

LEAST_CHARACTERS = 20
LEAST_DIFFERENT = 10
"""What an ExternalId has to have. A UUID has both; what people think of mostly has not."""

_USERS = "up to 50 names of IAM users; after -c separated by commas"

Users = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@-]{1,64}$")], ...],
    Field(max_length=50),
    BeforeValidator(split),
]


def _future(value: str) -> str:
    if not value:
        return value
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("it is no day of the calendar") from error
    today = datetime.now(UTC).date()
    if day <= today:
        raise ValueError("the contract is over; set another end, or no contractor_account")
    if day - today > LONGEST_CONTRACT:
        raise ValueError(f"it is {(day - today).days} days away")
    return value


class Access(Group):
    """Roles that people take on for an hour, with MFA, and the groups whose members may."""

    enabled: bool = setting(
        default=False,
        meaning="Deploy a second stack with roles and groups for people: auditors, operators of "
        "the rotation, break-glass, and a contractor if one is named.",
        allowed="true or false",
    )
    auditors: Users = setting(
        (),
        meaning="Names of the IAM users, who exist already, that may see how the rotation does. "
        "Leave it empty where others fill the group.",
        allowed=_USERS,
    )
    operators: Users = setting(
        (),
        meaning="Names of the IAM users that may rotate, stop a rotation and roll it back.",
        allowed=_USERS,
    )
    break_glass: Users = setting(
        (),
        meaning="Names of the IAM users that may read the application's credential in an "
        "emergency, which rings an alarm.",
        allowed=_USERS,
    )
    contractor_account: Annotated[str, StringConstraints(pattern=r"^([0-9]{12})?$")] = setting(
        "",
        meaning="Id of the account whose users may see how the rotation does, until "
        "access.contractor_until.",
        allowed="12 digits, or nothing",
    )
    contractor_external_id: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@:/-]*$", max_length=1224)
    ] = setting(
        "",
        meaning="What the contractor's tool has to send along, so that it cannot be made to act "
        "on us for another of its customers. It is no secret, but must not be guessed: make one "
        "with uuidgen.",
        allowed=f"{LEAST_CHARACTERS} to 1224 letters, digits and _+=,.@:/- with "
        f"{LEAST_DIFFERENT} different ones, without the contractor's account id; nothing without "
        "a contractor",
    )
    contractor_until: Annotated[
        str, StringConstraints(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"), AfterValidator(_future)
    ] = setting(
        "",
        meaning="Day on which the contractor's role ends, at 0:00 UTC.",
        allowed=f"a day such as 2027-01-31, after today and at most {LONGEST_CONTRACT.days} days "
        "away; nothing without a contractor",
    )

    @field_validator("contractor_external_id")
    @classmethod
    def _not_guessable(cls, external_id: str, info: ValidationInfo) -> str:
        _both_or_none(external_id, info)
        if not external_id:
            return external_id
        if len(external_id) < LEAST_CHARACTERS:
            raise ValueError(f"it has {len(external_id)} characters")
        if len(set(external_id)) < LEAST_DIFFERENT:
            raise ValueError(f"it has {len(set(external_id))} different characters")
        if info.data.get("contractor_account", " ") in external_id:
            raise ValueError("it holds the contractor's account id, which others know")
        return external_id

    @field_validator("contractor_until")
    @classmethod
    def _ends(cls, until: str, info: ValidationInfo) -> str:
        _both_or_none(until, info)
        return until


def _both_or_none(value: str, info: ValidationInfo) -> None:
    account = info.data.get("contractor_account", value)  # what is wrong itself has its own error
    if account and not value:
        raise ValueError("access.contractor_account is set")
    if value and not account:
        raise ValueError("access.contractor_account is not set")
