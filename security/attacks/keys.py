"""Keys that are used otherwise than through their service, for what they are for."""

from collections.abc import Iterator
from dataclasses import replace

from security.attacks.attack import BOUNDARY, IDENTITY, KEY, Attack, refused
from security.attacks.needs import Needs
from security.attacks.readers import STRANGE_SECRET, may_use_the_key_at_home
from security.calls import Calls
from security.identifiers import REGION, arn
from security.intent import Intent
from security.parts import Parts
from security.principals import ADMINISTRATOR, STRANGER, Principal
from security.purposes.keys import LOGS, VIA_RDS, deployer

_USE = (
    *("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
    *("kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:CreateGrant"),
)
_THROUGH = ("kms:Decrypt", "kms:GenerateDataKey")
_LOG_KEY = "kms:EncryptionContext:aws:logs:arn"


def attacks(parts: Parts, needs: Needs) -> Iterator[Attack]:
    """List what the keys do not do."""
    calls = Calls(parts)
    for who in parts.all_code():
        yield from _of_function(calls, who, needs)
    for secret in parts.secrets():
        yield from _secrets_key(calls, secret)
    if not parts.settings.secrets_key_arn:  # otherwise its owner says whose secrets it encrypts
        yield from _for_a_stranger(calls, parts.secrets()[0])
    yield from _data_key(parts, parts.data_key())


def _of_function(calls: Calls, who: Principal, needs: Needs) -> Iterator[Attack]:
    other = {"kms:EncryptionContext:SecretARN": _third(calls.parts)}
    for action in _THROUGH:
        for secret in calls.parts.secrets():
            what = "use the key without Secrets Manager"
            intent = calls.key_directly(who, action, secret, what)
            yield from refused(intent, IDENTITY, BOUNDARY, KEY)
        secret, what = calls.parts.secrets()[0], "use the key for another secret of the team"
        yield from refused(calls.key(who, action, secret, what, **other), IDENTITY, BOUNDARY)
    for secret in calls.parts.secrets():
        reads = needs.read(who, secret) and not needs.write(who, secret)
        if reads and not may_use_the_key_at_home(calls.parts, who):
            what = "encrypt what it only reads"
            yield from refused(calls.key(who, "kms:GenerateDataKey", secret, what), IDENTITY)


def _third(parts: Parts) -> str:
    """A secret below the path of the app, of a home that nobody has."""
    return arn("secretsmanager", f"secret:{parts.path}/third/app-a1b2c3")


def _secrets_key(calls: Calls, secret: str) -> Iterator[Attack]:
    for action in _USE:
        for who in (ADMINISTRATOR, STRANGER):
            what = "use the key without Secrets Manager"
            yield from refused(calls.key_directly(who, action, secret, what), KEY)
    for action in _THROUGH:
        what = "use the key through another service"
        intent = calls.key(ADMINISTRATOR, action, secret, what)
        yield from refused(_through(intent, f"ssm.{REGION}.amazonaws.com"), KEY)
        what = "use the key from another account"
        abroad = {"kms:CallerAccount": STRANGER.account}
        yield from refused(calls.key(STRANGER, action, secret, what, **abroad), KEY)


def _for_a_stranger(calls: Calls, secret: str) -> Iterator[Attack]:
    what = "encrypt another team's secret with the key"
    strange = {"kms:EncryptionContext:SecretARN": STRANGE_SECRET}
    for action in _THROUGH:
        yield from refused(calls.key(ADMINISTRATOR, action, secret, what, **strange), KEY)


def _data_key(parts: Parts, key: str) -> Iterator[Attack]:
    for who in parts.all_code():
        what = "decrypt the database's storage"
        yield from refused(_use(who, "kms:Decrypt", key, what), IDENTITY, BOUNDARY, KEY)
    for action in _USE:
        yield from refused(_use(ADMINISTRATOR, action, key, "use the data key directly"), KEY)
        yield from refused(_use(STRANGER, action, key, "use the data key from elsewhere"), KEY)
        strange = {_LOG_KEY: arn("logs", "log-group:/payroll/production/flow-log")}
        what = "encrypt another team's log with the key"
        yield from refused(_use(LOGS, action, key, what, **strange), KEY)
    for what, context in {
        "lend the key otherwise than to a resource of AWS's": {"kms:ViaService": VIA_RDS},
        "lend the key without RDS": {"kms:GrantIsForAWSResource": "true"},
    }.items():
        yield from refused(_use(deployer(), "kms:CreateGrant", key, what, **context), KEY)


def _use(who: Principal, action: str, key: str, what: str, **context: str) -> Intent:
    account = {} if who.is_service else {"kms:CallerAccount": who.account}
    return Intent(what=what, who=who, action=action, resource=key, context={**account, **context})


def _through(intent: Intent, service: str) -> Intent:
    context = {**intent.context, "kms:ViaService": service}
    return replace(intent, context=context, by_service=service)
