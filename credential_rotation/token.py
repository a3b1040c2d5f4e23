"""A token whose issuer accepts two at once: its secret, and the functions that rotate it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from aws_cdk import Duration, RemovalPolicies
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from credential_rotation import metrics
from credential_rotation.alarms import Alarms
from credential_rotation.bundle import Bundle
from credential_rotation.functions import Placement, PythonFunction, run_every
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.names import Names
from credential_rotation.platform import Platform
from credential_rotation.roles import ServiceRole
from credential_rotation.rotation import Credential, RotationRules, permit_rotation, rotate
from credential_rotation.secret import RotatedSecret
from credential_rotation.secret_policy import READ, allow_rotate

TIMEOUT = Duration.seconds(90)
"""A step waits 60 seconds for the issuer at most, and a call that it begins then takes 13."""

WINDOW = "3h"
"""How long after midnight (UTC) the rotation may start."""

REAPED_EVERY = Duration.hours(6)

_MARK = "secretsmanager:UpdateSecretVersionStage"
_FILL = (READ, "secretsmanager:PutSecretValue", _MARK)

_KNOWN_LABELS = ["ATTEMPTED", "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "INTENT"]
"""Of the versions that say what a token is."""


@dataclass(frozen=True)
class TokenLives:
    """How long tokens live, in days.

    Attributes:
        interval_days: Between two rotations.
        grace_days: That the token before keeps working after a rotation.
        rest_days: That it is kept suspended afterwards, where the issuer can suspend.
        notice_days: That people have to mend a rotation that fails.
        limit_days: That no active token gets older than, as long as rotations succeed.
    """

    interval_days: int
    grace_days: int
    rest_days: int
    notice_days: int
    limit_days: int

    def environment(self) -> dict[str, str]:
        """What the functions read."""
        return {
            "GRACE_DAYS": str(self.grace_days),
            "REST_DAYS": str(self.rest_days),
            "NOTICE_DAYS": str(self.notice_days),
            "LIMIT_DAYS": str(self.limit_days),
        }


class TokenSecret(RotatedSecret):
    """A secret that holds a token.

    At first it holds what is not about the token: that is put in by a function, so that no template
    and no stack ever has it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        name: str,
        description: str,
        text: str,
        readers: Sequence[str],
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            platform: What encrypts it, and the way to it.
            name: Its name.
            description: What it is for.
            text: Its content without the token, a JSON object.
            readers: ARNs of roles that may read it and are not of this stack.
        """
        super().__init__(
            scope,
            construct_id,
            name=name,
            resource_id="Secret",
            description=description,
            text=text,
            platform=platform,
            readers=readers,
        )

    def grant_rotate_from_outside(self, role: ServiceRole, *, function_arn: str) -> None:
        """Let a function outside of the network rotate the secret, if the secret names it."""
        allow_rotate(role, self.arn, function_arn=function_arn, key=self._key)
        self.policy.admit(role.arn)
        self.policy.admit_writing(role.arn)

    def grant_fill(self, role: ServiceRole) -> None:
        """Let a role put the first token in."""
        role.allow(iam.PolicyStatement(actions=list(_FILL), resources=[self.arn]))
        self._key.grant_encrypt_decrypt(role, secret_arn=self.arn)
        self.policy.admit(role.arn)
        self.policy.admit_writing(role.arn)

    def grant_know(self, role: ServiceRole, *, by_id: bool = False) -> None:
        """Let a role read which version holds which token.

        Args:
            role: The role.
            by_id: Whether it looks versions up by their ids, and marks the one whose token it
                revoked.
        """
        role.allow(
            iam.PolicyStatement(actions=["secretsmanager:DescribeSecret"], resources=[self.arn])
        )
        labels = {"StringEquals": {"secretsmanager:VersionStage": _KNOWN_LABELS}}
        role.allow(
            iam.PolicyStatement(
                actions=[READ],
                resources=[self.arn],
                conditions=None if by_id else labels,
            )
        )
        self._key.grant_decrypt(role, secret_arn=self.arn)
        self.policy.admit(role.arn)
        if by_id:
            role.allow(iam.PolicyStatement(actions=[_MARK], resources=[self.arn]))
            self.policy.admit_writing(role.arn)


class IssuerAccess(Protocol):
    """What lets functions use the issuer of tokens."""

    def grant_issue(self, role: ServiceRole) -> None:
        """Let a role have tokens issued, and take one back."""

    def grant_end(self, role: ServiceRole) -> None:
        """Let a role end tokens."""


@dataclass(frozen=True)
class TokenCode:
    """The functions' code.

    Attributes:
        package: Its folder, whose module `handler` has the entry points `handler`, `first` and
            `reaper`.
        noun: How its tokens are called in descriptions, such as `access key`.
        environment: Variables besides those of all functions of tokens.
        placement: Where in a network the functions run; outside of one if left out.
        by_id: Whether the reaper looks versions up by their ids: where tokens have names, or the
            issuer does not tell which there are.
        authorities: What the functions trust instead of the authorities that the library ships.
    """

    package: str
    noun: str
    environment: Mapping[str, str] = field(default_factory=dict)
    placement: Placement | None = None
    by_id: bool = True
    authorities: Path | None = None


class TokenRotation:
    """The function that rotates a token, the one that has the first one issued, and the reaper.

    When the stack or the setting goes, the tokens go first: nothing would rotate them any more.

    Attributes:
        function: What rotates the secret.
        reaper: What ends tokens that were replaced, and measures how old the others are.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        platform: Platform,
        names: Names,
        code: TokenCode,
        lives: TokenLives,
        secret: TokenSecret,
        issuer: IssuerAccess,
        after: Sequence[IDependable] = (),
    ) -> None:
        """Create the functions, and rotate.

        Args:
            scope: The parent of all of it, which it makes go with its setting.
            platform: Keys, and what answers CloudFormation.
            names: What the functions' names begin with.
            code: Of the functions.
            lives: How long tokens live.
            secret: What holds the token.
            issuer: What the functions need besides.
            after: What has to exist before the first token is issued.
        """
        self._platform, self._names, self._code = platform, names, code
        self._lives, self._secret, self._issuer = lives, secret, issuer
        first = self._first(scope, after)
        self.function = self._function(
            scope,
            "Rotation",
            name="rotation",
            description=f"Rotates the secret {secret.name}",
            handler="handler",
        )
        issuer.grant_issue(self.function.role)
        secret.grant_rotate_from_outside(self.function.role, function_arn=self.function.arn)
        rotate(
            scope,
            secret=secret,
            secret_id=secret.arn,
            function=self.function,
            rules=RotationRules(f"rate({lives.interval_days} days)", WINDOW),
            after=[permit_rotation(self.function, secrets=secret.arn), first],
        )
        self.reaper = self._reaper(scope)
        # It comes and goes with a setting: what stays would be in the way of its next one, and a
        # secret whose token was revoked is worth nothing.
        RemovalPolicies.of(scope).destroy(
            apply_to_resource_types=["AWS::Logs::LogGroup", "AWS::SecretsManager::Secret"]
        )

    def group(self, credential_id: str, *credentials: Credential) -> CredentialGroup:
        """What watches it.

        Args:
            credential_id: What its alarms are called after.
            credentials: The credential.
        """
        return CredentialGroup(
            id=credential_id,
            names=self._names,
            secrets=self._secret.name,
            credentials=list(credentials),
            strangers=self._secret.strangers,
            helpers=[self.reaper],
            further_alarms=self._ring,
        )

    def _first(self, scope: Construct, after: Sequence[IDependable]) -> IDependable:
        """A token for a secret that holds none yet, issued by a function, not CloudFormation."""
        first = Construct(scope, "First")
        function = self._function(
            first,
            "Function",
            name="users",
            description=f"Makes the first {self._code.noun} of the secret {self._secret.name}",
            handler="first",
        )
        self._issuer.grant_issue(function.role)
        self._secret.grant_fill(function.role)
        return self._platform.custom_resources.make(
            first,
            "Made",
            kind="FirstToken",
            function=function.arn,
            properties={"SecretArn": self._secret.arn},
            after=[*after, self._secret.policy, *function.ready],
        )

    def _reaper(self, scope: Construct) -> PythonFunction:
        reaper = Construct(scope, "Reaper")
        function = self._function(
            reaper,
            "Function",
            name="reaper",
            description=f"Ends each {self._code.noun} that was replaced",
            handler="reaper",
            SECRET_ID=self._secret.arn,
        )
        self._issuer.grant_end(function.role)
        self._secret.grant_know(function.role, by_id=self._code.by_id)
        run_every(
            reaper,
            function,
            REAPED_EVERY,
            description=f"Ends the life of each {self._code.noun} that was replaced",
            target="Reaper",
        )
        return function

    def _function(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        handler: str,
        **environment: str,
    ) -> PythonFunction:
        return PythonFunction(
            scope,
            construct_id,
            names=self._names,
            name=name,
            description=description,
            bundle=Bundle(self._code.package, authorities=self._code.authorities),
            handler=f"{self._code.package}.handler.{handler}",
            key=self._platform.data_key,
            placement=self._code.placement,
            timeout=TIMEOUT,
            environment={
                **self._lives.environment(),
                **self._code.environment,
                **environment,
            },
        )

    def _ring(self, alarms: Alarms) -> None:
        noun, dimensions = self._code.noun, {"service": self.reaper.name}
        alarms.ring(
            "late",
            metrics.largest("Late", period=Duration.days(1), **dimensions),
            f"The {noun} of the secret {self._secret.name} has to be replaced within the days that "
            "people were promised (notice_days), or the reaper that measures it has stopped.",
            silence=True,
        )
        alarms.ring(
            "strange",
            metrics.largest("StrangeTokens", period=Duration.days(1), **dimensions),
            f"There is a {noun} that no version of the secret {self._secret.name} holds. Nothing "
            "touches it, and it may keep the next rotation from making one.",
        )
