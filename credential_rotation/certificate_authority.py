"""Keys of certificates: the authorities', which sign, and the one that makes key pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from credential_rotation.keys import THIS_KEY, customer_managed_key
from credential_rotation.names import Names
from credential_rotation.roles import Grantee

SIGN = "kms:Sign"
PUBLIC_KEY = "kms:GetPublicKey"
MAKE_PAIR = "kms:GenerateDataKeyPair"

_CONTEXT = "kms:EncryptionContext:SecretARN"

_SPECS: Mapping[str, tuple[kms.KeySpec, str]] = MappingProxyType(
    {
        "ECC_NIST_P256": (kms.KeySpec.ECC_NIST_P256, "ECDSA_SHA_256"),
        "ECC_NIST_P384": (kms.KeySpec.ECC_NIST_P384, "ECDSA_SHA_384"),
        "RSA_2048": (kms.KeySpec.RSA_2048, "RSASSA_PKCS1_V1_5_SHA_256"),
        "RSA_3072": (kms.KeySpec.RSA_3072, "RSASSA_PKCS1_V1_5_SHA_256"),
        "RSA_4096": (kms.KeySpec.RSA_4096, "RSASSA_PKCS1_V1_5_SHA_256"),
    }
)
"""How a key of each kind signs, as in `lambdas/certificate/kms_authority.py`."""


@dataclass(frozen=True)
class AuthorityOptions:
    """An authority.

    Attributes:
        common_name: Its name, as it stands in certificates.
        days: How long its own certificate is valid.
        key_spec: The kind of its key, as KMS calls it.
        key_arn: ARN of a key to take instead of one of ours; empty for none.
    """

    common_name: str
    days: int = 3650
    key_spec: str = "ECC_NIST_P256"
    key_arn: str = ""


class AuthorityKey(Construct):
    """A key that signs certificates and never leaves KMS.

    Nobody else signs with it, whatever their own policies say: the key's policy names two roles,
    and an administrator of the key is not among them. It names them by a condition, so that each
    needs a permission of its own besides.

    Attributes:
        key: The key.
        ours: Whether the stack makes it. What an existing one allows, its owner says.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        names: Names,
        options: AuthorityOptions,
        signers: Sequence[str],
    ) -> None:
        """Create the key, or refer to one.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The authority's name.
            names: What its alias begins with.
            options: What the authority is like.
            signers: ARNs of the roles that sign with it.
        """
        super().__init__(scope, construct_id)
        self.ours = not options.key_arn
        spec, algorithm = _SPECS[options.key_spec]
        self._how = {} if options.key_arn else {"kms:SigningAlgorithm": algorithm}
        self._how["kms:MessageType"] = "RAW"
        self.key: kms.IKey = (
            kms.Key.from_key_arn(self, "Key", options.key_arn)
            if options.key_arn
            else customer_managed_key(
                self,
                alias=f"alias/{names.path}/certificate-authority-{name}",
                description=f"Signs certificates of {names.path} as the authority {name}",
                uses=list(self._uses(signers)),
                spec=spec,
            )
        )

    def _uses(self, signers: Sequence[str]) -> Sequence[iam.PolicyStatement]:
        return (
            iam.PolicyStatement(
                sid="SignedByItsFunctionsOnly",
                principals=[iam.AccountRootPrincipal()],
                actions=[SIGN],
                resources=[THIS_KEY],
                conditions={
                    "ArnEquals": {"aws:PrincipalArn": list(signers)},
                    "StringEquals": self._how,
                },
            ),
            iam.PolicyStatement(
                sid="ThePublicHalf",
                principals=[iam.AccountRootPrincipal()],
                actions=[PUBLIC_KEY],
                resources=[THIS_KEY],
            ),
        )

    def sign(self) -> iam.PolicyStatement:
        """What lets a role sign certificates with it."""
        return iam.PolicyStatement(
            actions=[SIGN],
            resources=[self.key.key_arn],
            conditions={"StringEquals": self._how},
        )

    def read(self) -> iam.PolicyStatement:
        """What lets a role read its public half."""
        return iam.PolicyStatement(actions=[PUBLIC_KEY], resources=[self.key.key_arn])


class PairKey(Construct):
    """A symmetric key under which KMS makes key pairs, each for one secret.

    KMS answers the private key in clear, and encrypted under this key; the second is let go. Nobody
    may decrypt with the key, so that it would be of no use to anybody.

    Attributes:
        key: The key.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        secrets: str,
        makers: Sequence[str],
    ) -> None:
        """Create the key.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its alias begins with.
            secrets: ARN of the secrets that pairs are for, with a wildcard.
            makers: ARNs of the roles that have pairs made.
        """
        super().__init__(scope, construct_id)
        self._secrets = secrets
        use = iam.PolicyStatement(
            sid="PairsForItsFunctionsOnly",
            principals=[iam.AccountRootPrincipal()],
            actions=[MAKE_PAIR],
            resources=[THIS_KEY],
            conditions={
                "ArnEquals": {"aws:PrincipalArn": list(makers)},
                "StringLike": {_CONTEXT: secrets},
            },
        )
        self.key = customer_managed_key(
            self,
            alias=f"alias/{names.path}/certificate-pairs",
            description=f"Makes the key pairs of certificates of {names.path}",
            uses=[use],
        )

    def make_pairs(self) -> iam.PolicyStatement:
        """What lets a role have pairs made, for the secrets of certificates alone."""
        return iam.PolicyStatement(
            actions=[MAKE_PAIR],
            resources=[self.key.key_arn],
            conditions={"StringLike": {_CONTEXT: self._secrets}},
        )


@dataclass(frozen=True)
class CertificateKeys:
    """All keys of certificates.

    Attributes:
        pairs: Makes key pairs.
        authorities: Sign certificates, by the authorities' names.
        issuer: Name of the one that signs new ones.
    """

    pairs: PairKey
    authorities: Mapping[str, AuthorityKey]
    issuer: str

    @property
    def ours(self) -> Sequence[kms.IKey]:
        """Those that the stack makes."""
        return [self.pairs.key, *(each.key for each in self.authorities.values() if each.ours)]

    def grant_issue(self, role: Grantee) -> None:
        """Let a role have key pairs made, and sign as the authority that signs today."""
        role.allow(self.pairs.make_pairs())
        role.allow(self.authorities[self.issuer].sign())
        for each in self.authorities.values():
            role.allow(each.read())

    def grant_found(self, role: Grantee) -> None:
        """Let a role sign the certificates of the other authorities themselves."""
        for name, each in self.authorities.items():
            if name != self.issuer:
                role.allow(each.sign())

    def ceiling(self) -> Sequence[iam.PolicyStatement]:
        """The most that a permissions boundary has to let roles do with them."""
        of_authorities = (
            statement
            for each in self.authorities.values()
            for statement in (each.sign(), each.read())
        )
        return [self.pairs.make_pairs(), *of_authorities]
