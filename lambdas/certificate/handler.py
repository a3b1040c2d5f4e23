"""The functions' entry points: each wires what it does to KMS, Systems Manager and the settings."""

from certificate.authority_certificate import authority_handler
from certificate.certificates import Certificates
from certificate.first_certificate import FirstCertificate
from certificate.kms_authority import KmsAuthority
from certificate.settings import STEP_SECONDS, Settings
from rotation.client import client_of
from rotation.custom_resource import by_type, custom_resource_handler
from rotation.handler import rotation_handler

_settings = Settings.from_environment()
_kms = client_of("kms", api_version="2014-11-01")
_ssm = client_of("ssm", api_version="2014-11-06")
_issuer = KmsAuthority(_kms, _ssm, _settings)
_strategy = Certificates(_kms, _issuer, _settings)

handler = rotation_handler(_strategy, step_seconds=STEP_SECONDS)
first = by_type(
    {
        "Custom::Certificate": custom_resource_handler(
            FirstCertificate(_strategy, _issuer, _settings, seconds=STEP_SECONDS)
        ),
        "Custom::CertificateAuthority": authority_handler(_kms, seconds=STEP_SECONDS),
    }
)
