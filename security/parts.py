"""The parts of a deployment that people have names for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from security.errors import ProofError
from security.identifiers import Identifiers, arn, stem
from security.principals import Principal

_INSTANCE = "AWS::EC2::Instance"
_FUNCTION = "AWS::Lambda::Function"
_SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  # the name of a type


@dataclass(frozen=True)
class Parts:
    """Functions, roles, secrets, keys and logs of a template.

    Attributes:
        ids: What references stand for.
    """

    ids: Identifiers

    def function(self, name: str) -> Principal:
        """The code of the function that is named after the stack and this.

        Raises:
            ProofError: There is none.
        """
        logical_id = self._named(_FUNCTION, "FunctionName", f"{self.ids.stack}-{name}")
        role = Principal.role(name, self._role_arn(logical_id))
        return replace(role, code_of=self.ids.lookup(logical_id, "Arn"))

    def functions(self) -> list[str]:
        """The names of all functions, without the stack's."""
        prefix = f"{self.ids.stack}-"
        names = (self.ids.property(each, "FunctionName") for each in self.of(_FUNCTION))
        return [name.removeprefix(prefix) for name in names]

    def makers(self) -> list[Principal]:
        """The code of the functions that make custom resources for the one that answers."""
        return [self.function(name) for name in self.functions() if name.endswith("-users")]

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
        """Whether a function runs in the network."""
        logical_id = self._named(_FUNCTION, "FunctionName", f"{self.ids.stack}-{name}")
        return "VpcConfig" in self.of(_FUNCTION)[logical_id]

    def is_about_keys(self, function: Principal) -> bool:
        """Whether it is one of the functions about an access key, whose boundary is narrower."""
        return function.name.startswith("access-key-")

    def role(self, name: str) -> Principal:
        """A session of the role with this logical id, without its hash.

        Raises:
            ProofError: There is none.
        """
        for each in self.of("AWS::IAM::Role"):
            if stem(each) == name:
                return Principal.role(name, self.ids.lookup(each, "Arn"))
        raise ProofError(f"There is no role {name} in the template")

    def instance(self) -> Principal | None:
        """A program on the instance, with the role that is attached; None if there is none."""
        if not self.of(_INSTANCE):
            return None
        return replace(self.role("Ec2ConsumerRole"), name="the instance")

    def user_data(self) -> str:
        """What the instance does when it boots."""
        [instance] = self.of(_INSTANCE)
        return str(self.ids.property(instance, "UserData"))

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
        """ARN of the secret that is named after the stack and this.

        Raises:
            ProofError: There is none.
        """
        return self.ids.lookup(self._named(_SECRET, "Name", f"{self.path}/{name}"), None)

    def secrets(self) -> list[str]:
        """ARNs of all secrets."""
        return [self.ids.lookup(each, None) for each in self.of(_SECRET)]

    def key_of(self, secret: str) -> str:
        """ARN of the key of a secret, which is given by its ARN."""
        [name] = [each for each in self.of(_SECRET) if self.ids.lookup(each, None) == secret]
        return str(self.ids.property(name, "KmsKeyId"))

    def key_arns(self) -> list[str]:
        """ARNs of all keys."""
        return [self.ids.lookup(each, "Arn") for each in self.of("AWS::KMS::Key")]

    def data_key(self) -> str:
        """ARN of the database's key."""
        [database] = self.of("AWS::RDS::DBInstance")
        return str(self.ids.property(database, "KmsKeyId"))

    @property
    def path(self) -> str:
        """What the names of secrets and logs begin with."""
        [name] = {self.ids.property(each, "Name").rpartition("/")[0] for each in self.of(_SECRET)}
        return str(name)

    def log_groups(self) -> Mapping[str, str]:
        """The keys of all log groups, by the ARN of the log group, which ends in `:*`."""
        return {
            self.ids.lookup(each, "Arn"): self.ids.property(each, "KmsKeyId")
            for each in self.of("AWS::Logs::LogGroup")
        }

    def topic(self) -> tuple[str, str]:
        """ARNs of the topic of alarms and of its key."""
        [topic] = self.of("AWS::SNS::Topic")
        return self.ids.lookup(topic, None), self.ids.property(topic, "KmsMasterKeyId")

    def rule(self, name: str) -> str:
        """ARN of the rule that is named after the stack and this."""
        logical_id = self._named("AWS::Events::Rule", "Name", f"{self.ids.stack}-{name}")
        return self.ids.lookup(logical_id, "Arn")

    def security_group(self) -> str:
        """ARN of the network's default security group."""
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
        return {
            self.ids.property(each, "SecretId"): self.ids.property(each, "RotationLambdaARN")
            for each in schedules
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
