"""The policy that a secret carries."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

READ = "secretsmanager:GetSecretValue"

_CARRY_THE_VALUE = (READ, "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret")


class SecretPolicy(Construct):
    """Denials that hold for everyone in the account, whatever their own policies say.

    Nobody but the named roles reads the secret: not an administrator either, who would first have
    to change this policy, and be seen doing it. Nothing here allows anything.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, secret_arn: str, readers: Sequence[str]
    ) -> None:
        """Put the policy on a secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            secret_arn: The secret.
            readers: ARNs of the roles that may read it from the start.
        """
        super().__init__(scope, construct_id)
        self._readers = list(readers)
        self._others = iam.PolicyStatement(
            sid="ReadByNamedRolesOnly",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=[READ],
            resources=[secret_arn],
        )
        self._name_readers()
        without_tls = iam.PolicyStatement(
            sid="TlsOnly",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=list(_CARRY_THE_VALUE),
            resources=[secret_arn],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )
        secretsmanager.CfnResourcePolicy(
            self,
            "Policy",
            secret_id=secret_arn,
            block_public_policy=True,
            resource_policy=iam.PolicyDocument(statements=[without_tls, self._others]),
        )

    def admit(self, role_arn: str) -> None:
        """Take a role out of the denial. That it may read, its own policy has to say."""
        self._readers.append(role_arn)
        self._name_readers()

    @property
    def readers(self) -> list[str]:
        """ARNs of the roles that are out of the denial by now."""
        return list(self._readers)

    def _name_readers(self) -> None:
        self._others.add_condition("ArnNotEquals", {"aws:PrincipalArn": self.readers})
