"""The record of what rotated a secret before, written down before anything is changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from adoption.refusals import refusal
from adoption.rotation_settings import RotationSettings
from adoption.secret_rotation import SecretRotation
from cloudformation.outcome import Outcome
from rotation.errors import BadEventError, NotOursError

_OURS, _THEIRS = "RotationFunction", "FormerFunction"


@dataclass(frozen=True, slots=True)
class Record:
    """What rotated a secret, as it stands in the physical id of a resource.

    CloudFormation keeps that id from the answer to Create on, hands it to whatever refers to the
    resource, and brings it along with each later request. It has up to 1 KB.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html

    Attributes:
        secret: Tells the secret from others: a digest of its ARN, which may be long.
        former: What rotated it.
    """

    secret: str
    former: RotationSettings

    @classmethod
    def of(cls, arn: str, former: RotationSettings) -> Self:
        """That of a secret.

        Args:
            arn: ARN of the secret.
            former: What rotates it.
        """
        return cls(_digest(arn), former)

    @classmethod
    def parse(cls, text: object) -> Self:
        """Reads a physical id.

        Raises:
            ValueError: It is no record.
        """
        fields = json.loads(text) if isinstance(text, str) else None
        if not isinstance(fields, dict) or not isinstance(fields.get("secret"), str):
            raise ValueError("it is no record")  # noqa: TRY004 - see above
        return cls(fields["secret"], RotationSettings.parse(fields))

    def __str__(self) -> str:
        fields = {"secret": self.secret, **self.former.fields()}
        return json.dumps(fields, separators=(",", ":"))

    def is_of(self, arn: str) -> bool:
        """Whether it is that of a secret."""
        return self.secret == _digest(arn)


def write_down(event: Mapping[str, Any], rotation: SecretRotation) -> Outcome:
    """Carries out a request for the record. It looks, and changes nothing.

    The properties are `SecretArn`; `RotationFunction`, the ARN of ours; and `FormerFunction`, the
    ARN of the one that rotates the secret, which is given back and has to be allowed before.

    Args:
        event: The request.
        rotation: That of the secret.

    Returns:
        The record as the resource's id. Once it is there, it stays, whatever rotates the secret;
        only the function that gets it back may become another one.

    Raises:
        RotationError: The secret can't be adopted.
    """
    kept = event.get("PhysicalResourceId")
    if event["RequestType"] == "Delete":
        return Outcome(str(kept))
    properties = event["ResourceProperties"]
    theirs = str(properties.get(_THEIRS, ""))
    if kept is not None:
        former = _corrected(_kept(kept, rotation.arn).former, theirs)
        return Outcome(str(Record.of(rotation.arn, former)))
    found = rotation.describe()
    if error := refusal(found):
        raise error
    _must_be_given_back(found.settings, ours=str(properties.get(_OURS, "")), theirs=theirs)
    return Outcome(str(Record.of(rotation.arn, found.settings)))


def _kept(text: str, arn: str) -> Record:
    """The record that an Update brings along; another secret has a record of its own."""
    try:
        record = Record.parse(text)
    except ValueError:
        record = None
    if record is None or not record.is_of(arn):
        raise BadEventError(
            "The resource holds the record of another secret",
            remedy="Give the secret that is to be adopted a construct of its own: another id",
        )
    return record


def _corrected(former: RotationSettings, theirs: str) -> RotationSettings:
    """The function that gets the secret back may have been replaced by another one meanwhile."""
    if not former.on or former.function == theirs:
        return former
    if not theirs:
        raise BadEventError(
            f"The secret was rotated by {former.function}, and no function is named that gets it"
            " back",
            remedy=f"Let adopt_function_arn be {former.function}, or what has taken its place",
        )
    return replace(former, function=theirs)


def _must_be_given_back(settings: RotationSettings, *, ours: str, theirs: str) -> None:
    if not settings.on:
        return
    if settings.function == ours:
        raise NotOursError(
            f"The secret is rotated by {ours} already, and nothing tells by what before",
            remedy="Have its former function rotate it again, or turn its rotation off (aws"
            " secretsmanager cancel-rotate-secret), and deploy again",
        )
    if settings.function != theirs:
        raise BadEventError(
            f"The secret is rotated by {settings.function}, which could not be given it back"
            f" ({theirs or 'no function'} is named)",
            remedy=f"Let adopt_function_arn be {settings.function}",
        )


def _digest(arn: str) -> str:
    return hashlib.sha256(arn.encode()).hexdigest()[:16]
