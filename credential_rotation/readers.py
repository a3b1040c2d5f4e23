"""Letting somebody's roles read a secret of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from aws_cdk import Stack, Token
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from credential_rotation.errors import CannotGrantError
from credential_rotation.names import Names
from credential_rotation.platform import Platform
from credential_rotation.secret import RotatedSecret
from credential_rotation.secret_policy import READ
from credential_rotation.trail_rules import TrailRules, name_of

_FIELDS = ("username", "password", "engine", "host", "port", "dbname", "masterarn")

_ROLE = re.compile(r"arn:[^:]+:iam::\d{12}:role/[\w+=,.@/-]+")


def must_be_roles(scope: Construct, readers: Sequence[str]) -> None:
    """Refuses readers that a policy would name in vain.

    Args:
        scope: The credential.
        readers: ARNs of roles, also such as are known later.

    Raises:
        CannotGrantError: One is no ARN of a role, or they are no list.
    """
    for each in [readers] if isinstance(readers, str) else readers:
        known = not Token.is_unresolved(each)
        if isinstance(readers, str) or (known and not _ROLE.fullmatch(str(each))):
            raise CannotGrantError(
                f"readers of {scope.node.path} has {each!r}, and is a list of ARNs of roles such "
                "as arn:aws:iam::111122223333:role/orders. Let a role of the app read by "
                "grant_read."
            )


class Readers:
    """Who may read a secret, and is not unusual.

    Attributes:
        secret: The secret as the CDK's own constructs get it.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        platform: Platform,
        names: Names,
        secret: RotatedSecret,
        readers: Sequence[str],
    ) -> None:
        """Tell of reads by others.

        Args:
            scope: The credential.
            platform: Has the key and the topic.
            names: What the rule's name begins with.
            secret: The secret.
            readers: ARNs of roles that may read it already.
        """
        self._scope = scope
        self._platform = platform
        self._secret = secret
        self._fields: dict[str, ecs.Secret] = {}
        self._names = [name_of(arn) for arn in readers]
        self._know = TrailRules(
            scope, "Rules", names=names, topic=platform.topic, trail=None
        ).on_unusual_reads(secret.name, ours=platform.names, strangers=readers)
        self.secret = secretsmanager.Secret.from_secret_attributes(
            scope,
            "Fixed",
            secret_complete_arn=secret.arn,
            encryption_key=platform.secrets_key.key,
        )

    def grant(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let a role read the version in use, and no other: it has to ask for AWSCURRENT.

        Args:
            grantee: A role of this stack, or what has one, such as a function.

        Raises:
            CannotGrantError: It is no role, or one of another stack of the app.
        """
        self._admit(cast("iam.IRole", grantee.grant_principal))
        region = Stack.of(self._scope).region
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["kms:Decrypt"],
            resource_arns=[self._platform.secrets_key.key.key_arn],
            conditions={
                "StringEquals": {
                    "kms:ViaService": f"secretsmanager.{region}.amazonaws.com",
                    "kms:EncryptionContext:SecretARN": self._secret.arn,
                }
            },
        )
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=[READ],
            resource_arns=[self._secret.arn],
            conditions={"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}},
        )

    def for_container(self, field: str, task: ecs.TaskDefinition) -> ecs.Secret:
        """A field of the secret as a variable of a container.

        Args:
            field: A field of the secret's JSON.
            task: Whose execution role reads it.

        Raises:
            CannotGrantError: The execution role is of another stack, or there is no such field.
        """
        if field not in _FIELDS:
            raise CannotGrantError(
                f"{self._scope.node.path} has no field {field!r}, so that the container would not "
                f"start. It has {', '.join(_FIELDS)}."
            )
        self.grant(task.obtain_execution_role())
        construct_id = f"For{field}{task.node.addr[-6:]}"
        if construct_id not in self._fields:  # which another container of the task may have
            self._fields[construct_id] = ecs.Secret.from_secrets_manager_version(
                secretsmanager.Secret.from_secret_complete_arn(
                    self._scope, construct_id, self._secret.arn
                ),
                ecs.SecretVersionInfo(version_stage="AWSCURRENT"),
                field,
            )
        return self._fields[construct_id]

    def _admit(self, role: iam.IRole) -> None:
        """Take a role out of the denial of the secret's policy, and out of what is unusual."""
        path = self._scope.node.path
        arn, name = getattr(role, "role_arn", None), getattr(role, "role_name", None)
        if arn is None or name is None:
            raise CannotGrantError(
                f"{path} can be read by roles alone, because its policy names each of them: pass a "
                "role, or what has one."
            )
        if Stack.of(role) is not Stack.of(self._scope):
            raise CannotGrantError(
                f"{path} can't name the role {role.node.path}: it is of another stack, and each of "
                "the two would wait for the other. Put the credential into the application's "
                "stack; or give the role a fixed name, and pass its ARN in readers."
            )
        if name not in self._names:
            self._names.append(name)
            self._know(self._names)
            self._secret.policy.admit(arn)


class OthersReaders:
    """Who may read a secret of somebody else's, whose policy is not ours to change. See `Readers`.

    Attributes:
        secret: The secret.
    """

    def __init__(self, scope: Construct, secret: secretsmanager.ISecret) -> None:
        """Refer to the secret.

        Args:
            scope: The credential.
            secret: The secret.
        """
        self._scope = scope
        self.secret = secret

    def grant(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let a role read the version in use; the secret's own policy has to let it, too."""
        return self.secret.grant_read(grantee, ["AWSCURRENT"])

    def for_container(self, field: str, task: ecs.TaskDefinition) -> ecs.Secret:
        """A field of the secret as a variable of a container."""
        self.grant(task.obtain_execution_role())
        return ecs.Secret.from_secrets_manager_version(
            self.secret, ecs.SecretVersionInfo(version_stage="AWSCURRENT"), field
        )
