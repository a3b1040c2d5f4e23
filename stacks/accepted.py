"""What the rule packs find and is accepted, each with the reason.

A finding is accepted for the resources that it is about and for no others, so that the next
resource of another kind, or elsewhere, has to be looked at again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from stacks.settings import Settings

SOLUTIONS, NIST, HIPAA, PCI = (
    "AwsSolutions::AwsSolutions",
    "NIST.800.53.R5::NIST.800.53.R5",
    "HIPAA.Security::HIPAA.Security",
    "PCI.DSS.321::PCI.DSS.321",
)
_POLICY, _HERE = "AWS::IAM::ManagedPolicy", "<AWS::Region>:<AWS::AccountId>"


@dataclass(frozen=True)
class Accepted:
    """A finding that is accepted.

    Attributes:
        rules: As cdk-nag names them, with the pack.
        kind: The type of the resources that it is accepted for.
        reason: Why, for a reviewer.
        within: A part of the path of those resources.
    """

    rules: tuple[str, ...]
    kind: str
    reason: str
    within: str = "/"


def in_standards(rule: str) -> tuple[str, ...]:
    """A rule that all packs but AWS Solutions have."""
    return tuple(f"{pack}-{rule}" for pack in (NIST, HIPAA, PCI))


def wildcards(*resources: str, reason: str, within: str) -> Accepted:
    """Resources of a policy that AWS Solutions finds too wide.

    Args:
        resources: As the pack writes them.
        reason: Why they are as they are.
        within: A part of the path of the policies.
    """
    rules = tuple(f"{SOLUTIONS}-IAM5[Resource::{each}]" for each in resources)
    return Accepted(rules, _POLICY, reason, within)


def resource(service: str, name: str) -> str:
    """A resource of the stack's account and region, as the packs write it.

    Args:
        service: Such as `logs`.
        name: What comes after the account.
    """
    return f"arn:<AWS::Partition>:{service}:{_HERE}:{name}"


ALWAYS = (
    wildcards(
        "*",
        reason="X-Ray's actions and ListSecrets have no resources, and Lambda asks for network "
        "interfaces before there is one to name; the function's own code is denied those "
        "(security/wildcards.py has all).",
        within="/ExecutionRole/",
    ),
    wildcards(
        resource("logs", "log-group:RDSOSMetrics:*"),
        reason="The streams of one log group, which RDS names after an id that the instance gets "
        "later.",
        within="/MonitoringRole/",
    ),
    Accepted(
        (f"{SOLUTIONS}-L1",),
        "AWS::Lambda::Function",
        "All functions run on python3.13, which Lambda supports until June 2029, and are compiled "
        "for it on every machine (docs/adr/0002).",
    ),
    Accepted(
        (f"{NIST}-LambdaConcurrency", f"{HIPAA}-LambdaConcurrency"),
        "AWS::Lambda::Function",
        "A reservation is taken from the account's other functions and fails in a new account. Who "
        "may invoke is limited to one secret or to the deployment; throttling rings an alarm.",
    ),
    Accepted(
        (f"{NIST}-LambdaDLQ", f"{HIPAA}-LambdaDLQ"),
        "AWS::Lambda::Function",
        "A lost event has nothing to be replayed: Secrets Manager tries a failed rotation again, "
        "CloudFormation rolls back, and alarms tell of both.",
    ),
    Accepted(
        in_standards("LambdaInsideVPC"),
        "AWS::Lambda::Function",
        "It calls EC2's API alone, to which the network has no way, and is to have none.",
        within="/DefaultSecurityGroup/",
    ),
    Accepted(
        in_standards("LambdaInsideVPC"),
        "AWS::Lambda::Function",
        "It answers CloudFormation, to which the network has no way, and is to have none; it may "
        "run the functions that create users.",
        within="/CustomResources/",
    ),
    Accepted(
        in_standards("VPCDefaultSecurityGroupClosed"),
        "AWS::EC2::VPC",
        "It is closed, by a function that may do nothing else (Custom::ClosedSecurityGroup); the "
        "rule knows the CDK's own function only, which may also open it.",
    ),
    Accepted(
        (f"{NIST}-RDSInBackupPlan", f"{HIPAA}-RDSInBackupPlan"),
        "AWS::RDS::DBInstance",
        "Automatic backups restore to any second of the last days (database.backup_days). A plan "
        "with a vault of its own is the account's; it finds the instance by its tags.",
    ),
)

SESSIONS = wildcards(
    "*",
    reason="Session Manager's channels have no resources, and the role is there before the "
    "instance that registers (security/wildcards.py has all).",
    within="/Ec2Consumer/Role/",
)

UNPROTECTED = Accepted(
    (f"{SOLUTIONS}-EC29",),
    "AWS::EC2::Instance",
    "It keeps nothing, and CloudFormation can neither replace nor delete a protected instance.",
)

OF_THE_TRAIL = (
    Accepted(
        (f"{SOLUTIONS}-S1", *in_standards("S3BucketLoggingEnabled")),
        "AWS::S3::Bucket",
        "Who reads a record, or tries to alter one, the trail itself records as data events, into "
        "the same locked bucket. Access logs of S3 are delivered without a promise, and would need "
        "a second bucket (CloudTrail.7).",
        within="/Trail/",
    ),
    Accepted(
        in_standards("S3BucketReplicationEnabled"),
        "AWS::S3::Bucket",
        "A copy in a region or an account of its own is the organisation's to keep, with its own "
        "key: name the organisation's trail (trail.bucket) where there is one.",
        within="/Trail/",
    ),
    Accepted(
        in_standards("CloudTrailCloudWatchLogsEnabled"),
        "AWS::CloudTrail::Trail",
        "Rules of EventBridge tell of what matters, minutes after it happened. A copy of all "
        "events in CloudWatch Logs could be deleted by whoever administers the account, and costs "
        "more than all the rest (CloudTrail.5).",
        within="/Trail/",
    ),
)


def accepted(settings: Settings) -> Iterator[Accepted]:
    """List what is accepted of what credentials share: always, and because a team set it so."""
    yield from ALWAYS
    yield wildcards(
        resource("lambda", f"function:{settings.prefix}-*-users"),
        reason="The functions that create users, of databases that come later too. It is invoked "
        "by CloudFormation alone.",
        within="/CustomResources/",
    )
    if not settings.permissions_boundary:
        yield _platform_boundary(settings)
    if settings.trail.enabled:
        yield from OF_THE_TRAIL
    if settings.ec2_consumer:
        yield SESSIONS
        yield UNPROTECTED


BOUNDARY = (
    "A permissions boundary gives nothing: it is the most that all the roles together may do, and "
    "each role's own policy names its resources."
)


def _platform_boundary(settings: Settings) -> Accepted:
    return wildcards(
        "*",
        resource("lambda", f"function:{settings.prefix}-*-users"),
        resource("logs", f"log-group:/aws/lambda/{settings.prefix}-*:*"),
        resource("logs", f"log-group:/{settings.path}/flow-log:*"),
        reason=BOUNDARY,
        within="/Platform/Boundary/",
    )
