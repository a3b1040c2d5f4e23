"""The deployments that are proven: the default one, and what settings open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from security.identifiers import ACCOUNT, OTHER_ACCOUNT, REGION, arn, role_arn
from security.synthesis import Synthesis, synthesize, synthesize_with_people

DEFAULT = "default"
APPLICATION = role_arn("billing/application")
"""The role of somebody else's application."""

_KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
_NETWORK = {
    "network__vpc_id": "vpc-0123456789abcdef0",
    "network__subnet_ids": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
}
_EXISTING_ENDPOINT = {
    "network__secrets_endpoint": {
        "id": "vpce-0123456789abcdef0",
        "security_group_id": "sg-0123456789abcdef0",
    }
}
_ACCESS_KEY = {
    "access_key__enabled": "true",
    "access_key__policy": f"arn:aws:iam::{ACCOUNT}:policy/partner/upload",
    "access_key__readers": APPLICATION,
}
_TOKEN = {
    "preset": "oauth-client",
    "parameters": {
        "registration_url": "https://auth.example.com/reg",
        "token_url": "https://auth.example.com/token",
    },
    "management_secret_arn": arn("secretsmanager", "secret:partner/registration-a1b2c3"),
    "management_secret_key_arn": arn("kms", f"key/{_KEY}"),
}
_TOKENS = {
    "partner": {**_TOKEN, "readers": [APPLICATION]},
    "inner": {
        **_TOKEN,
        "private_networks": ["10.20.0.0/16"],
        "vpc_id": "vpc-0123456789abcdef3",
        "subnet_ids": ["subnet-0123456789abcdef3", "subnet-0123456789abcdef4"],
        "security_group_ids": ["sg-0123456789abcdef3"],
    },
}
_CERTIFICATES = {
    "certificates": {
        "web": {
            "dns_names": ["web.orders.internal"],
            "readers": [role_arn("billing/gateway")],
        },
        "api": {"usages": ["client"], "common_name": "api"},
    },
    "certificate_authority__authorities": {"ca1": {}, "ca2": {}},
}
_TRAIL = {"trail__enabled": "true", "trail__readers": APPLICATION}
_EXISTING_SERVER = {
    "host": f"legacy.abcdefghijkl.{REGION}.rds.amazonaws.com",
    "dbname": "legacy",
    "security_group_id": "sg-0123456789abcdef1",
    "admin_secret_arn": arn("secretsmanager", "secret:rds!db-1234-a1b2c3"),
    "admin_secret_key_arn": arn("kms", f"key/{_KEY}"),
}
_TWO = {
    "main": {
        "clients": ["sg-0123456789abcdef2", "10.1.0.0/16"],
        "logins": {
            "app": {"readers": [APPLICATION]},
            "report": {"strategy": "single", "reads": ["app"]},
        },
    },
    "billing": {"logins": {"app": {}, "ledger": {"writes": ["app"]}}},
}
_EXISTING = {
    "main": {
        "existing": _EXISTING_SERVER,
        "logins": {
            "app": {"present_secret_arn": arn("secretsmanager", "secret:legacy/app-a1b2c3")},
            "report": {"strategy": "single"},
            "clerk": {
                "adopt_secret_arn": arn("secretsmanager", "secret:legacy/clerk-a1b2c3"),
                "adopt_secret_key_arn": arn("kms", f"key/{_KEY}"),
                "adopt_function_arn": arn("lambda", "function:legacy-rotation"),
                "readers": [APPLICATION],
            },
        },
    },
    "billing": {"logins": {"app": {}}},
}
_PRODUCTS = {
    "main": {"engine": "mariadb", "logins": {"app": {}, "batch": {"strategy": "single"}}},
    "aurora-mysql": {"engine": "aurora-mysql", "logins": {"app": {"strategy": "single"}}},
    "aurora-postgresql": {"engine": "aurora-postgresql", "logins": {"app": {}}},
}


@dataclass(frozen=True)
class Variant:
    """Settings that are proven.

    Attributes:
        name: What it is called.
        overrides: Settings, see `synthesize`.
        unsatisfied: Ids of the controls that it gives up, of which the synth warns.
        people: Whether there is the stack for people as well.
    """

    name: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    unsatisfied: tuple[str, ...] = ()
    people: bool = False

    def synthesize(self, folder: Path) -> Synthesis:
        """Synthesize it.

        Args:
            folder: Where the files go.
        """
        make = synthesize_with_people if self.people else synthesize
        return make(folder, **self.overrides)


VARIANTS = (
    Variant(DEFAULT),
    Variant(
        "single, with an instance, without what can be left out",
        {
            "rotation__strategy": "single",
            "rotation__admin": "false",
            "consumer": "false",
            "ec2_consumer": "true",
            "database__multi_az": "false",
            "database__deletion_protection": "false",
        },
        ("SecretsManager.1", "SecretsManager.2", "RDS.5", "RDS.8", "KMS.3"),
    ),
    Variant(
        "two databases, clients and readers",
        {"databases": _TWO, "name_prefix": "acme", "ec2_consumer": "true"},
    ),
    Variant("an existing database, a user who exists", {"databases": _EXISTING}),
    Variant("MySQL, MariaDB and Aurora", {"databases": _PRODUCTS}, ("RDS.9", "RDS.14", "RDS.42")),
    Variant("an existing network", _NETWORK),
    Variant("an existing network and endpoint", {**_NETWORK, **_EXISTING_ENDPOINT}),
    Variant(
        "an existing network without an endpoint",
        {**_NETWORK, "network__secrets_endpoint": "none"},
    ),
    Variant(
        "a key, a topic and a trail of somebody else's",
        {
            "secrets_key_arn": arn("kms", f"key/{_KEY}"),
            "alarm_topic_arn": arn("sns", "pager"),
            "trail__bucket": "acme-trail",
            "trail__prefix": "AWSLogs/o-acme",
            "trail__key_arn": arn("kms", f"key/{_KEY[::-1]}", account=OTHER_ACCOUNT),
        },
        people=True,
    ),
    Variant("tokens of an API, outside and in subnets of a team's", {"api_tokens": _TOKENS}),
    Variant(
        "access key, certificates, trail and people",
        {**_ACCESS_KEY, **_CERTIFICATES, **_TRAIL},
        people=True,
    ),
)
