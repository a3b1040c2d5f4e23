"""A secret of somebody else's that functions of ours rotate, as long as it names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from aws_cdk import Stack, Token
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager

from credential_rotation.adoptable import key_of
from credential_rotation.roles import ServiceRole, at_most
from credential_rotation.secret_policy import ANY_END, READ, ROTATE

if TYPE_CHECKING:
    from credential_rotation.database import Database
    from credential_rotation.functions import PythonFunction

_END_LENGTH = 7


@dataclass(frozen=True, kw_only=True)
class AdoptedSecretOptions:
    """Which secret it is.

    Attributes:
        arn: Its ARN, with or without its random end.
        complete: Whether the ARN has that.
        name: Its name.
        identity: What tells it from another one at the synth: the ARN or else the name, if one of
            them is known.
        key_arn: ARN of the key that encrypts it; empty for AWS's own, `aws/secretsmanager`.
        function_arn: ARN of the function that rotates it, and gets it back; empty if none does.
    """

    arn: str
    complete: bool = True
    name: str
    identity: str
    key_arn: str = ""
    function_arn: str = ""

    @classmethod
    def named(cls, arn: str, *, key_arn: str, function_arn: str) -> Self:
        """The secret of an ARN in words, with its random end."""
        name = arn.rpartition(":")[2][:-_END_LENGTH]
        return cls(arn=arn, name=name, identity=arn, key_arn=key_arn, function_arn=function_arn)

    @classmethod
    def of(cls, secret: secretsmanager.ISecret, *, function_arn: str) -> Self:
        """A secret of the CDK's.

        Raises:
            UnknownKeyError: See `key_of`.
        """
        full = secret.secret_full_arn
        arn, name = full or secret.secret_arn, secret.secret_name
        known = [each for each in (arn, name) if not Token.is_unresolved(each)]
        return cls(
            arn=arn,
            complete=full is not None,
            name=name,
            # That of the construct changes when somebody moves it, which must not adopt it anew.
            identity=known[0] if known else secret.node.addr,
            key_arn=key_of(secret),
            function_arn=function_arn,
        )

    @property
    def pattern(self) -> str:
        """The ARN as policies name it."""
        return self.arn if self.complete else self.arn + ANY_END


class AdoptedSecret:
    """A secret of somebody else's. Neither its value nor its policy, key or tags are ours.

    Attributes:
        arn: Its ARN.
        name: Its name.
        pattern: Its ARN as policies name it.
    """

    def __init__(self, database: Database, options: AdoptedSecretOptions) -> None:
        """Refer to the secret.

        Args:
            database: Whose functions rotate it.
            options: Which secret it is.
        """
        self.arn = options.arn
        self.name = options.name
        self.pattern = options.pattern
        self._database = database
        self._key_arn = options.key_arn
        self._open_to_ours()

    def grant_read(self, role: ServiceRole) -> None:
        """Let a role of the database's read the version in use, and no other."""
        grown = self._database.adopted.allow(role, [READ], self.pattern)
        grown.add_condition("StringEquals", {"secretsmanager:VersionStage": "AWSCURRENT"})
        self._grant_key(role, ["kms:Decrypt"])

    def grant_rotate(self, function: PythonFunction) -> None:
        """Let a function rotate it, as long as it names that function."""
        grown = self._database.adopted.allow(function.role, ROTATE, self.pattern)
        grown.add_condition(
            "ArnEquals", {"secretsmanager:resource/AllowRotationLambdaArn": function.arn}
        )
        self._grant_key(function.role, ["kms:Decrypt", "kms:GenerateDataKey"])

    def admit_reader(self, role_arn: str) -> None:
        """Let a role of somebody else's through our way to it, where there is one."""
        self._database.platform.secrets_endpoint.admit(
            role_arn, actions=[READ], resource=self.pattern
        )

    def _open_to_ours(self) -> None:
        database, stack = self._database, Stack.of(self._database)
        database.platform.secrets_endpoint.admit(
            database.platform.names.roles(stack), actions=ROTATE, resource=self.pattern
        )
        database.adopted.widen_boundary(ROTATE, self.pattern)
        if self._key_arn:
            database.adopted.widen_boundary(("kms:Decrypt", "kms:GenerateDataKey"), self._key_arn)

    def _grant_key(self, role: ServiceRole, actions: Sequence[str]) -> None:
        if self._key_arn:
            self._database.adopted.allow_key(role, actions, self._key_arn, secret=self.pattern)


class AdoptedSecrets:
    """What the roles of a database may do with the secrets that it adopts.

    One statement for all of them: a policy has 6,144 characters.
    """

    def __init__(self, database: Database) -> None:
        """Begin without any.

        Args:
            database: The database.
        """
        self._database = database
        self._statements: dict[tuple[object, ...], iam.PolicyStatement] = {}
        self._secrets: dict[tuple[object, ...], list[str]] = {}

    def allow(self, role: ServiceRole, actions: Sequence[str], arn: str) -> iam.PolicyStatement:
        """Let a role do something with one more secret.

        Args:
            role: The role.
            actions: What.
            arn: The secret.

        Returns:
            The statement for all of them.
        """
        key = (role, *actions)
        if key not in self._statements:
            self._statements[key] = iam.PolicyStatement(actions=list(actions), resources=[arn])
            role.allow(self._statements[key])
        else:
            self._statements[key].add_resources(arn)
        return self._statements[key]

    def allow_key(
        self, role: ServiceRole, actions: Sequence[str], key_arn: str, *, secret: str
    ) -> None:
        """Let a role use a key for one more secret, through Secrets Manager.

        Args:
            role: The role.
            actions: What for.
            key_arn: The key.
            secret: ARN of the secret, which may have wildcards.
        """
        key = (role, key_arn, *actions)
        secrets = self._secrets.setdefault(key, [])
        secrets.append(secret)
        if key not in self._statements:
            region = Stack.of(self._database).region
            via = {"kms:ViaService": f"secretsmanager.{region}.amazonaws.com"}
            self._statements[key] = iam.PolicyStatement(
                actions=list(actions), resources=[key_arn], conditions={"StringEquals": via}
            )
            role.allow(self._statements[key])
        self._statements[key].add_condition(
            "StringLike", {"kms:EncryptionContext:SecretARN": list(secrets)}
        )

    def widen_boundary(self, actions: Sequence[str], arn: str) -> None:
        """Let the boundary allow the same."""
        key = ("boundary", *actions)
        if key not in self._statements:
            self._statements[key] = at_most("", actions, arn)
            self._database.widen_boundary(self._statements[key])
        elif arn not in self._statements[key].resources:
            self._statements[key].add_resources(arn)
