"""What the rule packs find in the stack for people and is accepted, each with the reason."""

from collections.abc import Iterator

from stacks.accepted import Accepted, in_standards, resource, wildcards
from stacks.settings import Settings


def accepted_for_people(settings: Settings) -> Iterator[Accepted]:
    """List what is accepted where the stack is deployed."""
    if not settings.access.enabled:
        return
    stack = f"{settings.prefix}-access/"
    logs = [
        resource("logs", f"log-group:/aws/lambda/{settings.prefix}-{name}:*")
        for name in (*_rotations(settings), "watch")
    ]
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
        reason="The streams of the logs of the functions that rotate, and of the one that watches, "
        "which Lambda names.",
        within=f"{stack}RotationOperator/",
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
            resource("secretsmanager", f"secret:{settings.path}/*"),
            *logs,
            reason="A permissions boundary gives nothing: it is the most that roles for people "
            "may, and each role's own policy names its resources.",
            within=f"{stack}PeopleBoundary/",
        )


def _rotations(settings: Settings) -> Iterator[str]:
    yield "rotation"
    if settings.rotation.admin:
        yield "admin-rotation"
    if settings.access_key.enabled:
        yield "access-key-rotation"
