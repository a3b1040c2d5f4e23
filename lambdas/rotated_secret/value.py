"""The secret's content: text, JSON or binary."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar

from rotated_secret.discretion import Hidden
from rotated_secret.errors import BadSecretError

_BYTE_ORDER_MARK = "\ufeff"
"""As files have it that PowerShell or Notepad wrote; the CLI takes it along."""

_REMEDY = "Correct the content of the secret, or what the application takes from it"


@dataclass(frozen=True, slots=True)
class Value:
    """One version of a secret. It can't be changed, and its repr does not hold the content.

    Attributes:
        secret_id: ARN or name of the secret.
        version_id: Version of the secret.
    """

    secret_id: str
    version_id: str
    _content: Hidden[object] = field(repr=False, compare=False)
    _document: "Hidden[Mapping[str, Any] | str]" = field(repr=False, compare=False)
    """The JSON object, or why it is none."""

    @classmethod
    def of(cls, content: object, *, version_id: str, secret_id: str) -> Self:
        """Takes what Secrets Manager gives.

        Args:
            content: SecretString or SecretBinary.
            version_id: Of which version.
            secret_id: Of which secret.
        """
        return cls(secret_id, version_id, Hidden(content), Hidden(_document(content)))

    @classmethod
    def parse(cls, value: "Value") -> "Value":
        """See `Version.parse`: any content will do."""
        return value

    @property
    def text(self) -> str:
        """The content as text.

        Raises:
            BadSecretError: It is binary.
        """
        content = self._content.reveal()
        if isinstance(content, str):
            return content
        del content  # it must not be among the variables of an error's frame
        raise self.unusable("it holds binary data")

    @property
    def binary(self) -> bytes:
        """The content as bytes.

        Raises:
            BadSecretError: It is text.
        """
        content = self._content.reveal()
        if isinstance(content, bytes):
            return content
        del content
        raise self.unusable("it holds no binary data")

    @property
    def is_json(self) -> bool:
        """Whether the content is a JSON object."""
        return not isinstance(self._document.reveal(), str)

    @property
    def json(self) -> Mapping[str, Any]:
        """The content as a JSON object.

        Raises:
            BadSecretError: It is none.
        """
        return self.document()

    def document(self, *, remedy: str = _REMEDY) -> Mapping[str, Any]:
        """See `json`.

        Args:
            remedy: What a person can do about content that is none.
        """
        document = self._document.reveal()
        if isinstance(document, str):
            raise self.unusable(document, remedy=remedy)
        return document

    def field(self, name: str) -> str:
        """A field of the JSON object, which has to be a text that is not empty.

        Raises:
            BadSecretError: It is not.
        """
        found = self.json.get(name)
        if isinstance(found, str) and found:
            return found
        del found
        raise self.unusable(f"{name} must be a text that is not empty")

    def unusable(self, why: str, *, remedy: str = _REMEDY) -> BadSecretError:
        """The error that says why it can't be used.

        Args:
            why: It must not hold anything of the content.
            remedy: What a person can do about it.
        """
        return BadSecretError(
            self.secret_id,
            f"the content of the secret can't be used: {why}",
            remedy=remedy,
            retry_helps=False,
        )


class Version(Protocol):
    """What a handle holds: one version of a secret, in the form that its users need."""

    @property
    def version_id(self) -> str:
        """Version of the secret."""

    @classmethod
    def parse(cls, value: Value) -> Self:
        """Makes it of the content.

        Raises:
            BadSecretError: The content can't be used. What was held before goes on to be used.
        """


V = TypeVar("V", bound=Version)


def _document(content: object) -> Mapping[str, Any] | str:
    if not isinstance(content, str):
        return "it holds binary data"
    if content.startswith(_BYTE_ORDER_MARK):
        return "it is not JSON: it begins with a byte order mark, which nobody sees"
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        return f"it is not JSON ({type(error).__name__})"
    return document if isinstance(document, dict) else "it is no JSON object"
