"""A secret that is rotated, and secrets that are read."""

from collections.abc import Sequence
from typing import Protocol

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from credential_rotation.platform import Platform
from credential_rotation.roles import ServiceRole
from credential_rotation.secret_policy import ANY_END, READ, ROTATE, SecretPolicy, allow_read


class ReadableSecret(Protocol):
    """A secret that functions of ours read."""

    arn: str

    def grant_read(self, role: ServiceRole) -> None:
        """Let a role read the version in use, and no other."""


class RotatedSecret(Construct):
    """A secret, encrypted, with a policy on who may read it at all.

    The L1 constructs, because the L2 adds wildcards to the key's policy and cannot block public
    policies. The secret has one policy document: a second one would silently replace the first.

    Attributes:
        name: Its name.
        arn: Its ARN.
        policy: Who may read it at all.
        strangers: ARNs of the roles that may read it and are not below the path of ours.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        resource_id: str,
        description: str,
        text: str | None = None,
        generated: secretsmanager.CfnSecret.GenerateSecretStringProperty | None = None,
        platform: Platform,
        deployers: Sequence[str] = (),
        readers: Sequence[str] = (),
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The secret's name.
            resource_id: The name of the resource within this one.
            description: What the credential is for.
            text: What it holds at first, if that is no secret.
            generated: What is generated for it at first.
            platform: Has the key that encrypts it, and the way to it.
            deployers: ARNs of roles that deploy and have to read it, from outside of the network.
            readers: ARNs of roles that may read it and are not of this app.
        """
        super().__init__(scope, construct_id)
        self.name = name
        self._key = platform.secrets_key
        secret = secretsmanager.CfnSecret(
            self,
            resource_id,
            name=name,
            description=description,
            kms_key_id=self._key.key.key_arn,
            secret_string=text,
            generate_secret_string=generated,
        )
        self.arn = secret.ref
        self.strangers = [*deployers, *readers]
        self.policy = SecretPolicy(
            self,
            "Policy",
            secret_arn=self.arn,
            readers=self.strangers,
            ours=platform.names.roles(Stack.of(self)),
            endpoint_id=platform.secrets_endpoint.id,
        )
        for reader in readers:
            platform.admit_reader(reader)

    @property
    def path(self) -> str:
        """The part of its name that it has in common with the others of one alarm."""
        return self.name.rpartition("/")[0]

    def grant_read(self, role: ServiceRole) -> None:
        """Let a role read the version in use, and no other: it has to ask for AWSCURRENT."""
        allow_read(role, self.arn)
        self._key.grant_decrypt(role, secret_arn=self.arn)
        self.admit_reader(role)

    def admit_reader(self, role: ServiceRole) -> None:
        """Take a role out of the denial that may read the secrets of its path already."""
        self.policy.admit(role.arn)
        self.policy.keep_in_the_network(role.arn, actions=[READ])

    def admit_put(self, role: ServiceRole) -> None:
        """Take a role that may read it out of the denial of writes, to put another value in."""
        self.policy.admit_writing(role.arn)
        self.policy.keep_in_the_network(role.arn, actions=["secretsmanager:PutSecretValue"])

    def admit_person(self, role_arn: str) -> None:
        """Take a role that people take on out of the denial; it does not have to exist yet.

        That it may read, its own policy has to say: it is of another stack, and each of the two
        stacks would wait for the other if this one named the role.
        """
        self.policy.admit(role_arn)
        self.strangers.append(role_arn)

    def admit_rotator(self, role: ServiceRole) -> None:
        """Take the role that rotates it out of the denial. What it may, see `allow_rotate`."""
        self.policy.admit(role.arn)
        self.policy.admit_writing(role.arn)
        self.policy.keep_in_the_network(role.arn, actions=ROTATE)


class ExistingSecret:
    """A secret of somebody else's that functions of ours read. Its own policy has to let them.

    Attributes:
        arn: Its ARN.
    """

    def __init__(self, scope: Construct, *, arn: str, key_arn: str) -> None:
        """Refer to the secret.

        Args:
            scope: Anything in the stack whose functions read it.
            arn: Its ARN, with the random end, or with what stands for any.
            key_arn: ARN of the key that encrypts it; empty for AWS's own, `aws/secretsmanager`.
        """
        self.arn = arn
        self._key_arn = key_arn
        self._region = Stack.of(scope).region

    def grant_read(self, role: ServiceRole) -> None:
        """Let a role read the version in use, and no other: it has to ask for AWSCURRENT."""
        allow_read(role, self.arn)
        if self._key_arn:
            operator = "StringLike" if self.arn.endswith(ANY_END) else "StringEquals"
            role.allow(
                iam.PolicyStatement(
                    actions=["kms:Decrypt"],
                    resources=[self._key_arn],
                    conditions={
                        operator: {
                            "kms:ViaService": f"secretsmanager.{self._region}.amazonaws.com",
                            "kms:EncryptionContext:SecretARN": self.arn,
                        }
                    },
                )
            )
