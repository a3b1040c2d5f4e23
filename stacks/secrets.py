"""The two secrets: the admin's and the application's."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.endpoints import SecretsEndpoint
from stacks.keys import SecretsKey
from stacks.role import ServiceRole
from stacks.settings import Password

READ = "secretsmanager:GetSecretValue"


class DatabaseSecret(Construct):
    """A credential of the database, encrypted, with a policy on who may read it at all.

    The L1 constructs, because the L2 adds wildcards to the key's policy and cannot block public
    policies. The secret has one policy document: a second one would silently replace the first.
    """

    # The JSON is AWS's: docs.aws.amazon.com/secretsmanager/latest/userguide/
    # reference_secret_json_structure.html

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        content: dict[str, str],
        password: Password,
        key: SecretsKey,
        endpoint: SecretsEndpoint,
        readers: list[str],
    ) -> None:
        """Create the secret with a generated password.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The secret's name.
            description: What the credential is for.
            content: What the secret holds besides the password.
            password: What the password looks like.
            key: Encrypts the secret.
            endpoint: The way to it from the network.
            readers: ARNs of roles that may read it and are not of this stack.
        """
        super().__init__(scope, construct_id)
        self._key = key
        self._endpoint = endpoint
        self._readers = list(readers)
        stack = Stack.of(self)
        secret = secretsmanager.CfnSecret(
            self,
            "Secret",
            name=name,
            description=description,
            kms_key_id=key.key.key_arn,
            generate_secret_string=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                secret_string_template=stack.to_json_string(content),
                generate_string_key="password",
                password_length=password.length,
                exclude_punctuation=True,
                exclude_characters=password.exclude_characters or None,
            ),
        )
        self.name = name
        self.arn = secret.ref
        self._others = iam.PolicyStatement(
            sid="ReadByNamedRolesOnly",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=[READ],
            resources=[self.arn],
        )
        self._name_readers()
        self.policy = secretsmanager.CfnResourcePolicy(
            self,
            "Policy",
            secret_id=self.arn,
            block_public_policy=True,
            resource_policy=iam.PolicyDocument(statements=[self._without_tls(), self._others]),
        )

    def attach(self, *, instance_identifier: str) -> None:
        """Add the host, the port and the name of a database to the secret."""
        self.attachment = secretsmanager.CfnSecretTargetAttachment(
            self,
            "Attachment",
            secret_id=self.arn,
            target_id=instance_identifier,
            target_type="AWS::RDS::DBInstance",
        )

    def grant_read(self, role: ServiceRole) -> None:
        """Let a role read every version."""
        role.allow(iam.PolicyStatement(actions=[READ], resources=[self.arn]))
        self._admit(role, actions=[READ])
        self._key.grant_decrypt(role, secret_arn=self.arn)

    def grant_read_current(self, role: ServiceRole) -> None:
        """Let a role read the version in use alone: it has to ask for AWSCURRENT by name."""
        role.allow(
            iam.PolicyStatement(
                actions=[READ],
                resources=[self.arn],
                conditions={"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}},
            )
        )
        self._admit(role, actions=[READ])
        self._key.grant_decrypt(role, secret_arn=self.arn)

    def grant_rotate(self, role: ServiceRole, *, function_arn: str) -> None:
        """Let a function's role rotate the secret, as long as the secret names that function."""
        actions = [
            "secretsmanager:DescribeSecret",
            READ,
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ]
        role.allow(
            iam.PolicyStatement(
                actions=actions,
                resources=[self.arn],
                conditions={
                    "ArnEquals": {"secretsmanager:resource/AllowRotationLambdaArn": function_arn}
                },
            )
        )
        self._admit(role, actions=actions)
        self._key.grant_encrypt_decrypt(role, secret_arn=self.arn)

    def _admit(self, role: ServiceRole, *, actions: list[str]) -> None:
        self._endpoint.allow(role.arn, actions=actions, secret_arn=self.arn)
        self._readers.append(role.arn)
        self._name_readers()

    def _name_readers(self) -> None:
        self._others.add_condition("ArnNotEquals", {"aws:PrincipalArn": list(self._readers)})

    def _without_tls(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid="TlsOnly",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
            resources=[self.arn],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )
