"""The parts of a deployment that people have names for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from credential_rotation.trail import RECORDS
from security.errors import ProofError
from security.identifiers import (
    ACCOUNT,
    OTHER_ACCOUNT,
    PARTITION,
    REGION,
    Identifiers,
    arn,
    stem,
)
from security.principals import Principal
from stacks.settings import Settings
from stacks.settings.network import ExistingEndpoint
from stacks.settings.places import foreign_secrets

_ADOPTED = "Custom::AdoptedRotation"
_ENDPOINT = "AWS::EC2::VPCEndpoint"
_FUNCTION = "AWS::Lambda::Function"
_ALWAYS_IN_THE_NETWORK = "watch"
_SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  # the name of a type


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Where the records of CloudTrail are.

    Attributes:
        bucket: ARN of the bucket.
        prefix: What the names of this account's records begin with.
        key: ARN of the key; empty for one of AWS's.
        trail: ARN of our trail; empty if it is somebody else's.
        owner: The account that has the bucket.
    """

    bucket: str
    prefix: str
    key: str
    owner: str
    trail: str = ""

    @property
    def record(self) -> str:
        """ARN of a record."""
        return f"{self.bucket}/{self.prefix}/CloudTrail/{REGION}/2026/01/01/a.json.gz"


@dataclass(frozen=True)
class Parts:
    """Functions, roles, secrets, keys and logs of a template.

    What belongs together has a home, which is what the names of its functions begin with: a
    database, or whatever else has a secret. The roles of a home share a permissions boundary. What
    all share has none.

    Attributes:
        ids: What references stand for.
        settings: What the template was made from.
    """

    ids: Identifiers
    settings: Settings

    def function(self, name: str) -> Principal:
        """The code of the function that is named after the stack and this.

        Raises:
            ProofError: There is none.
        """
        logical_id = self._named(_FUNCTION, "FunctionName", f"{self.ids.stack}-{name}")
        role = Principal.role(name, self._role_arn(logical_id))
        return replace(role, code_of=self.ids.lookup(logical_id, "Arn"))

    def functions(self) -> list[str]:
        """The names of all functions, without what all of them begin with."""
        return self._functions

    @cached_property
    def _functions(self) -> list[str]:
        prefix = f"{self.ids.stack}-"
        names = (self.ids.property(each, "FunctionName") for each in self.of(_FUNCTION))
        return [name.removeprefix(prefix) for name in names]

    def all_code(self) -> list[Principal]:
        """The code of all functions."""
        return [self.function(name) for name in self.functions()]

    def makers(self) -> list[Principal]:
        """The code of the functions that make custom resources for the one that answers."""
        return [each for each in self.all_code() if each.name.endswith("-users")]

    @property
    def homes(self) -> list[str]:
        """Where secrets are at home."""
        return list(dict.fromkeys(self.home_of(each) for each in self.secrets()))

    def home_of(self, secret: str) -> str:
        """The home of a secret, which is given by its ARN; empty if it is not one of ours.

        The name of what rotates it tells, or else the first part of its own below the path.
        """
        if secret in self.rotators:
            function = self.rotators[secret].rpartition(":")[2]
            return function.removeprefix(f"{self.ids.stack}-").rpartition("-")[0]
        return self.name_of(secret).partition("/")[0]

    def name_of(self, secret: str) -> str:
        """The name below the path of a secret that is given by its ARN; empty if not of ours."""
        [name] = [name for name, each in self.named_secrets.items() if each == secret] or [""]
        return name

    def home(self, function: str) -> str:
        """The home of a function; empty if it is one of those that all share.

        What adopts a secret is at home with itself: it has a boundary of its own.
        """
        if self.function(function).code_of in self.adopters:
            return function
        fitting = [each for each in self.homes if function.startswith(f"{each}-")]
        return max(fitting, key=len, default="")

    def share_home(self, function: str, secret: str) -> bool:
        """Whether a function and a secret, which is given by its ARN, are of the same home."""
        return bool(self.home(function)) and self.home(function) == self.home_of(secret)

    def has_interfaces(self, home: str) -> bool:
        """Whether a function of a home, or of those that all share, runs in any network."""
        return any(self.in_subnets(each) for each in self.functions() if self.home(each) == home)

    @cached_property
    def way(self) -> str:
        """The end of the id of the endpoint that leads to Secrets Manager; empty without one."""
        endpoint = self.settings.network.secrets_endpoint
        if isinstance(endpoint, ExistingEndpoint):
            return endpoint.id.removeprefix("vpce-")
        return "secretsmanager" if endpoint == "create" else ""

    def way_of(self, who: Principal) -> str:
        """The way on which somebody calls Secrets Manager: empty for what is outside."""
        outside = who.name in self.functions() and not self.in_network(who.name)
        return "" if outside else self.way

    def rotator(self, secret: str) -> Principal:
        """The code of the function that rotates a secret, which is given by its ARN.

        Raises:
            ProofError: None does.
        """
        for name in self.functions():
            function = self.function(name)
            if function.code_of == self.rotators.get(secret):
                return function
        raise ProofError(f"No function of the template rotates {secret}")

    def in_network(self, name: str) -> bool:
        """Whether a function runs in the network that all share, and not in one of a team's."""
        return self._subnets(name) == self._subnets(_ALWAYS_IN_THE_NETWORK)

    def in_subnets(self, name: str) -> bool:
        """Whether a function runs in a network, whosever it is."""
        return self._subnets(name) is not None

    def _subnets(self, name: str) -> object:
        """The subnets of a function; None if it is in no network."""
        logical_id = self._named(_FUNCTION, "FunctionName", f"{self.ids.stack}-{name}")
        return self.of(_FUNCTION)[logical_id].get("VpcConfig", {}).get("SubnetIds")

    def role(self, name: str) -> Principal:
        """A session of the role with this logical id, without its hash.

        Raises:
            ProofError: There is none.
        """
        for each in self.of("AWS::IAM::Role"):
            if stem(each) == name:
                return Principal.role(name, self.ids.lookup(each, "Arn"))
        raise ProofError(f"There is no role {name} in the template")

    def person_role(self, name: str) -> Principal:
        """A session of the role for people that is named after the stack and this.

        Raises:
            ProofError: There is none.
        """
        for each, role in self.of("AWS::IAM::Role").items():
            if role.get("RoleName") == f"{self.ids.stack}-{name}":
                return Principal.role(name, self.ids.lookup(each, "Arn"))
        raise ProofError(f"There is no role {name} in the template")

    def group(self, name: str) -> str:
        """ARN of the group that is named after the stack and this.

        Raises:
            ProofError: There is none.
        """
        logical_id = self._named("AWS::IAM::Group", "GroupName", f"{self.ids.stack}-{name}")
        return self.ids.lookup(logical_id, "Arn")

    def secret(self, name: str) -> str:
        """ARN of the secret that is named after the path and this.

        Raises:
            ProofError: There is none.
        """
        if name not in self.named_secrets:
            raise ProofError(f"There is no {_SECRET} {self.path}/{name} in the template")
        return self.named_secrets[name]

    @cached_property
    def named_secrets(self) -> Mapping[str, str]:
        """ARNs of all secrets, by their names below the path."""
        return {
            self.ids.property(each, "Name").removeprefix(f"{self.path}/"): self.ids.lookup(
                each, None
            )
            for each in self.of(_SECRET)
        }

    def secrets(self) -> list[str]:
        """ARNs of all secrets."""
        return list(self.named_secrets.values())

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        ours = {
            self.ids.lookup(each, None): self.ids.property(each, "KmsKeyId")
            for each in self.of(_SECRET)
        }
        return {**dict(foreign_secrets(self.settings)), **ours}

    def key_of(self, secret: str) -> str:
        """ARN of the key of a secret, which is given by its ARN.

        Empty for the key that AWS manages, which lets everyone in the account use it through
        Secrets Manager: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
        """
        return self._keys[secret]

    def key_arns(self) -> list[str]:
        """ARNs of all keys."""
        return [self.ids.lookup(each, "Arn") for each in self.of("AWS::KMS::Key")]

    def data_key(self) -> str:
        """ARN of the key of logs and data."""
        [key] = set(self.log_groups().values())
        return key

    @property
    def path(self) -> str:
        """What the names of secrets and logs begin with."""
        return self.settings.path

    def ways_out(self) -> set[str]:
        """The services to which endpoints of the template lead."""
        return {
            self.ids.property(each, "ServiceName").rpartition(".")[2] for each in self.of(_ENDPOINT)
        }

    def log_groups(self) -> Mapping[str, str]:
        """The keys of all log groups, by the ARN of the log group, which ends in `:*`."""
        return {
            self.ids.lookup(each, "Arn"): self.ids.property(each, "KmsKeyId")
            for each in self.of("AWS::Logs::LogGroup")
        }

    def topic(self) -> tuple[str, str]:
        """ARNs of our topic of alarms and of its key."""
        [topic] = self.of("AWS::SNS::Topic")
        return self.ids.lookup(topic, None), self.ids.property(topic, "KmsMasterKeyId")

    def rule(self, name: str) -> str:
        """ARN of the rule that is named after the stack and this."""
        logical_id = self._named("AWS::Events::Rule", "Name", f"{self.ids.stack}-{name}")
        return self.ids.lookup(logical_id, "Arn")

    @cached_property
    def evidence(self) -> "Evidence | None":
        """Where the records of CloudTrail are; None if the settings name no trail."""
        trail = self.settings.trail
        if trail.bucket:
            return Evidence(
                bucket=f"arn:{PARTITION}:s3:::{trail.bucket}",
                prefix=f"{trail.prefix}/{ACCOUNT}",
                key=trail.key_arn,
                owner=OTHER_ACCOUNT,
            )
        if not trail.enabled:
            return None
        [made] = self.of("AWS::CloudTrail::Trail")
        [bucket] = self.of("AWS::S3::Bucket")
        return Evidence(
            bucket=self.ids.lookup(bucket, "Arn"),
            prefix=f"{RECORDS}/{ACCOUNT}",
            key=self.ids.property(made, "KMSKeyId"),
            trail=arn("cloudtrail", f"trail/{self.ids.property(made, 'TrailName')}"),
            owner=ACCOUNT,
        )

    def security_group(self) -> str:
        """ARN of the default security group of our network."""
        [vpc] = self.of("AWS::EC2::VPC")
        return arn("ec2", f"security-group/{self.ids.lookup(vpc, 'DefaultSecurityGroup')}")

    @cached_property
    def boundaries(self) -> Mapping[str, str]:
        """ARNs of the permissions boundaries, by the ARN of the role.

        Raises:
            ProofError: A role has none.
        """
        roles = self.of("AWS::IAM::Role")
        unbounded = [name for name, role in roles.items() if "PermissionsBoundary" not in role]
        if unbounded:
            raise ProofError(f"These roles have no permissions boundary: {', '.join(unbounded)}")
        return {
            self.ids.lookup(name, "Arn"): self.ids.property(name, "PermissionsBoundary")
            for name in roles
        }

    @cached_property
    def rotators(self) -> Mapping[str, str]:
        """ARNs of the functions that rotate, by the ARN of the secret."""
        schedules = self.of("AWS::SecretsManager::RotationSchedule")
        made = {
            self.ids.property(each, "SecretId"): self.ids.property(each, "RotationLambdaARN")
            for each in schedules
        }
        adopted = {
            self.ids.property(each, "SecretArn"): self.ids.property(each, "RotationFunction")
            for each in self.of(_ADOPTED)
        }
        return {**made, **adopted}

    @cached_property
    def adopters(self) -> Mapping[str, str]:
        """ARNs of the secrets that are adopted, by the ARN of the function that adopts."""
        return {
            self.ids.property(each, "Function"): self.ids.property(each, "SecretArn")
            for each in self.of(_ADOPTED)
        }

    def of(self, kind: str) -> dict[str, Any]:
        """The properties of all resources of a type, by logical id."""
        return dict(self._of(kind))

    def _of(self, kind: str) -> Iterator[tuple[str, Any]]:
        for name, resource in self.ids.resources.items():
            if resource["Type"] == kind:
                yield name, resource.get("Properties", {})

    def _named(self, kind: str, key: str, name: str) -> str:
        for each in self.of(kind):
            if self.ids.property(each, key) == name:
                return each
        raise ProofError(f"There is no {kind} {name} in the template")

    def _role_arn(self, function: str) -> str:
        return str(self.ids.property(function, "Role"))
