"""What the rule packs find in the stack for people and is accepted, each with the reason."""

from collections.abc import Iterator

from stacks.accepted import Accepted
from stacks.settings import Settings

_PACKS = (
    "NIST.800.53.R5::NIST.800.53.R5",
    "HIPAA.Security::HIPAA.Security",
    "PCI.DSS.321::PCI.DSS.321",
)
_POLICY = "AWS::IAM::ManagedPolicy"
_HERE = "<AWS::Region>:<AWS::AccountId>"


def accepted_for_people(settings: Settings) -> Iterator[Accepted]:
    """List what is accepted where the stack is deployed."""
    if not settings.access.enabled:
        return
    stack = f"{settings.prefix}-access/"
    logs = [_log_group(settings, name) for name in _rotations(settings)]
    alarms = f"arn:<AWS::Partition>:cloudwatch:{_HERE}:alarm:*"
    yield _wildcards(
        ["*"],
        "The rules for passwords and the list of virtual devices have no resource to name; the "
        "third statement is a denial.",
        within=f"{stack}OwnCredentials/",
    )
    yield _wildcards(
        ["*"], "Metrics have no ARN that GetMetricData could name.", within=f"{stack}Auditor/"
    )
    yield _wildcards(
        [alarms],
        "CloudWatch lists alarms by their states and the beginnings of their names, for which it "
        "asks for the right to all alarms of the region.",
        within=stack,
    )
    yield _wildcards(
        logs,
        "The streams of the logs of the functions that rotate, which Lambda names.",
        within=f"{stack}RotationOperator/",
    )
    for group, users in {
        "Auditor": settings.access.auditors,
        "RotationOperator": settings.access.operators,
        "BreakGlass": settings.access.break_glass,
    }.items():
        if not users:
            yield Accepted(
                tuple(f"{pack}-IAMGroupHasUsers" for pack in _PACKS),
                "AWS::IAM::Group",
                "No user is named in the settings, because others say who is in the group.",
                within=f"{stack}{group}Group/",
            )
    if not settings.permissions_boundary:
        yield _wildcards(
            ["*", f"arn:<AWS::Partition>:secretsmanager:{_HERE}:secret:{settings.path}/*", *logs],
            "A permissions boundary gives nothing: it is the most that roles for people may, and "
            "each role's own policy names its resources.",
            within=f"{stack}PeopleBoundary/",
        )


def _rotations(settings: Settings) -> Iterator[str]:
    yield "rotation"
    if settings.rotation.admin:
        yield "admin-rotation"
    if settings.access_key.enabled:
        yield "access-key-rotation"


def _log_group(settings: Settings, function: str) -> str:
    group = f"/aws/lambda/{settings.prefix}-{function}"
    return f"arn:<AWS::Partition>:logs:{_HERE}:log-group:{group}:*"


def _wildcards(resources: list[str], reason: str, *, within: str) -> Accepted:
    rules = tuple(f"AwsSolutions::AwsSolutions-IAM5[Resource::{each}]" for each in resources)
    return Accepted(rules, _POLICY, reason, within)
