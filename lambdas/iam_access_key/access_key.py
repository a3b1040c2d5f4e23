"""The secret's JSON: an access key of an IAM user."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from rotation.errors import BadSecretError
from rotation.secret_object import SecretObject
from rotation.secret_text import SecretText
from rotation.versions import CURRENT

_ID = re.compile(r"[A-Z0-9]{16,128}")
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key and whose it is.

    Fields of the JSON that we don't know are kept as they are. Ours have the names that IAM's
    CreateAccessKey answers with, and with `Version` the whole
    is what the SDKs and the CLI take from a `credential_process`, so that a consumer needs no code
    to translate it. AWS documents no structure of its own for such a secret.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html

    Attributes:
        user: Name of the IAM user.
        id: The access key's id, which is no secret.
        secret: The secret access key.
    """

    user: str
    id: str
    secret: SecretText

    @classmethod
    def parse(cls, text: SecretText, *, whose: str) -> Self:
        """Reads a secret.

        Args:
            text: The secret's content.
            whose: Where it comes from, for errors: a label.

        Raises:
            BadSecretError: A field is missing or can't be used.
        """
        fields = _object(text, whose).fields
        user = _text(fields, "UserName", whose)
        key_id = _text(fields, "AccessKeyId", whose)
        if not _ID.fullmatch(key_id):
            raise _bad(whose, "AccessKeyId must be 16 to 128 capital letters and digits")
        return cls(user, key_id, SecretText(_text(fields, "SecretAccessKey", whose)))


def with_key(like: SecretText, user: str, key_id: str, secret: SecretText) -> SecretText:
    """The content of a secret with a new key.

    Args:
        like: The content before; what is not replaced stays as it is.
        user: Name of the IAM user.
        key_id: The key's id.
        secret: The secret access key.

    Raises:
        BadSecretError: It was no JSON object.
    """
    return _object(like, CURRENT).replaced(
        {
            "Version": _FORMAT,
            "UserName": user,
            "AccessKeyId": key_id,
            "SecretAccessKey": secret.reveal(),
        }
    )


def without_key(text: SecretText, *, whose: str) -> bool:
    """Whether a secret waits for its first key.

    Args:
        text: The secret's content.
        whose: Where it comes from, for errors: a label.

    Raises:
        BadSecretError: It is no JSON object.
    """
    return not {"AccessKeyId", "SecretAccessKey"} & _object(text, whose).fields.keys()


def _object(text: SecretText, whose: str) -> SecretObject:
    try:
        return SecretObject.parse(text)
    except ValueError as error:
        raise _bad(whose, str(error)) from None


def _text(fields: Mapping[str, Any], name: str, whose: str) -> str:
    value = fields.get(name)
    if isinstance(value, str) and value and value.isascii() and value.isprintable():
        return value
    del value  # an error reporter would record it
    raise _bad(whose, f"{name} must be a text of printable ASCII that is not empty")


def _bad(whose: str, why: str) -> BadSecretError:
    return BadSecretError(
        f"The content of {whose} can't be used: {why}",
        remedy="Put the documented JSON: Version, UserName, AccessKeyId, SecretAccessKey",
    )
