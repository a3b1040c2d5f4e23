"""What a team decides about passwords."""

import math
import string
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from stacks.settings.field import Group, setting

LEAST_BITS = 190
"""Of entropy in a password. The rotation functions refuse to work with less."""


class Password(Group):
    """What the rotations' passwords look like: letters and digits, the first one a letter.

    The very first password, until the first rotation, is 40 letters and digits whatever is set
    here (see credential_rotation.database_secret).
    """

    length: Annotated[int, Field(ge=33, le=128)] = setting(
        40, meaning="Characters in a password that a rotation makes.", allowed="33 to 128"
    )
    exclude_characters: Annotated[str, StringConstraints(pattern=r"^[!-~]*$")] = setting(
        "",
        meaning="Characters that no such password may have, besides all punctuation.",
        allowed=f"printable ASCII that leaves {LEAST_BITS} bits at the length of password.length",
    )

    @field_validator("exclude_characters")
    @classmethod
    def _strong_enough(cls, excluded: str, info: ValidationInfo) -> str:
        bits = _entropy(set(excluded), length=info.data.get("length", 0))
        if "length" in info.data and bits < LEAST_BITS:
            raise ValueError(f"it leaves {max(bits, 0):.0f} bits")
        return excluded


def _entropy(excluded: set[str], *, length: int) -> float:
    """Bits in a password, from below: the demand for each kind of character costs less than one."""
    letters = len(set(string.ascii_letters) - excluded)
    characters = letters + len(set(string.digits) - excluded)
    if not letters:
        return 0
    return math.log2(letters) + (length - 1) * math.log2(characters) - 1
