"""The settings in which templates are compared: each changes what is deployed."""

from collections.abc import Mapping

_PEOPLE = {"access.enabled": "true"}
_PARTNER = {
    "access_key.enabled": "true",
    "access_key.policy": "arn:aws:iam::111122223333:policy/partner/upload",
}

_EVERYTHING = {
    **_PEOPLE,
    **_PARTNER,
    "ec2_consumer": "true",
    "github_repository": "acme/orders",
    "databases.main.logins.app.readers": "arn:aws:iam::111122223333:role/one",
    "databases.main.clients": "sg-0123456789abcdef0,10.9.0.0/16",
    "alarm_emails": "ops@example.com",
}

_NETWORK = {
    "network.vpc_id": "vpc-0123456789abcdef0",
    "network.subnet_ids": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
}
_SERVER = {
    "host": "legacy.example.com",
    "dbname": "legacy",
    "security_group_id": "sg-0123456789abcdef1",
    "admin_secret_arn": (
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:legacy-admin-AbCdEf"
    ),
}
_APP: Mapping[str, Mapping[str, object]] = {"app": {}}

VARIANTS: Mapping[str, Mapping[str, object]] = {
    "default": {},
    "everything": _EVERYTHING,
    "single": {"rotation.strategy": "single"},
    "admin not rotated": {"rotation.admin": "false"},
    "no consumer": {"consumer": "false"},
    "instance": {"ec2_consumer": "true"},
    "access key": _PARTNER,
    "people": _PEOPLE,
    "people and access key": {**_PEOPLE, **_PARTNER},
    "pipeline": {"github_repository": "acme/orders"},
    "readers": {
        "databases.main.logins.app.readers": (
            "arn:aws:iam::111122223333:role/one,arn:aws:iam::111122223333:role/two"
        )
    },
    "clients": {"databases.main.clients": "sg-0123456789abcdef0,10.9.0.0/16"},
    "two databases": {
        "databases": {
            "main": {
                "logins": {**_APP, "reports": {"reads": ["app"]}, "batch": {"strategy": "single"}}
            },
            "stock": {"logins": {**_APP, "audit": {}}},
        }
    },
    "existing network": _NETWORK,
    "existing endpoint": {
        **_NETWORK,
        "network.secrets_endpoint": {
            "id": "vpce-0123456789abcdef0",
            "security_group_id": "sg-0123456789abcdef2",
        },
    },
    "no endpoint": {**_NETWORK, "network.secrets_endpoint": "none"},
    "existing server": {
        **_NETWORK,
        "databases": {"main": {"logins": _APP, "existing": _SERVER}},
    },
    "name prefix": {"name_prefix": "acme"},
    "unprotected": {"database.deletion_protection": "false"},
    "small": {"database.multi_az": "false", "database.instance_class": "db.t4g.micro"},
    "alarms by e-mail": {"alarm_emails": "ops@example.com"},
}
"""By name: the context besides the one in `cdk.json` and the name of the application."""
