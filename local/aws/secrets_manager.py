"""Secrets Manager as it is documented, where moto differs.

Each method says what moto 5.2.5 does instead; a test for each fails without it.
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
"""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import lambda_backends
from moto.secretsmanager import models
from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    OperationNotPermittedOnReplica,
    ResourceExistsException,
    ResourceNotFoundException,
    SecretNotFoundException,
    SecretsManagerClientError,
)
from moto.secretsmanager.models import (
    FakeSecret,
    SecretsManagerBackend,
    secretsmanager_backends,
)

from local.aws.clock import Clock
from local.aws.rotations import CURRENT, PENDING, Rotations, unfinished, version_with
from local.aws.schedule import Schedule, ScheduleError
from local.moto_patch import replace

MayInvoke = Callable[[str, str], bool]
"""Whether Secrets Manager may invoke a function (its ARN) for a secret (its ARN)."""


class AccessDeniedError(SecretsManagerClientError):
    """Secrets Manager may not invoke the rotation function."""

    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)


class RotatingSecret(FakeSecret):
    """A secret whose rotation rules are kept whole; moto keeps a number of days."""

    schedule: Schedule | None = None
    scheduled_from: datetime | None = None

    def next_window(self) -> datetime | None:
        """Return when the next scheduled rotation is due, or None if none is."""
        if not (self.rotation_enabled and self.schedule and self.scheduled_from):
            return None
        return self.schedule.next_window(self.scheduled_from)

    def to_dict(self) -> dict[str, Any]:
        """Answer DescribeSecret; moto has no schedule expression and lists unlabelled versions.

        Nor does it tell of a secret with replicas that it is the primary one.
        """
        answer = super().to_dict()
        if self.replicas:
            answer["PrimaryRegion"] = self.region
        if labelled := answer.get("VersionIdsToStages"):
            answer["VersionIdsToStages"] = {v: list(n) for v, n in labelled.items() if n}
        if self.schedule:
            answer["RotationRules"] = self.schedule.rules()
        due = self.next_window()
        answer["NextRotationDate"] = due and int(due.timestamp())
        return answer


class SecretsManager(SecretsManagerBackend):
    """One account's Secrets Manager in one region."""

    __module__ = SecretsManagerBackend.__module__  # moto finds the URLs beside the class

    clock: Clock
    rotations: Rotations
    may_invoke: MayInvoke

    def put_secret_value(
        self,
        secret_id: str,
        secret_string: str,
        secret_binary: str,
        client_request_token: str,
        version_stages: list[str],
    ) -> str:
        """Store a version. A token that holds another value is refused; moto overwrites it."""
        secret = self._writable(secret_id)
        version = secret.versions.get(client_request_token, {})
        stored = version.get("secret_string"), version.get("secret_binary")
        if stored == (None, None):
            return str(
                super().put_secret_value(
                    secret_id, secret_string, secret_binary, client_request_token, version_stages
                )
            )
        if stored != (secret_string, secret_binary):
            raise ResourceExistsException(
                f"You can't use ClientRequestToken {client_request_token} because that value is "
                f"already in use for a version of secret {secret.arn}."
            )
        return secret.to_short_dict(include_version_stages=True, version_id=client_request_token)

    def update_secret_version_stage(
        self,
        secret_id: str,
        version_stage: str,
        remove_from_version_id: str,
        move_to_version_id: str,
    ) -> tuple[str, str]:
        """Move a label.

        moto moves any label but AWSCURRENT from wherever it is without being told from where, and
        goes on answering GetSecretValue with the version that was AWSCURRENT before.
        """
        secret = self._writable(secret_id)
        holder = version_with(secret, version_stage)
        if holder not in (None, move_to_version_id) and holder != remove_from_version_id:
            raise InvalidParameterException(
                f"The parameter RemoveFromVersionId can't be empty. Staging label {version_stage} "
                f"is currently attached to version {holder}, so you must explicitly reference that "
                "version in RemoveFromVersionId."
            )
        if holder is not None and holder == move_to_version_id:
            return secret.arn, secret.name
        answer = super().update_secret_version_stage(
            secret_id, version_stage, remove_from_version_id, move_to_version_id
        )
        secret.set_default_version_id(version_with(secret, CURRENT))
        return answer[0], answer[1]

    def rotate_secret(
        self,
        secret_id: str,
        client_request_token: str | None = None,
        rotation_lambda_arn: str | None = None,
        rotation_rules: dict[str, Any] | None = None,
        rotate_immediately: bool = True,  # noqa: FBT001, FBT002 - moto's signature
    ) -> str:
        """Configure rotation and start one in the background.

        moto runs the steps inside the call, ignores the function's errors and moves AWSCURRENT
        itself, passes the secret's name instead of its ARN, forgets the function's ARN, knows no
        schedule expressions, and asks for no permission.
        """
        secret = self._writable(secret_id)
        return self.rotate(
            secret,
            self._from_client_request_token(client_request_token),
            function=rotation_lambda_arn,
            rules=rotation_rules,
            at_once=rotate_immediately,
            invoked_by="hand",
        )

    def cancel_rotate_secret(self, secret_id: str) -> str:
        """Turn rotation off; moto does so for a secret that another service manages, too."""
        self._writable(secret_id)
        return str(super().cancel_rotate_secret(secret_id))

    def rotate(
        self,
        secret: RotatingSecret,
        token: str,
        *,
        function: str | None,
        rules: dict[str, Any] | None,
        at_once: bool,
        invoked_by: str,
    ) -> str:
        """Do what RotateSecret does, which deployments call as well as people.

        Raises:
            InvalidRequestException: A rotation has not finished: then not even the rules change.
        """
        going_on = unfinished(secret)
        if going_on and going_on != token:
            if secret.rotation_lambda_arn:
                self.rotations.start(secret, going_on, invoked_by=invoked_by)
            raise InvalidRequestException(
                "A previous rotation isn't complete. That rotation will be reattempted."
            )
        self.configure(secret, function, rules)
        if not at_once:
            self.rotations.test(secret)
            return str(secret.to_short_dict())
        self.begin(secret, token, invoked_by=invoked_by)
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "VersionId": token})

    def configure(
        self, secret: RotatingSecret, function: str | None, rules: dict[str, Any] | None
    ) -> None:
        """Set the function and the schedule of a secret's rotation.

        Raises:
            InvalidRequestException: No function is given or known.
            ResourceNotFoundException: There is no such function.
            AccessDeniedError: Secrets Manager may not invoke it.
            InvalidParameterException: The rules hold no valid schedule.
        """
        function = function or secret.rotation_lambda_arn
        if not function:
            raise InvalidRequestException(
                "You tried to enable rotation on a secret that doesn't already have a Lambda "
                "function ARN configured and you didn't include such an ARN as a parameter in this "
                "call."
            )
        if not function_exists(function):
            raise ResourceNotFoundException(f"Resource not found for ARN '{function}'.")
        if not self.may_invoke(function, secret.arn):
            raise AccessDeniedError(
                "Secrets Manager cannot invoke the specified Lambda function. Ensure that the "
                "function policy grants access to the principal secretsmanager.amazonaws.com."
            )
        if rules:
            try:
                secret.schedule = Schedule.of(rules)
            except ScheduleError as error:
                raise InvalidParameterException(str(error)) from error
        secret.rotation_requested = secret.rotation_enabled = True
        secret.rotation_lambda_arn = function
        secret.scheduled_from = self.clock.now()

    def begin(self, secret: RotatingSecret, token: str, *, invoked_by: str) -> None:
        """Register the token as AWSPENDING, still without a value, and start its rotation."""
        if token not in secret.versions:
            secret.remove_version_stages_from_old_versions([PENDING])
            secret.versions[token] = {
                "createdate": int(datetime.now(self.clock.now().tzinfo).timestamp()),
                "version_id": token,
                "version_stages": [PENDING],
            }
        self.rotations.start(secret, token, invoked_by=invoked_by)

    def rotate_what_is_due(self) -> None:
        """Start the rotation of each secret whose window has opened on the clock."""
        now = self.clock.now()
        for secret in list(self.secrets.values()):
            if isinstance(secret, RotatingSecret) and self._is_due(secret, now):
                secret.scheduled_from = now
                token = unfinished(secret) or str(uuid.uuid4())
                self.begin(secret, token, invoked_by="schedule")

    def _is_due(self, secret: RotatingSecret, now: datetime) -> bool:
        due = secret.next_window()
        return (
            due is not None
            and due <= now
            and not secret.is_deleted()
            and not self.rotations.running(secret)
        )

    def _writable(self, secret_id: str) -> RotatingSecret:
        if not self._is_valid_identifier(secret_id):
            raise SecretNotFoundException
        secret = self.secrets[secret_id]
        if not isinstance(secret, RotatingSecret):
            raise OperationNotPermittedOnReplica
        if secret.is_deleted():
            raise InvalidRequestException(
                "You can't perform this operation on the secret because it was marked for deletion."
            )
        if secret.owning_service:
            raise InvalidRequestException(
                "The secret is managed by another service, and you must use that service to update "
                "it."
            )
        return secret


def function_exists(arn: str) -> bool:
    """Tell whether there is a function with an ARN."""
    try:
        _, _, _, region, account, *_ = arn.split(":")
        lambda_backends[account][region].get_function(arn)
    except (UnknownFunctionException, ValueError, KeyError):
        return False
    return True


def install(*, rotations: Rotations, may_invoke: MayInvoke) -> None:
    """Make moto use this Secrets Manager, and this kind of secret."""
    SecretsManager.clock = rotations.clock
    SecretsManager.rotations = rotations
    SecretsManager.may_invoke = staticmethod(may_invoke)
    replace(secretsmanager_backends, "backend", SecretsManager)
    replace(models, "FakeSecret", RotatingSecret)
