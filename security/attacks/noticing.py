"""Alarms that others ring, and a watch that does more than watch."""

from collections.abc import Iterator

from local.policies import Layer
from security.attacks.attack import BOUNDARY, IDENTITY, KEY, RESOURCE, Attack, refused
from security.calls import invoke
from security.identifiers import ACCOUNT, OTHER_ACCOUNT, arn
from security.intent import Intent
from security.parts import Parts
from security.principals import ADMINISTRATOR, STRANGER, Principal
from security.purposes.noticing import (
    ALARMS,
    RDS,
    RULES,
    by_alarm,
    by_server,
    list_secrets,
    publications,
)


def attacks(parts: Parts) -> Iterator[Attack]:
    """List what must not ring, and what the watch must not do."""
    yield from _watch(parts)
    for who in parts.all_code():
        topic = parts.settings.alarm_topic_arn or parts.topic()[0]
        call = _on(topic, who, "sns:Publish", "ring a false alarm")
        yield from refused(call, IDENTITY, BOUNDARY)
    if not parts.settings.alarm_topic_arn:
        yield from _topic(parts)


def _topic(parts: Parts) -> Iterator[Attack]:
    yield from _false_alarms(parts)
    topic, key = parts.topic()
    plain = {"aws:SecureTransport": "false"}
    what = "publish an alarm in the clear"
    for who in (ADMINISTRATOR, RULES):
        yield from refused(_on(topic, who, "sns:Publish", what, **plain), RESOURCE)
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        call = _on(key, ADMINISTRATOR, action, "read what alarms say")
        yield from refused(call, KEY)


def _false_alarms(parts: Parts) -> Iterator[Attack]:
    ours = by_alarm(parts.ids.stack)
    instance = f"{parts.ids.stack}-any"
    for what, context in (
        ("tell of another instance", by_server("payroll-production-any")),
        ("tell of another cluster", by_server("payroll-production-any", kind="cluster")),
        ("tell of a snapshot", by_server(instance, kind="snapshot")),
        (
            "tell of another account's instance",
            {**by_server(instance, account=OTHER_ACCOUNT), _ACCOUNT: ACCOUNT},
        ),
        (
            "tell another account of our instance",
            {**by_server(instance), _ACCOUNT: OTHER_ACCOUNT},
        ),
    ):
        call = _on(parts.topic()[0], RDS, "sns:Publish", what, **context)
        yield from refused(call, RESOURCE)
    for what, who, context in (
        ("ring an alarm of another name", ALARMS, by_alarm("payroll-production")),
        ("ring our alarm for another account", ALARMS, {**ours, _ACCOUNT: OTHER_ACCOUNT}),
        (
            "ring another account's alarm",
            ALARMS,
            {**by_alarm(parts.ids.stack, account=OTHER_ACCOUNT), _ACCOUNT: ACCOUNT},
        ),
        ("ring from another account", STRANGER, {}),
        ("ring from another service", Principal.service("s3.amazonaws.com"), ours),
    ):
        for intent in publications(parts, who, what, context):
            layer: Layer = KEY if intent.action.startswith("kms:") else RESOURCE
            yield from refused(intent, layer)


def _watch(parts: Parts) -> Iterator[Attack]:
    watch = parts.function("watch")
    if parts.way:
        call = list_secrets(watch, "list with a session that was carried out", endpoint="")
        yield from refused(call, IDENTITY)
    yield from invoked_by_others(watch, "the watch", rule=parts.rule("watch"))


def invoked_by_others(function: Principal, name: str, *, rule: str) -> Iterator[Attack]:
    """List who may not invoke a function that one rule of EventBridge invokes.

    Args:
        function: Its code.
        name: What people call it.
        rule: ARN of the rule.
    """
    for what, source, account in (
        (f"invoke {name} by another rule", arn("events", "rule/another"), ACCOUNT),
        (f"invoke {name} for another account", rule, OTHER_ACCOUNT),
    ):
        call = invoke(RULES.name, function.code_of, source, account, what)
        yield from refused(call, RESOURCE)


def _on(resource: str, who: Principal, action: str, what: str, **context: str) -> Intent:
    return Intent(what=what, who=who, action=action, resource=resource, context=context)


_ACCOUNT = "aws:SourceAccount"
