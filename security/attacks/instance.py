"""The instance, or who got onto it, doing more than logging in."""

from collections.abc import Iterator
from dataclasses import replace

from security.attacks.attack import BOUNDARY, ENDPOINT, IDENTITY, KEY, TRUST, Attack, refused
from security.attacks.escalation import climbs
from security.attacks.readers import read_beyond, unrelated
from security.calls import Calls, assume
from security.identifiers import ACCOUNT, OTHER_ACCOUNT, REGION
from security.intent import Intent
from security.parts import Parts
from security.principals import ADMINISTRATOR, STRANGER, Principal
from security.purposes.instance import AGENT, PACKAGES, VIA_EC2, program
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


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what must be denied on the instance and around it."""
    who = parts.instance()
    if who is None:
        return
    calls = Calls(parts)
    yield from read_beyond(calls, who, {"application"})
    yield from unrelated(calls, who, parts.secret("admin"))
    for operation in _CHANGES:
        for secret in (parts.secret("application"), parts.secret("admin")):
            call = calls.secret_alone(who, operation, secret, "change a secret")
            yield from refused(call, IDENTITY, BOUNDARY, ENDPOINT)
    for secret in (parts.secret("application"), parts.secret("admin")):
        store = calls.secret_alone(who, "PutSecretValue", secret, "change a password")
        yield from refused(store, IDENTITY, ENDPOINT)  # other roles of the stack do that
    secret = parts.secret("application")
    encrypt = calls.key(who, "kms:GenerateDataKey", secret, "encrypt what it only reads")
    yield from refused(encrypt, IDENTITY)
    directly = calls.key_directly(who, "kms:Decrypt", secret, "use the key without Secrets Manager")
    yield from refused(directly, IDENTITY, BOUNDARY, KEY)
    yield from climbs(who)
    yield from _sessions(who)
    yield from _objects(parts, who)
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


def _objects(parts: Parts, who: Principal) -> Iterator[Attack]:
    for what, action, resource, layers in (
        ("read another object of ours", "s3:GetObject", f"{_OURS}/other", (IDENTITY, ENDPOINT)),
        ("put another program there", "s3:PutObject", program(parts), _ALL),
        ("list our objects", "s3:ListBucket", _OURS, _ALL),
    ):
        call = Intent(what=what, who=who, action=action, resource=resource, endpoint="s3")
        yield from refused(replace(call, owner=who.account), *layers)
    call = Intent(
        what="use the instance's way to its program",
        who=ADMINISTRATOR,
        action="s3:GetObject",
        resource=program(parts),
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
