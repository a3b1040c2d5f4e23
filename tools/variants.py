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
    "readers": "arn:aws:iam::111122223333:role/one",
    "alarm_emails": "ops@example.com",
}

VARIANTS: Mapping[str, Mapping[str, str]] = {
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
    "readers": {"readers": "arn:aws:iam::111122223333:role/one,arn:aws:iam::111122223333:role/two"},
    "unprotected": {"database.deletion_protection": "false"},
    "small": {"database.multi_az": "false", "database.instance_class": "db.t4g.micro"},
    "alarms by e-mail": {"alarm_emails": "ops@example.com"},
}
"""By name: the context besides the one in `cdk.json` and the name of the application."""
