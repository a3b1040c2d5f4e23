"""Certificates that renew themselves, signed by an authority whose key never leaves KMS."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import CfnOutput, CustomResource, Duration, Fn, RemovalPolicies, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from credential_rotation import metrics
from credential_rotation.alarms import Alarms
from credential_rotation.bundle import Bundle
from credential_rotation.certificate_authority import (
    AuthorityKey,
    AuthorityOptions,
    CertificateKeys,
    PairKey,
)
from credential_rotation.custom_resources import MAKERS
from credential_rotation.functions import TRACES, PythonFunction, role_of
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.names import Names, arn_of, pascal
from credential_rotation.platform import Platform
from credential_rotation.roles import Boundary, ServiceRole, at_most
from credential_rotation.rotation import RotationRules, permit_rotation, rotate
from credential_rotation.secret import RotatedSecret
from credential_rotation.secret_policy import ROTATE, allow_rotate
from credential_rotation.trail_rules import TrailRules

HOME = "certificates"
"""What the names of all that is about certificates begin with."""

ROTATOR = "rotation"
"""The end of the name of the function that renews certificates."""

TIMEOUT = Duration.seconds(45)
"""A step waits 20 seconds at most, and a call that it begins then takes 13."""

READ_PARAMETER = "ssm:GetParameter"


@dataclass(frozen=True, kw_only=True)
class CertificateOptions:
    """A certificate.

    Attributes:
        dns_names: Host names.
        addresses: IP addresses.
        common_name: The subject's name; empty for none.
        usages: `server`, `client` or both.
        days: How long it is valid.
        key_spec: The kind of its key pair, as KMS calls it.
        rules: When it is renewed.
        readers: ARNs of roles that may read its secret and are not of this app.
    """

    dns_names: Sequence[str] = ()
    addresses: Sequence[str] = ()
    common_name: str = ""
    usages: Sequence[str] = ("server",)
    days: int = 90
    key_spec: str = "ECC_NIST_P256"
    rules: RotationRules
    readers: Sequence[str] = ()

    def declaration(self) -> dict[str, object]:
        """As `lambdas/certificate/declaration.py` reads it."""
        return {
            "common_name": self.common_name,
            "dns_names": list(self.dns_names),
            "addresses": list(self.addresses),
            "usages": list(self.usages),
            "days": self.days,
            "key_spec": self.key_spec,
        }


class CertificateSecret(RotatedSecret):
    """A certificate with its key.

    At first it holds the certificate's name alone, which never changes: all else is put in by a
    function, so that no template and no stack ever has the key.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        platform: Platform,
        readers: Sequence[str],
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            name: The certificate's name.
            platform: What its name begins with, and what encrypts it.
            readers: ARNs of roles that may read it and are not of this app.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{platform.names.path}/{HOME}/{name}",
            resource_id="Secret",
            description=f"Certificate {name}, with its key",
            text=json.dumps({"CertificateName": name}),
            platform=platform,
            readers=readers,
        )

    def admit_functions(self, *roles: ServiceRole) -> None:
        """Take the functions' roles out of the denials. What they may, their own policies say."""
        for role in roles:
            self.policy.admit(role.arn)
            self.policy.admit_writing(role.arn)


class Certificate(Construct):
    """A certificate's secret, its first certificate and its renewal. Also see `Credential`."""

    strategy = "certificate"

    def __init__(
        self, scope: "Certificates", construct_id: str, *, name: str, options: CertificateOptions
    ) -> None:
        """Create all of it.

        Args:
            scope: What certificates share.
            construct_id: The name within the parent.
            name: The certificate's name.
            options: What it is like.
        """
        super().__init__(scope, construct_id)
        self.id = f"Certificate{pascal(name)}"
        self.function = scope.function
        self.secret = CertificateSecret(
            self, "Secret", name=name, platform=scope.platform, readers=options.readers
        )
        self.secret.admit_functions(scope.function.role, scope.maker.role)
        first = scope.platform.custom_resources.make(
            self,
            "First",
            kind="Certificate",
            function=scope.maker.arn,
            properties={
                "SecretArn": self.secret.arn,
                # What it is made of: CloudFormation asks for another one when that has changed.
                "Declaration": json.dumps(options.declaration(), sort_keys=True),
                "Issuer": scope.keys.issuer,
                "TrustedCertificates": scope.parameter.value,
            },
            after=[scope.parameter, self.secret.policy, *scope.maker.ready],
        )
        rotate(
            self,
            secret=self.secret,
            secret_id=self.secret.arn,
            function=self.function,
            rules=options.rules,
            after=[scope.permission, first],
        )


class Certificates(Construct):
    """Authorities, the functions that make certificates, and the certificates.

    Attributes:
        platform: What it shares with others.
        keys: All keys of certificates.
        function: What renews certificates.
        maker: What makes first ones, and those of the authorities themselves.
        parameter: The certificates of the authorities, which everyone may read.
        permission: What lets Secrets Manager call `function`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: Platform,
        authorities: Mapping[str, AuthorityOptions],
        issuer: str,
        certificates: Mapping[str, CertificateOptions],
    ) -> None:
        """Create all of it.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            platform: What names begin with, and what it shares with others.
            authorities: Whom peers trust, by names.
            issuer: Which of them signs.
            certificates: The certificates, by names.
        """
        super().__init__(scope, construct_id)
        self.platform = platform
        self._names = platform.names.within(HOME)
        self._certificates = certificates
        self._path = self._names.secrets(Stack.of(self))
        self._roles = [role_of(Stack.of(self), self._own, each) for each in (ROTATOR, MAKERS)]
        self.keys = self._keys(authorities, issuer)
        Boundary(
            self,
            "Boundary",
            path=platform.names.path,
            given=platform.options.boundary,
            ceiling=list(self._ceiling()),
        )
        self.maker = self._function("Maker", MAKERS, "Makes first certificates", "first")
        self.keys.grant_found(self.maker.role)
        self._grant_fill(self.maker.role)
        self.function = self._function("Rotation", ROTATOR, "Renews certificates", "handler")
        allow_rotate(
            self.function.role,
            self._path,
            function_arn=self.function.arn,
            key=platform.secrets_key,
        )
        self.permission = permit_rotation(self.function, secrets=self._path)
        self.parameter = self._trust(authorities)
        self.credentials = [
            Certificate(self, pascal(name), name=name, options=options)
            for name, options in certificates.items()
        ]
        self._notice()
        # They come and go with settings: what stays would be in the way of the next ones.
        RemovalPolicies.of(self).destroy(
            apply_to_resource_types=["AWS::Logs::LogGroup", "AWS::SecretsManager::Secret"]
        )
        CfnOutput(
            Stack.of(self),
            "CertificateAuthoritiesParameterName",
            value=self.parameter.ref,
            description="Parameter of Systems Manager with the certificates that peers trust",
        )

    @property
    def group(self) -> CredentialGroup:
        """What watches them."""
        return CredentialGroup(
            id="Certificates",
            names=self._names,
            secrets=f"{self._names.path}/",
            credentials=self.credentials,
            strangers=[role for each in self.credentials for role in each.secret.strangers],
            helpers=[self.maker],
            further_alarms=self._ring,
        )

    @property
    def _own(self) -> Names:
        """The names of functions: with the platform's path, as all roles have."""
        return Names(prefix=self._names.prefix, path=self.platform.names.path)

    def _keys(self, authorities: Mapping[str, AuthorityOptions], issuer: str) -> CertificateKeys:
        names = self.platform.names
        return CertificateKeys(
            PairKey(self, "Pairs", names=names, secrets=self._path, makers=self._roles),
            {
                name: AuthorityKey(
                    self,
                    f"Authority{pascal(name)}",
                    name=name,
                    names=names,
                    options=options,
                    signers=self._roles,
                )
                for name, options in authorities.items()
            },
            issuer,
        )

    def _function(
        self, construct_id: str, name: str, description: str, handler: str
    ) -> PythonFunction:
        """A function outside of the network, which has no way to KMS, and is to have none."""
        declared = {name: each.declaration() for name, each in self._certificates.items()}
        keys = {name: each.key.key_arn for name, each in self.keys.authorities.items()}
        function = PythonFunction(
            self,
            construct_id,
            names=self._own,
            name=name,
            description=f"{description} of {self.platform.names.path}",
            bundle=Bundle("certificate"),
            handler=f"certificate.handler.{handler}",
            key=self.platform.data_key,
            placement=None,
            timeout=TIMEOUT,
            environment={
                "SECRETS_PATH": f"{self._names.path}/",
                "CERTIFICATES": json.dumps(declared, separators=(",", ":")),
                "PAIR_KEY": self.keys.pairs.key.key_arn,
                "AUTHORITIES": Stack.of(self).to_json_string(keys),
                "ISSUER": self.keys.issuer,
                "TRUST_PARAMETER": self._parameter_name,
            },
            role_is_named=True,
        )
        self.keys.grant_issue(function.role)
        function.role.allow(at_most("", [READ_PARAMETER], self._parameter_arn))
        return function

    def _grant_fill(self, role: ServiceRole) -> None:
        role.allow(iam.PolicyStatement(actions=list(ROTATE), resources=[self._path]))
        self.platform.secrets_key.grant_encrypt_decrypt(role, secret_arn=self._path)

    @property
    def _parameter_name(self) -> str:
        # Not below the path alone: a parameter's name must not begin with aws or ssm.
        return f"/certificate-authorities/{self.platform.names.path}"

    @property
    def _parameter_arn(self) -> str:
        return Stack.of(self).format_arn(
            service="ssm",
            resource="parameter",
            resource_name=self._parameter_name.removeprefix("/"),
        )

    def _trust(self, authorities: Mapping[str, AuthorityOptions]) -> ssm.CfnParameter:
        """The certificates of all authorities, each signed by its own key."""
        made = [self._own_certificate(name, options) for name, options in authorities.items()]
        return ssm.CfnParameter(
            self,
            "Trust",
            name=self._parameter_name,
            description=f"Certificate authorities of {self.platform.names.path}",
            type="String",
            value=Fn.join("", [each.get_att_string("Certificate") for each in made]),
        )

    def _own_certificate(self, name: str, options: AuthorityOptions) -> CustomResource:
        return self.platform.custom_resources.make(
            self,
            f"Authority{pascal(name)}Certificate",
            kind="CertificateAuthority",
            function=self.maker.arn,
            properties={
                "KeyArn": self.keys.authorities[name].key.key_arn,
                "CommonName": options.common_name,
                "Days": str(options.days),
            },
            after=[*self.maker.ready],
        )

    def _ceiling(self) -> Sequence[iam.PolicyStatement]:
        """The statements of a permissions boundary of its own."""
        stack = Stack.of(self)
        logs = f"/aws/lambda/{self._names.prefix}-*:*"
        return [
            at_most("Secrets", ROTATE, self._path),
            self.platform.secrets_key.ceiling(
                "kms:Decrypt", "kms:GenerateDataKey", secrets=self._path
            ),
            *self.keys.ceiling(),
            at_most("Trust", [READ_PARAMETER], self._parameter_arn),
            at_most(
                "FunctionLogs",
                ("logs:CreateLogStream", "logs:PutLogEvents"),
                arn_of(stack, "logs", "log-group", logs),
            ),
            at_most("Traces", TRACES, "*"),  # as for the functions' roles, see there
        ]

    def _notice(self) -> None:
        rules = TrailRules(
            self,
            "KeyRules",
            names=self._names,
            topic=self.platform.topic,
            trail=self.platform.trail,
        )
        rules.on_keys(self.keys.ours)
        rules.on_signatures(
            [each.key for each in self.keys.authorities.values()], signers=self._roles
        )

    def _ring(self, alarms: Alarms) -> None:
        alarms.ring(
            "authority-ends",
            metrics.step(
                "Warning",
                function=self.function.name,
                strategy=Certificate.strategy,
                step="createSecret",
            ),
            f"An authority that signs certificates of {self.platform.names.path} ends before the "
            "next but one of them would: roll over to a new one (docs/certificates.md). The log of "
            f"{self.function.name} says when.",
        )
