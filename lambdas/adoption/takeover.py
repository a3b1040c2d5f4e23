"""The rotation of somebody else's secret, by a function of ours as long as the resource exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adoption.record import Record
from adoption.refusals import in_the_middle, refusal
from adoption.rotation_settings import RotationSettings
from adoption.secret_rotation import NOT_FOUND, NOT_NOW, Description, SecretRotation
from cloudformation.outcome import Outcome
from rotation.errors import BadEventError, BusyError, GoneError, SecretsManagerError
from rotation.observability import warn

NAME = "adoption"


def take_over(event: Mapping[str, Any], rotation: SecretRotation) -> Outcome:
    """Carries out a request for the rotation.

    Create and Update have the function rotate the secret, without rotating it. Delete gives it back
    to what rotated it before, or turns the rotation off if it was off. Any number of times.

    The properties are `SecretArn`, `RotationFunction`, `Schedule`, `Duration` and `Former`, which
    is the record. It comes with every request, so that also what follows a lost answer knows it.

    Args:
        event: The request.
        rotation: That of the secret.

    Raises:
        RotationError: It is as it was.
    """
    properties = event["ResourceProperties"]
    wanted = RotationSettings.scheduled(
        properties["RotationFunction"],
        schedule=properties["Schedule"],
        duration=properties["Duration"],
    )
    former = _former(properties, rotation.arn)
    if event["RequestType"] == "Delete":
        notice = _give_back(rotation, ours=wanted.function, former=former)
        return Outcome(event["PhysicalResourceId"], notice=notice)
    new = event["RequestType"] == "Create"
    _attach(rotation, wanted, former=former if new else None)
    return Outcome(rotation.arn)


def _former(properties: Mapping[str, Any], arn: str) -> RotationSettings:
    try:
        record = Record.parse(properties.get("Former"))
    except ValueError as error:
        raise BadEventError(
            f"The property Former is no record: {error}",
            remedy="Let it refer to the resource Custom::FormerRotation of the same secret",
        ) from error
    if not record.is_of(arn):
        raise BadEventError(
            "The property Former is the record of another secret",
            remedy="Let it refer to the resource Custom::FormerRotation of the same secret",
        )
    return record.former


def _attach(
    rotation: SecretRotation, wanted: RotationSettings, *, former: RotationSettings | None
) -> None:
    """Has ours rotate the secret.

    Args:
        rotation: That of the secret.
        wanted: How.
        former: What has to rotate it now, at a Create; None at an Update, which waits for a
            rotation of ours that is under way.
    """
    found = rotation.describe()
    # Also what a rollback asks for after an update that was refused: it must not be refused again.
    if found.settings == wanted:
        return
    if not former:
        found = rotation.settled()
    if error := refusal(found):
        raise error
    if former and found.settings not in (former, wanted):
        raise BusyError(
            f"What rotates the secret was changed while it was adopted: it is"
            f" {found.settings.function or 'nothing'} by now",
            remedy="Deploy again",
        )
    try:
        _use(rotation, wanted)
    except SecretsManagerError as error:
        # A rotation may have begun since we looked: then RotateSecret changes nothing.
        found = rotation.describe()
        if error.code == NOT_NOW and found.pending:
            raise in_the_middle(found) from error
        raise


def _use(rotation: SecretRotation, settings: RotationSettings) -> None:
    """Also succeeds if the answer to a first attempt was lost, and the next one was refused."""
    try:
        rotation.use(settings)
    except SecretsManagerError:
        if rotation.describe().settings != settings:
            raise


def _give_back(rotation: SecretRotation, *, ours: str, former: RotationSettings) -> str:
    """Gives the secret back, or tells why it could not."""
    try:
        found = rotation.settled()
    except SecretsManagerError as error:
        if error.code == NOT_FOUND:  # it is gone, and its rotation with it
            return ""
        raise
    # Whatever else rotates it by now, or that it is off, a person has decided.
    if found.deleted or found.settings.function != ours or not found.settings.on:
        return ""
    if found.pending:
        raise _unfinished(found, rotation.arn, former)
    if not former.on:
        rotation.turn_off()
        return ""
    try:
        _use(rotation, former)
    except SecretsManagerError as error:
        if error.code != NOT_FOUND:
            raise _not_given_back(error, rotation.arn, former) from error
        rotation.turn_off()
        return _tell_gone(rotation.arn, former)
    return ""


def _unfinished(found: Description, arn: str, former: RotationSettings) -> BusyError:
    back = former.command(arn) if former.on else _off(arn)
    return BusyError(
        f"A rotation by {found.settings.function} has not finished: the version {found.pending}"
        " carries AWSPENDING and is not AWSCURRENT, and the secret can't be given back meanwhile",
        remedy=f"Let it finish: the function's log tells what is in its way. Then delete again; or,"
        f" if the resource is gone by then, run: {back}",
    )


def _not_given_back(error: SecretsManagerError, arn: str, former: RotationSettings) -> GoneError:
    return GoneError(
        f"Secrets Manager answered {error.code} when {former.function} was to rotate the secret"
        " again; it is rotated as before",
        remedy="Let Secrets Manager invoke that function for the secret (lambda add-permission) and"
        f" delete again; or turn the rotation off ({_off(arn)}) and delete again",
        retry_helps=True,
    )


def _tell_gone(arn: str, former: RotationSettings) -> str:
    """A deletion that failed for this would fail for ever: AWS's own turns rotation off, too."""
    cause = (
        f"The function {former.function}, which rotated {arn} before, does not exist any more, so"
        " the rotation is off"
    )
    remedy = f"Make a function and have it rotate the secret: {former.command(arn)}"
    warn(NAME, "Delete", cause, remedy)
    return f"{cause}. {remedy}"


def _off(arn: str) -> str:
    return f"aws secretsmanager cancel-rotate-secret --secret-id {arn}"
