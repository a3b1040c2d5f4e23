"""Certificates, and the authorities that sign them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from credential_rotation.certificate import CertificateOptions, Certificates
from credential_rotation.certificate_authority import AuthorityOptions
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.platform import Platform
from credential_rotation.rotation import RotationRules
from stacks.accepted import BOUNDARY, Accepted, in_standards, resource, wildcards
from stacks.settings import Settings
from stacks.settings.databases import MAIN

if TYPE_CHECKING:
    from stacks.rotation_stack import CredentialStack

_WITHIN = "/Certificates/"


class CertificatesKind:
    """Certificates that renew themselves, with authorities of their own. See `Kind`."""

    proof = "security.kinds.certificates"

    def add(
        self, stack: CredentialStack, platform: Platform, settings: Settings, *, database: str
    ) -> Iterable[CredentialGroup]:
        """Add the certificates, if the settings want any."""
        if not settings.certificates or database != MAIN:
            return
        given = settings.certificate_authority
        made = Certificates(
            stack,
            "Certificates",
            platform=platform,
            authorities={
                name: AuthorityOptions(
                    common_name=each.common_name or f"{settings.prefix} {name}"[:64],
                    days=each.days,
                    key_spec=each.key_spec,
                    key_arn=each.key_arn,
                )
                for name, each in given.authorities.items()
            },
            issuer=given.issuer,
            certificates={
                name: CertificateOptions(
                    dns_names=each.dns_names,
                    addresses=each.addresses,
                    common_name=each.common_name,
                    usages=each.usages,
                    days=each.days,
                    key_spec=each.key_spec,
                    rules=RotationRules(each.schedule, each.window),
                    readers=each.readers,
                )
                for name, each in settings.certificates.items()
            },
        )
        yield made.group

    def accepted(self, settings: Settings) -> Iterable[Accepted]:
        """List what the rule packs find in it and is accepted."""
        if not settings.certificates:
            return
        yield Accepted(
            in_standards("LambdaInsideVPC"),
            "AWS::Lambda::Function",
            "It calls KMS and Systems Manager, to which the network has no way, and is to have "
            "none. It may read the secrets of certificates, and sign.",
            within=_WITHIN,
        )
        secrets = resource("secretsmanager", f"secret:{settings.path}/certificates/*")
        yield wildcards(
            secrets,
            reason="The secrets of all certificates, whose names end in what AWS makes up.",
            within=_WITHIN,
        )
        if not settings.permissions_boundary:
            logs = f"log-group:/aws/lambda/{settings.prefix}-certificates-*:*"
            yield wildcards(
                "*",
                resource("logs", logs),
                reason=BOUNDARY,
                within=f"{_WITHIN}Boundary/",
            )


CERTIFICATES = CertificatesKind()
