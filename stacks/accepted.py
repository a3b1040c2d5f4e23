"""What the rule packs find and is accepted, each with the reason.

A finding is accepted for the resources that it is about and for no others, so that the next
resource of another kind, or elsewhere, has to be looked at again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from stacks.settings import Settings

_SOLUTIONS, _NIST, _HIPAA, _PCI = (
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
    return tuple(f"{pack}-{rule}" for pack in (_NIST, _HIPAA, _PCI))


def wildcards(*resources: str, reason: str, within: str) -> Accepted:
    """Resources of a policy that AWS Solutions finds too wide.

    Args:
        resources: As the pack writes them.
        reason: Why they are as they are.
        within: A part of the path of the policies.
    """
    rules = tuple(f"{_SOLUTIONS}-IAM5[Resource::{each}]" for each in resources)
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
        within="/Function/",
    ),
    wildcards(
        resource("logs", "log-group:RDSOSMetrics:*"),
        reason="The streams of one log group, which RDS names after an id that the instance gets "
        "later.",
        within="/MonitoringRole/",
    ),
    Accepted(
        (f"{_SOLUTIONS}-L1",),
        "AWS::Lambda::Function",
        "All functions run on python3.13, which Lambda supports until June 2029, and are compiled "
        "for it on every machine (docs/adr/0002).",
    ),
    Accepted(
        (f"{_NIST}-LambdaConcurrency", f"{_HIPAA}-LambdaConcurrency"),
        "AWS::Lambda::Function",
        "A reservation is taken from the account's other functions and fails in a new account. Who "
        "may invoke is limited to one secret or to the deployment; throttling rings an alarm.",
    ),
    Accepted(
        (f"{_NIST}-LambdaDLQ", f"{_HIPAA}-LambdaDLQ"),
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
        "It answers CloudFormation in a bucket of AWS's, to which the network has no way, and is "
        "to have none.",
        within="/CustomResources/",
    ),
    Accepted(
        in_standards("VPCDefaultSecurityGroupClosed"),
        "AWS::EC2::VPC",
        "It is closed, by a function that may do nothing else (Custom::ClosedSecurityGroup); the "
        "rule knows the CDK's own function only, which may also open it.",
    ),
    Accepted(
        (f"{_NIST}-RDSInBackupPlan", f"{_HIPAA}-RDSInBackupPlan"),
        "AWS::RDS::DBInstance",
        "Automatic backups restore to any second of the last days (database.backup_days). A plan "
        "with a vault of its own is the account's; it finds the instance by its tags.",
    ),
)

_INSTANCE, _SECRET = "AWS::RDS::DBInstance", "AWS::SecretsManager::Secret"

SESSIONS = wildcards(
    "*",
    reason="Session Manager's channels have no resources, and the role is there before the "
    "instance that registers (security/wildcards.py has all).",
    within="/Ec2Consumer/Role/",
)

UNPROTECTED = Accepted(
    (f"{_SOLUTIONS}-EC29",),
    "AWS::EC2::Instance",
    "It keeps nothing, and CloudFormation can neither replace nor delete a protected instance.",
)


def accepted(settings: Settings) -> Iterator[Accepted]:
    """List what is accepted: always, and because a team set it so and was warned."""
    yield from ALWAYS
    yield wildcards(
        resource("lambda", f"function:{settings.prefix}-*-users"),
        reason="The functions that make custom resources, also those of stacks that come later, "
        "which the function that answers for them knows by their names alone.",
        within="/CustomResources/",
    )
    if settings.access_key.enabled:
        yield Accepted(
            in_standards("LambdaInsideVPC"),
            "AWS::Lambda::Function",
            "It calls IAM's API, which has no endpoint in most regions' networks, and ours has no "
            "other way out. It may read one secret and manage the keys of one user.",
            within="/AccessKey/",
        )
    if not settings.permissions_boundary:
        yield _boundary(settings)
    if settings.ec2_consumer:
        yield SESSIONS
        yield UNPROTECTED
    if not settings.database.multi_az:
        rules = (f"{_SOLUTIONS}-RDS3", f"{_NIST}-RDSMultiAZSupport", f"{_HIPAA}-RDSMultiAZSupport")
        yield Accepted(rules, _INSTANCE, "database.multi_az is off.")
    if not settings.database.deletion_protection:
        rules = (
            f"{_SOLUTIONS}-RDS10",
            f"{_NIST}-RDSInstanceDeletionProtectionEnabled",
            f"{_HIPAA}-RDSInstanceDeletionProtectionEnabled",
        )
        yield Accepted(rules, _INSTANCE, "database.deletion_protection is off.")
    if not settings.rotation.admin:
        rules = (
            f"{_SOLUTIONS}-SMG4",
            f"{_NIST}-SecretsManagerRotationEnabled",
            f"{_HIPAA}-SecretsManagerRotationEnabled",
        )
        yield Accepted(rules, _SECRET, "rotation.admin is off.", within="/AdminSecret/")


def _boundary(settings: Settings) -> Accepted:
    resources = [
        "*",
        resource("secretsmanager", f"secret:{settings.path}/*"),
        resource("logs", f"log-group:/aws/lambda/{settings.prefix}-*:*"),
        resource("lambda", f"function:{settings.prefix}-*-users"),
        resource("logs", f"log-group:/{settings.path}/flow-log:*"),
        resource("logs", "log-group:RDSOSMetrics:*"),
    ]
    if settings.access_key.enabled:
        resources.append(
            resource("logs", f"log-group:/aws/lambda/{settings.prefix}-access-key-*:*")
        )
    if settings.ec2_consumer:
        bucket = "cdk-*-assets-<AWS::AccountId>-<AWS::Region>"
        resources.append(f"arn:<AWS::Partition>:s3:::{bucket}/*")
    return wildcards(
        *resources,
        reason="A permissions boundary gives nothing: it is the most that all the roles together "
        "may do, and each role's own policy names its resources.",
        within="/Boundary/",
    )
