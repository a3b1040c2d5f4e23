"""New passwords."""

import math
import os
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from rotation.errors import BadSettingsError
from rotation.secret_text import SecretText

ALPHABET = string.ascii_letters + string.digits
"""Safe wherever a password is pasted: URIs, shells, CloudFormation, YAML, JSON, SQL."""

DEFAULT_LENGTH = 40
LEAST_BITS = 190
LONGEST = 128

_CLASSES = (string.ascii_uppercase, string.ascii_lowercase, string.digits)


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """How passwords are made.

    Attributes:
        length: Number of characters.
        alphabet: Where they are drawn from, each as likely as the others.
    """

    length: int = DEFAULT_LENGTH
    alphabet: str = ALPHABET

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Reads PASSWORD_LENGTH and PASSWORD_EXCLUDE_CHARACTERS.

        Raises:
            BadSettingsError: They leave less than `LEAST_BITS` bits of entropy, or make no sense.
        """
        length = environ.get("PASSWORD_LENGTH", str(DEFAULT_LENGTH))
        excluded = environ.get("PASSWORD_EXCLUDE_CHARACTERS", "")
        alphabet = "".join(c for c in ALPHABET if c not in excluded)
        if not (length.isascii() and length.isdigit() and 0 < int(length[:9]) <= LONGEST):
            raise _bad(f"PASSWORD_LENGTH must be a number up to {LONGEST}")
        rules = cls(int(length), alphabet)
        if rules.bits < LEAST_BITS:
            raise _bad(
                f"PASSWORD_LENGTH {length} with {len(alphabet)} different characters makes"
                f" {rules.bits:.0f} bits, and {LEAST_BITS} are the least"
            )
        return rules

    @property
    def bits(self) -> float:
        """Entropy of a password, from below."""
        letters = sum(c in string.ascii_letters for c in self.alphabet)
        if not letters:
            return 0.0
        # One bit is more than what the demand for each kind of character costs.
        return math.log2(letters) + (self.length - 1) * math.log2(len(self.alphabet)) - 1

    def generate(self) -> SecretText:
        """Draws a password from the operating system's cryptographic source.

        It begins with a letter, so that nothing takes it for a number or an option, and has each
        kind of character that the alphabet has, as password policies demand.
        """
        classes = [kind for kind in _CLASSES if set(kind) & set(self.alphabet)]
        while True:
            password = "".join(secrets.choice(self.alphabet) for _ in range(self.length))
            if password[0].isalpha() and all(set(kind) & set(password) for kind in classes):
                return SecretText(password)


def _bad(cause: str) -> BadSettingsError:
    return BadSettingsError(
        f"The function's settings can't be used: {cause}",
        remedy="Correct the rotation settings and deploy again",
    )
