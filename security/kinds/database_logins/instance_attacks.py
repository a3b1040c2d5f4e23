"""The instance, or who got onto it, doing more than logging in."""

from collections.abc import Iterator
from dataclasses import replace

from security.attacks.attack import (
    BOUNDARY,
    ENDPOINT,
    IDENTITY,
    KEY,
    RESOURCE,
    TRUST,
    Attack,
    refused,
)
from security.attacks.custom_resources import run
from security.attacks.escalation import climbs
from security.attacks.readers import strange
from security.calls import Calls, assume
from security.identifiers import ACCOUNT, OTHER_ACCOUNT, REGION
from security.intent import Intent
from security.kinds.database_logins.database import DatabaseParts
from security.kinds.database_logins.instance import AGENT, PACKAGES, VIA_EC2, program
from security.parts import Parts
from security.principals import ADMINISTRATOR, STRANGER, Principal
from security.purposes.keys import deployer

_MORE_OF_SYSTEMS_MANAGER = {
    "ssm:DescribeParameters": "see which parameters there are",
    "ssm:GetParameter": "read a parameter",
    "ssm:SendCommand": "run a command on another instance",
    "ssm:StartSession": "go on to another instance",
}
_CHANGES = ("DeleteSecret", "PutResourcePolicy", "RotateSecret", "UpdateSecret")
_ALL = (IDENTITY, BOUNDARY, ENDPOINT)
_OURS = f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"


def attacks(database: DatabaseParts, who: Principal) -> Iterator[Attack]:
    """List what must be denied on the instance and around it.

    Args:
        database: Where it logs in.
        who: The program on it.
    """
    parts = database.parts
    calls, own = Calls(parts), database.sample
    yield from strange(calls, who)
    for secret in parts.secrets():
        layers = () if parts.home_of(secret) == database.name else (BOUNDARY,)
        if secret != own:
            what = "read another secret"
            call = calls.secret_alone(
                who, "GetSecretValue", secret, what, VersionStage="AWSCURRENT"
            )
            yield from refused(call, IDENTITY, RESOURCE, *layers)
            yield from refused(calls.key(who, "kms:Decrypt", secret, what), IDENTITY, *layers)
        for operation in _CHANGES:
            call = calls.secret_alone(who, operation, secret, "change a secret")
            yield from refused(call, IDENTITY, BOUNDARY, ENDPOINT)
        store = calls.secret_alone(who, "PutSecretValue", secret, "change a password")
        yield from refused(store, IDENTITY, RESOURCE, *layers)
    encrypt = calls.key(who, "kms:GenerateDataKey", own, "encrypt what it only reads")
    yield from refused(encrypt, IDENTITY)
    directly = calls.key_directly(who, "kms:Decrypt", own, "use the key without Secrets Manager")
    yield from refused(directly, IDENTITY, BOUNDARY, KEY)
    yield from climbs(who)
    for maker in parts.makers():
        what = "run a function that makes a custom resource"
        yield from refused(run(who, maker.code_of, what), IDENTITY, BOUNDARY)
    yield from _sessions(who)
    yield from _objects(database, who)
    yield from _role(who)
    yield from _volume(parts, who)


def _sessions(who: Principal) -> Iterator[Attack]:
    for action, what in _MORE_OF_SYSTEMS_MANAGER.items():
        call = Intent(what=what, who=who, action=action, resource="*", endpoint="ssm")
        yield from refused(call, IDENTITY, BOUNDARY, ENDPOINT)
    for action, (endpoint, _) in AGENT.items():
        for other in (ADMINISTRATOR, STRANGER):
            call = Intent(
                what="talk through the instance's endpoints",
                who=other,
                action=action,
                resource="*",
                endpoint=endpoint,
            )
            yield from refused(call, ENDPOINT)


def _objects(database: DatabaseParts, who: Principal) -> Iterator[Attack]:
    for what, action, resource, layers in (
        ("read another object of ours", "s3:GetObject", f"{_OURS}/other", (IDENTITY, ENDPOINT)),
        ("put another program there", "s3:PutObject", program(database), _ALL),
        ("list our objects", "s3:ListBucket", _OURS, _ALL),
    ):
        call = Intent(what=what, who=who, action=action, resource=resource, endpoint="s3")
        yield from refused(replace(call, owner=who.account), *layers)
    call = Intent(
        what="use the instance's way to its program",
        who=ADMINISTRATOR,
        action="s3:GetObject",
        resource=program(database),
        owner=ADMINISTRATOR.account,
        endpoint="s3",
    )
    yield from refused(call, ENDPOINT)
    call = Intent(
        what="put something among the packages",
        who=STRANGER,
        action="s3:PutObject",
        resource=f"{PACKAGES}/loot",
        owner=OTHER_ACCOUNT,
        endpoint="s3",
    )
    yield from refused(call, ENDPOINT)


def _role(who: Principal) -> Iterator[Attack]:
    for service in ("lambda.amazonaws.com", "ssm.amazonaws.com"):
        yield from refused(assume(service, who, "act as the instance"), TRUST)
    for other in (ADMINISTRATOR, STRANGER):
        call = Intent(
            what="act as the instance", who=other, action="sts:AssumeRole", resource=who.role_arn
        )
        yield from refused(call, TRUST)


def _volume(parts: Parts, who: Principal) -> Iterator[Attack]:
    key = parts.data_key()
    for action in ("kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant"):
        call = Intent(
            what="use the volume's key",
            who=who,
            action=action,
            resource=key,
            context={"kms:ViaService": VIA_EC2, "kms:GrantIsForAWSResource": "true"},
            by_service=VIA_EC2,
        )
        yield from refused(call, IDENTITY, BOUNDARY)
        elsewhere = {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}
        through = replace(call, what="use the key through SQS", who=deployer(), context=elsewhere)
        yield from refused(through, KEY)
    lend = Intent(
        what="lend the key otherwise than to a resource of AWS's",
        who=deployer(),
        action="kms:CreateGrant",
        resource=key,
        context={"kms:ViaService": VIA_EC2},
        by_service=VIA_EC2,
    )
    yield from refused(lend, KEY)
