"""A certificate's secret, its authorities, and the functions that look after it, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from certificate.certificates import Certificates
from certificate.declaration import Declaration, Usage
from certificate.document import Identity, content
from certificate.first_certificate import FirstCertificate
from certificate.issuer import Request
from certificate.kms_authority import KmsAuthority, own_certificate
from certificate.services import Kms as Calls
from certificate.settings import STEP_SECONDS, Settings
from fakes.kms import Kms
from fakes.secrets_manager import SecretsManager
from rotation.deadline import Deadline
from rotation.engine import Engine
from rotation.event import Step
from rotation.rotating_secret import RotatingSecret
from rotation.rotation import Rotation
from rotation.secret_object import SecretObject
from rotation.secret_text import SecretText

ARN = (
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders/production/certificates/web-AbCdEf"
)
PAIR_KEY = "arn:aws:kms:eu-west-1:123456789012:key/pairs"

WEB = Declaration(
    common_name="web",
    dns_names=("web.orders.internal", "localhost"),
    addresses=("127.0.0.1",),
    usages=(Usage.CLIENT, Usage.SERVER),
    validity=timedelta(days=90),
    key_spec="ECC_NIST_P256",
)


def key_of(authority: str) -> str:
    return f"arn:aws:kms:eu-west-1:123456789012:key/{authority}"


@dataclass
class World:
    """Services in memory.

    Attributes:
        declaration: What is declared of the certificate `web`.
        ca_spec: Kind of the authorities' keys.
        ca_days: How long the authorities are valid.
        first: Whether the first certificate exists.
    """

    declaration: Declaration = WEB
    ca_spec: str = "ECC_NIST_P256"
    ca_days: int = 3650
    first: bool = True
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.secrets = SecretsManager()
        self.secrets.create(ARN, {"CertificateName": "web", "team": "orders"})
        self.kms = Kms(PAIR_KEY)
        self.authorities: dict[str, str] = {}
        self.deploy("ca1", trusted=("ca1",), ensure=self.first)

    def deploy(
        self,
        issuer: str,
        *,
        trusted: tuple[str, ...],
        declaration: Declaration | None = None,
        ensure: bool = True,
    ) -> None:
        """What a deployment with these settings does."""
        for each in trusted:
            if each not in self.authorities:
                self.kms.make(key_of(each), self.ca_spec)
                self.authorities[each] = own_certificate(
                    Calls(cast("Any", self.kms), self.deadline()),
                    key_of(each),
                    common_name=f"orders {each}",
                    days=self.ca_days,
                    now=self.now,
                )
        self.kms.bundle = "".join(self.authorities[each] for each in trusted)
        if declaration:
            self.declaration = declaration
        self.settings = Settings(
            path="orders/production/certificates/",
            certificates={"web": self.declaration},
            pair_key=PAIR_KEY,
            authorities={each: key_of(each) for each in trusted},
            issuer=issuer,
            parameter="/orders/production/certificate-authorities",
        )
        self.wire()
        if ensure:
            self.ensure()

    def wire(self) -> None:
        kms = cast("Any", self.kms)
        self.issuer = KmsAuthority(kms, kms, self.settings)
        self.strategy = Certificates(kms, self.issuer, self.settings, clock=lambda: self.now)
        self.engine = Engine(self.strategy)
        self.first_certificate = FirstCertificate(
            self.strategy, self.issuer, self.settings, seconds=STEP_SECONDS
        )

    def deadline(self) -> Deadline:
        return Deadline(STEP_SECONDS)

    def secret(self) -> RotatingSecret:
        return RotatingSecret(cast("Any", self.secrets), ARN, self.deadline())

    def ensure(self, owner: str = "") -> str:
        owner = owner or f"request {len(self.stored.contents)}"
        return self.first_certificate.ensure(self.secret(), owner=owner, deadline=self.deadline())

    def begin(self) -> str:
        return self.secrets.begin(ARN)

    def step(self, token: str, step: str) -> None:
        self.engine.run(Step(step), Rotation(self.secret(), token, self.deadline()))

    def rotate(self, token: str = "") -> str:
        token = token or self.begin()
        for step in Step:
            self.step(token, step)
        return token

    def issued(self, declaration: Declaration) -> Identity:
        """A certificate that is in no secret and was not proven."""
        trust = self.issuer.trust(self.deadline())
        kms = Calls(cast("Any", self.kms), self.deadline())
        pair = kms.key_pair(PAIR_KEY, declaration.key_spec, secret=ARN)
        issued = self.issuer.issue(Request(declaration, pair, self.now), trust, self.deadline())
        text = content(
            SecretObject.parse(self.text()),
            certificate=issued.certificate,
            chain=issued.chain,
            key=pair.private,
            trusted=trust.bundle,
        )
        return Identity.parse(text, whose="test")

    def declare(self, **changes: Any) -> Declaration:
        return replace(self.declaration, **changes)

    @property
    def stored(self) -> Any:
        return self.secrets.secrets[ARN]

    @property
    def labels(self) -> dict[str, str]:
        labels: dict[str, str] = self.stored.labels
        return labels

    def document(self, label: str = "AWSCURRENT") -> dict[str, Any]:
        document: dict[str, Any] = self.secrets.document(ARN, label)
        return document

    def text(self, label: str = "AWSCURRENT") -> SecretText:
        return SecretText(self.stored.contents[self.labels[label]])

    def identity(self, label: str = "AWSCURRENT") -> Identity:
        return Identity.parse(self.text(label), whose=label)

    def snapshot(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """What must not change when something is refused; AWSPENDING may stay where it was."""
        return dict(self.document()), {
            label: version for label, version in self.labels.items() if label != "AWSPENDING"
        }
