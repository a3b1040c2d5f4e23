"""The policy that a secret carries."""

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.endpoints import SecretsEndpoint

READ = "secretsmanager:GetSecretValue"

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
        endpoint: SecretsEndpoint,
    ) -> None:
        """Put the policy on a secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            secret_arn: The secret.
            readers: ARNs of the roles that may read it from the start.
            endpoint: The only way to it for the roles of the network.
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
        self._elsewhere = iam.PolicyStatement(
            sid="FromTheNetworkOnly",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            resources=[secret_arn],
            conditions={"StringNotEquals": {"aws:SourceVpce": endpoint.id}},
        )
        self._at_home: list[str] = []
        self._document = iam.PolicyDocument(statements=[without_tls, self._others])
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

    def keep_in_the_network(self, role_arn: str, *, actions: Sequence[str]) -> None:
        """Deny what a role may do to its session if that was carried out of the network."""
        if not self._at_home:
            self._document.add_statements(self._elsewhere)
        new = [each for each in actions if each not in self._elsewhere.actions]
        self._elsewhere.add_actions(*new)
        self._at_home.append(role_arn)
        self._elsewhere.add_condition("ArnEquals", {"aws:PrincipalArn": list(self._at_home)})

    @property
    def readers(self) -> list[str]:
        """ARNs of the roles that are out of the denial by now."""
        return list(self._readers)

    def _name_readers(self) -> None:
        self._others.add_condition("ArnNotEquals", {"aws:PrincipalArn": self.readers})
