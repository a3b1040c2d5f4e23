"""What the rule packs find in the stack for people and is accepted, each with the reason."""

import json
from collections.abc import Iterator, Sequence

from credential_rotation.trail import RECORDS
from stacks.accepted import Accepted, in_standards, resource, wildcards
from stacks.settings import Settings

_BUCKET_ARN = "PublishOutputFnGetAttPlatformTrailBucketC32CAA24Arn5E06A526"
"""The output by which the stack for people gets to know the bucket of our trail."""


def _records(settings: Settings) -> str:
    """The records that auditors read, as the packs write them; empty without any."""
    trail = settings.trail
    if trail.bucket:
        bucket = f"arn:<AWS::Partition>:s3:::{trail.bucket}"
        return f"{bucket}/{trail.prefix}/<AWS::AccountId>/*"
    if not trail.enabled:
        return ""
    output = {
        "StackName": settings.prefix,
        "Region": {"Ref": "AWS::Region"},
        "OutputName": _BUCKET_ARN,
    }
    bucket = json.dumps({"Fn::GetStackOutput": output}, separators=(",", ":"))
    return f"{bucket}/{RECORDS}/<AWS::AccountId>/*"


def accepted_for_people(
    settings: Settings, rotators: Sequence[str], homes: Sequence[str]
) -> Iterator[Accepted]:
    """List what is accepted where the stack is deployed.

    Args:
        settings: What the team decided.
        rotators: Names of the functions that rotate, with wildcards.
        homes: What is between the path and the names of secrets that are no database's.
    """
    if not settings.access.enabled:
        return
    stack = f"{settings.prefix}-access/"
    secrets = resource("secretsmanager", f"secret:{settings.path}/*")
    logins = resource("secretsmanager", f"secret:{settings.path}/*/*")
    functions = [resource("lambda", f"function:{name}") for name in rotators]
    logs = [
        resource("logs", f"log-group:/aws/lambda/{name}:*")
        for name in (*rotators, f"{settings.prefix}-watch")
    ]
    for role in ("Auditor", "RotationOperator", "Contractor"):
        yield wildcards(
            secrets,
            reason="All secrets of the app, of databases that come later too; none of the actions "
            "tells a value.",
            within=f"{stack}{role}/",
        )
    yield wildcards(
        logins,
        resource("secretsmanager", f"secret:{settings.path}/*/admin-??????"),
        *(resource("secretsmanager", f"secret:{settings.path}/{home}/*") for home in homes),
        reason="The secrets of all logins; those of admins, and of what is no database, are "
        "denied.",
        within=f"{stack}BreakGlass/",
    )
    yield wildcards(
        "*",
        reason="The rules for passwords and the list of virtual devices have no resource to name; "
        "the third statement is a denial.",
        within=f"{stack}OwnCredentials/",
    )
    yield wildcards(
        "*",
        reason="Metrics have no ARN that GetMetricData could name.",
        within=f"{stack}Auditor/",
    )
    yield wildcards(
        resource("cloudwatch", "alarm:*"),
        reason="CloudWatch lists alarms by their states and the beginnings of their names, for "
        "which it asks for the right to all alarms of the region.",
        within=stack,
    )
    yield wildcards(
        *logs,
        *functions,
        reason="The functions that rotate, of databases that come later too, and the streams of "
        "their logs, which Lambda names.",
        within=f"{stack}RotationOperator/",
    )
    records = _records(settings)
    if records:
        yield wildcards(
            records,
            reason="All records of the account, and nothing else in the bucket.",
            within=f"{stack}Auditor/",
        )
    for group, users in {
        "Auditor": settings.access.auditors,
        "RotationOperator": settings.access.operators,
        "BreakGlass": settings.access.break_glass,
    }.items():
        if not users:
            yield Accepted(
                in_standards("IAMGroupHasUsers"),
                "AWS::IAM::Group",
                "No user is named in the settings, because others say who is in the group.",
                within=f"{stack}{group}Group/",
            )
    if not settings.permissions_boundary:
        yield wildcards(
            "*",
            secrets,
            logins,
            *functions,
            *logs,
            *([records] if records else []),
            reason="A permissions boundary gives nothing: it is the most that roles for people "
            "may, and each role's own policy names its resources.",
            within=f"{stack}PeopleBoundary/",
        )
