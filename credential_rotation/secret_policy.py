"""What may be done with a secret, and the policy that it carries."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from credential_rotation.keys import SecretsKey
from credential_rotation.roles import Grantee

READ = "secretsmanager:GetSecretValue"

WATCHED = "rotation-watch"
"""The tag by which the rotation watch finds a secret; its value is the secret's path."""

ANY_END = "-??????"
"""What Secrets Manager appends to a secret's name in its ARN, as policies name any.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html
"""

_WRITE = ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")

_CARRY_THE_VALUE = (READ, "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret")


class SecretPolicy(Construct):
    """Denials that hold for everyone in the account, whatever their own policies say.

    Nobody but the named roles reads the secret: not an administrator either, who would first have
    to change this policy, and be seen doing it. Nothing here allows anything.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        secret_arn: str,
        readers: Sequence[str],
        ours: str,
        endpoint_id: str | None,
    ) -> None:
        """Put the policy on a secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            secret_arn: The secret.
            readers: ARNs of the roles that may read it from the start.
            ours: The ARNs of all roles of the app, with a wildcard. Of these, none writes to the
                secret that was not admitted to, whatever its own policy says.
            endpoint_id: The only way to it for the roles of the network; None if the network has
                no endpoint, so that a session that was carried out of it is not told apart.
        """
        super().__init__(scope, construct_id)
        self._endpoint_id = endpoint_id
        self._readers = list(readers)
        self._others = iam.PolicyStatement(
            sid="ReadByNamedRolesOnly",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=[READ],
            resources=[secret_arn],
        )
        self._name_readers()
        self._writers: list[str] = []
        self._other_functions = iam.PolicyStatement(
            sid="WrittenByItsFunctionsOnly",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=list(_WRITE),
            resources=[secret_arn],
            conditions={"ArnLike": {"aws:PrincipalArn": ours}},
        )
        without_tls = iam.PolicyStatement(
            sid="TlsOnly",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=list(_CARRY_THE_VALUE),
            resources=[secret_arn],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )
        self._elsewhere = iam.PolicyStatement(
            sid="FromTheNetworkOnly",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            resources=[secret_arn],
            conditions={"StringNotEquals": {"aws:SourceVpce": endpoint_id}},
        )
        self._at_home: list[str] = []
        self._document = iam.PolicyDocument(
            statements=[without_tls, self._others, self._other_functions]
        )
        secretsmanager.CfnResourcePolicy(
            self,
            "Policy",
            secret_id=secret_arn,
            block_public_policy=True,
            resource_policy=self._document,
        )

    def admit(self, role_arn: str) -> None:
        """Take a role out of the denial. That it may read, its own policy has to say."""
        self._readers.append(role_arn)
        self._name_readers()

    def admit_writing(self, role_arn: str) -> None:
        """Take a role of ours out of the denial of writes. That it may, its own policy says."""
        self._writers.append(role_arn)
        self._other_functions.add_condition(
            "ArnNotEquals", {"aws:PrincipalArn": list(self._writers)}
        )

    def keep_in_the_network(self, role_arn: str, *, actions: Sequence[str]) -> None:
        """Deny what a role may do to its session if that was carried out of the network."""
        if self._endpoint_id is None:
            return
        if not self._at_home:
            self._document.add_statements(self._elsewhere)
        new = [each for each in actions if each not in self._elsewhere.actions]
        self._elsewhere.add_actions(*new)
        self._at_home.append(role_arn)
        self._elsewhere.add_condition("ArnEquals", {"aws:PrincipalArn": list(self._at_home)})

    def _name_readers(self) -> None:
        self._others.add_condition("ArnNotEquals", {"aws:PrincipalArn": list(self._readers)})


ROTATE = (
    "secretsmanager:DescribeSecret",
    READ,
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
)
"""What a rotation needs. Passwords are generated by the function itself."""


def allow_read(role: Grantee, arn: str) -> None:
    """Let a role read the version in use, and no other: it has to ask for AWSCURRENT."""
    role.allow(
        iam.PolicyStatement(
            actions=[READ],
            resources=[arn],
            conditions={"StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}},
        )
    )


def allow_rotate(role: Grantee, arn: str, *, function_arn: str, key: SecretsKey) -> None:
    """Let a function's role rotate a secret as long as the secret names that function.

    Args:
        role: The role.
        arn: The secret, or all of a path: what names another function stays out of reach.
        function_arn: The function.
        key: Encrypts them.
    """
    role.allow(
        iam.PolicyStatement(
            actions=list(ROTATE),
            resources=[arn],
            conditions={
                "ArnEquals": {"secretsmanager:resource/AllowRotationLambdaArn": function_arn}
            },
        )
    )
    key.grant_encrypt_decrypt(role, secret_arn=arn)
