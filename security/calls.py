"""Calls of AWS's API as intents: one for each permission that a call needs.

Which permissions those are and which condition keys their requests have:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from security.identifiers import ACCOUNT, REGION
from security.intent import Context, Intent
from security.parts import Parts
from security.principals import Principal

VIA_SECRETS = f"secretsmanager.{REGION}.amazonaws.com"
_WRITES = frozenset({"PutSecretValue", "UpdateSecret"})
_READS = frozenset({"GetSecretValue"})


@dataclass(frozen=True)
class Calls:
    """Calls about the parts of a deployment.

    Attributes:
        parts: What people have names for.
    """

    parts: Parts

    def secret(
        self,
        who: Principal,
        operation: str,
        secret: str,
        what: str,
        *,
        endpoint: str | None = None,
        **parameters: str,
    ) -> list[Intent]:
        """A call of Secrets Manager about a secret, with the use of the key that it implies.

        https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html

        Args:
            who: Who calls.
            operation: Such as `GetSecretValue`.
            secret: The secret's ARN.
            what: What for.
            endpoint: The service of the VPC endpoint on the way; empty if there is none; the usual
                way of whoever calls if left out.
            parameters: Those that condition keys hold, such as `VersionStage`.
        """
        call = self.secret_alone(who, operation, secret, what, endpoint=endpoint, **parameters)
        if not self.parts.key_of(secret):
            return [call]
        return [call, *(self.key(who, each, secret, what) for each in _key_actions(operation))]

    def secret_alone(
        self,
        who: Principal,
        operation: str,
        secret: str,
        what: str,
        *,
        endpoint: str | None = None,
        **parameters: str,
    ) -> Intent:
        """The permission on the secret itself that such a call needs."""
        context = {f"secretsmanager:{name}": value for name, value in parameters.items()}
        if secret in self.parts.rotators:
            rotator = self.parts.rotators[secret]
            context["secretsmanager:resource/AllowRotationLambdaArn"] = rotator
        return Intent(
            what=what,
            who=who,
            action=f"secretsmanager:{operation}",
            resource=secret,
            context={"secretsmanager:SecretId": secret, **context},
            endpoint=self.parts.way_of(who) if endpoint is None else endpoint,
        )

    def key(self, who: Principal, action: str, secret: str, what: str, **context: str) -> Intent:
        """What Secrets Manager asks of a secret's key, in the caller's name."""
        return Intent(
            what=what,
            who=who,
            action=action,
            resource=self.parts.key_of(secret),
            context={**_ciphertext_of(secret), "kms:ViaService": VIA_SECRETS, **context},
            by_service=VIA_SECRETS,
        )

    def key_directly(self, who: Principal, action: str, secret: str, what: str) -> Intent:
        """The same without Secrets Manager."""
        return Intent(
            what=what,
            who=who,
            action=action,
            resource=self.parts.key_of(secret),
            context=_ciphertext_of(secret),
        )


def _key_actions(operation: str) -> tuple[str, ...]:
    if operation in _WRITES:
        return ("kms:GenerateDataKey", "kms:Decrypt")
    return ("kms:Decrypt",) if operation in _READS else ()


def _ciphertext_of(secret: str) -> Mapping[str, str | tuple[str, ...]]:
    context: Context = {
        "kms:CallerAccount": ACCOUNT,
        "kms:EncryptionContext:SecretARN": secret,
        "kms:EncryptionContext:SecretVersionId": "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE",
        "kms:EncryptionContextKeys": ("SecretARN", "SecretVersionId"),
    }
    return context


def assume(service: str, role: Principal, what: str, **context: str) -> Intent:
    """A service takes a role on."""
    return Intent(
        what=what,
        who=Principal.service(service),
        action="sts:AssumeRole",
        resource=role.role_arn,
        context={f"aws:{key}": value for key, value in context.items()},
    )


def invoke(service: str, function: str, source: str, account: str, what: str) -> Intent:
    """A service invokes a function on behalf of one of its resources.

    Args:
        service: Such as `secretsmanager.amazonaws.com`.
        function: The function's ARN.
        source: ARN of the resource.
        account: The account that owns the resource.
        what: What for.
    """
    return Intent(
        what=what,
        who=Principal.service(service),
        action="lambda:InvokeFunction",
        resource=function,
        context={"aws:SourceArn": source, "aws:SourceAccount": account},
    )
