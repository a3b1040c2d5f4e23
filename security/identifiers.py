"""The names and ARNs that a deployment of a template would have.

They are made up, but the same each time, and of the form that AWS gives them; only a key's id says
which key it is.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from security.errors import ProofError
from security.intrinsics import evaluate

ACCOUNT = "111122223333"
REGION = "eu-west-1"
PARTITION = "aws"
OTHER_ACCOUNT = "999999999999"

_PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": PARTITION,
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}
_HASH = 8
"""Characters that the CDK appends to a construct's path to make a logical id."""


@dataclass(frozen=True)
class Identifiers:
    """What references in a template stand for.

    Attributes:
        stack: The stack's name.
        resources: The template's resources by logical id.
    """

    stack: str
    resources: Mapping[str, Any]

    def resolve(self, value: Any) -> Any:  # noqa: ANN401  # JSON in, JSON out
        """Evaluate every intrinsic function in a value.

        Raises:
            ProofError: A function or a reference is not known here.
        """
        return evaluate(value, self.lookup)

    def lookup(self, name: str, attribute: str | None) -> str:
        """Give the value of a `Ref` or, with an attribute, of an `Fn::GetAtt`.

        Raises:
            ProofError: It is not known here.
        """
        if name in _PSEUDO_PARAMETERS:
            return _PSEUDO_PARAMETERS[name]
        kind = self.resources[name]["Type"] if name in self.resources else "a parameter"
        try:
            give = _VALUES[kind, attribute]
        except KeyError as error:
            raise ProofError(
                f"What {attribute or 'Ref'} of {name} ({kind}) stands for is not known; "
                "add it to security/identifiers.py"
            ) from error
        return give(self, name)

    def property(self, name: str, key: str) -> Any:  # noqa: ANN401  # JSON
        """Give a resource's property, resolved."""
        return self.resolve(self.resources[name]["Properties"][key])


def arn(service: str, resource: str, *, region: str = REGION, account: str = ACCOUNT) -> str:
    """Make an ARN in the account."""
    return f"arn:{PARTITION}:{service}:{region}:{account}:{resource}"


def role_arn(name: str, *, account: str = ACCOUNT) -> str:
    """Make a role's ARN."""
    return arn("iam", f"role/{name}", region="", account=account)


def stem(logical_id: str) -> str:
    """Take the hash off a logical id."""
    return logical_id[:-_HASH]


def _hex(name: str, length: int) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:length]


def _role_name(ids: Identifiers, name: str) -> str:
    return str(ids.resources[name]["Properties"].get("RoleName", f"{ids.stack}-{stem(name)}"))


def _role(ids: Identifiers, name: str) -> str:
    path = ids.resources[name]["Properties"].get("Path", "/")
    return role_arn(f"{path.removeprefix('/')}{_role_name(ids, name)}")


def _managed_policy(ids: Identifiers, name: str) -> str:
    return arn("iam", f"policy/{ids.stack}-{stem(name)}", region="")


def _group(ids: Identifiers, name: str) -> str:
    return arn("iam", f"group/{ids.property(name, 'GroupName')}", region="")


def _key(_: Identifiers, name: str) -> str:
    return arn("kms", f"key/{stem(name)}")


def _secret(ids: Identifiers, name: str) -> str:
    return arn("secretsmanager", f"secret:{ids.property(name, 'Name')}-{_hex(name, 6)}")


def _attached_secret(ids: Identifiers, name: str) -> str:
    return str(ids.property(name, "SecretId"))


def _function(ids: Identifiers, name: str) -> str:
    return arn("lambda", f"function:{ids.property(name, 'FunctionName')}")


def _log_group(ids: Identifiers, name: str) -> str:
    return arn("logs", f"log-group:{ids.property(name, 'LogGroupName')}:*")


def _rule(ids: Identifiers, name: str) -> str:
    return arn("events", f"rule/{ids.property(name, 'Name')}")


def _topic(ids: Identifiers, name: str) -> str:
    return arn("sns", ids.property(name, "TopicName"))


def _bucket(ids: Identifiers, name: str) -> str:
    return f"{ids.stack}-{stem(name).lower()}-{_hex(name, 12)}"


def _bucket_arn(ids: Identifiers, name: str) -> str:
    return f"arn:{PARTITION}:s3:::{_bucket(ids, name)}"


def _endpoint(ids: Identifiers, name: str) -> str:
    return f"vpce-{ids.property(name, 'ServiceName').rpartition('.')[2]}"


def _numbered(prefix: str) -> Callable[[Identifiers, str], str]:
    return lambda _, name: f"{prefix}-{_hex(name, 17)}"


_VALUES: Mapping[tuple[str, str | None], Callable[[Identifiers, str], str]] = {
    ("AWS::EC2::VPC", "DefaultSecurityGroup"): _numbered("sg"),
    ("AWS::EC2::VPCEndpoint", None): _endpoint,
    ("AWS::Events::Rule", "Arn"): _rule,
    ("AWS::IAM::Group", "Arn"): _group,
    ("AWS::IAM::ManagedPolicy", None): _managed_policy,
    ("AWS::IAM::Role", None): _role_name,
    ("AWS::IAM::Role", "Arn"): _role,
    ("AWS::KMS::Key", "Arn"): _key,
    ("AWS::Lambda::Function", "Arn"): _function,
    ("AWS::Logs::LogGroup", "Arn"): _log_group,
    ("AWS::S3::Bucket", None): _bucket,
    ("AWS::S3::Bucket", "Arn"): _bucket_arn,
    ("AWS::SNS::Topic", None): _topic,
    ("AWS::SecretsManager::Secret", None): _secret,
    ("AWS::SecretsManager::SecretTargetAttachment", None): _attached_secret,
}
"""By type and attribute; only what policies, and what carries them, refer to."""
