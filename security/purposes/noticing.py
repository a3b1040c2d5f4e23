"""What notices: alarms, rules and the watch."""

from collections.abc import Iterator, Mapping

from security.calls import invoke
from security.identifiers import ACCOUNT, arn
from security.intent import Intent
from security.parts import Parts
from security.principals import Principal

ALARMS = Principal.service("cloudwatch.amazonaws.com")
RULES = Principal.service("events.amazonaws.com")
RDS = Principal.service("events.rds.amazonaws.com")


def purposes(parts: Parts) -> Iterator[Intent]:
    """List what alarms, rules and the watch need."""
    watch = parts.function("watch")
    yield invoke(
        RULES.name, watch.code_of, parts.rule("watch"), ACCOUNT, "look several times a day"
    )
    yield list_secrets(watch, "measure how old the rotations are", endpoint=parts.way)
    if parts.settings.alarm_topic_arn:  # whose owner says who publishes
        return
    yield from publications(parts, ALARMS, "ring an alarm", by_alarm(parts.ids.stack))
    yield from publications(parts, RULES, "tell of an event", {})
    for kind, what in (("db", "instance"), ("cluster", "cluster")):
        server = by_server(f"{parts.ids.stack}-any", kind=kind)
        yield from publications(parts, RDS, f"tell of {what}s", server)


def list_secrets(who: Principal, what: str, *, endpoint: str) -> Intent:
    """A call that lists the secrets of the account; it has no resource.

    Args:
        who: Who calls.
        what: What for.
        endpoint: The service of the VPC endpoint on the way; empty if there is none.
    """
    return Intent(
        what=what,
        who=who,
        action="secretsmanager:ListSecrets",
        resource="*",
        endpoint=endpoint,
    )


def by_alarm(prefix: str, *, account: str = ACCOUNT) -> Mapping[str, str]:
    """The condition keys of a publication by an alarm whose name begins so."""
    alarm = arn("cloudwatch", f"alarm:{prefix}-watch-trouble", account=account)
    return {"aws:SourceAccount": account, "aws:SourceArn": alarm}


def by_server(name: str, *, kind: str = "db", account: str = ACCOUNT) -> Mapping[str, str]:
    """The condition keys of a publication about an instance (`db`) or a `cluster`."""
    return {
        "aws:SourceAccount": account,
        "aws:SourceArn": arn("rds", f"{kind}:{name}", account=account),
    }


def publications(
    parts: Parts, who: Principal, what: str, context: Mapping[str, str]
) -> Iterator[Intent]:
    """A publication to the topic, with the use of its key.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    topic, key = parts.topic()
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        yield Intent(what=what, who=who, action=action, resource=key, context=context)
    yield Intent(what=what, who=who, action="sns:Publish", resource=topic, context=context)
