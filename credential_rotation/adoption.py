"""A login whose secret is somebody else's, which our functions rotate until it is given back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import CustomResource, Duration, RemovalPolicies, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from credential_rotation.adopted_secret import AdoptedSecret, AdoptedSecretOptions
from credential_rotation.boundary_statements import of_functions
from credential_rotation.bundle import Bundle
from credential_rotation.custom_resources import MAKERS
from credential_rotation.errors import TooLongNameError
from credential_rotation.functions import PythonFunction
from credential_rotation.login import Login
from credential_rotation.names import pascal
from credential_rotation.roles import Boundary, ServiceRole, at_most
from credential_rotation.rotation import RotationRules, permit_rotation

if TYPE_CHECKING:
    from credential_rotation.database import Database

HAND_OVER = (
    "secretsmanager:CancelRotateSecret",
    "secretsmanager:DescribeSecret",
)
"""What giving back needs, besides RotateSecret, which is for two functions alone."""

_ROTATE = "secretsmanager:RotateSecret"
_INVOKE = "lambda:InvokeFunction"
_LONGEST = 64


def adopter_of(secret_arn: str) -> str:
    """The end of the name of the function that adopts a secret, and gives it back.

    Another secret has another one: the two exist beside each other while the one before is given
    back, and AWS refuses a name twice.

    Args:
        secret_arn: ARN of the secret.
    """
    return f"adopt-{of_another(secret_arn)}-{MAKERS}"


def of_another(secret_arn: str) -> str:
    """What ids have of a secret, so that another one has other resources."""
    return hashlib.sha256(secret_arn.encode()).hexdigest()[:6]


@dataclass(frozen=True, kw_only=True)
class AdoptionOptions:
    """What an adopted login is like.

    Attributes:
        secret: Its secret.
        username: Name of the user; the first of a pair.
        strategy: See `LoginOptions`.
        rules: When to rotate.
        readers: ARNs of roles that our way to Secrets Manager lets through to the secret.
    """

    secret: AdoptedSecretOptions
    username: str
    strategy: str
    rules: RotationRules
    readers: Sequence[str] = ()


class AdoptedLogin(Construct):
    """A user whose secret exists. Also see `Credential`.

    Not by a RotationSchedule, whose removal leaves the secret with rotation off and our function:
    a resource of our own gives it back (docs/adr/0027).

    Attributes:
        user: The resource that has our function rotate the secret.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: Database,
        name: str,
        options: AdoptionOptions,
    ) -> None:
        """Take the rotation over.

        Args:
            scope: The parent.
            construct_id: The name within it.
            database: The database.
            name: What the login is called.
            options: What it is like.

        Raises:
            TooLongNameError: The name does not fit into that of the function that adopts.
        """
        super().__init__(scope, construct_id)
        self.id = f"{database.id}{pascal(name)}"
        self.strategy = options.strategy
        self.secret = AdoptedSecret(database, options.secret)
        self.function = database.rotator(options.strategy)
        self.secret.grant_rotate(self.function)
        self.secret.grant_read(database.users.role)
        for reader in options.readers:
            self.secret.admit_reader(reader)
        self._database = database
        self._options = options
        adopter = self._adopter(name)
        check = self._make(
            "Check", function=database.users, properties=self._to_check(), after=database.needs
        )
        record = self._make("Former", function=adopter, properties=self._to_record(), after=[check])
        permission = permit_rotation(self.function, secrets=self.secret.pattern, scope=self)
        self.user = self._make(
            "Rotation",
            function=adopter,
            properties={
                "RotationFunction": self.function.arn,
                "Schedule": options.rules.schedule,
                "Duration": options.rules.window,
                "Former": record.ref,
            },
            after=[*self.function.ready, permission],
        )
        database.credentials.append(self)

    def _adopter(self, name: str) -> PythonFunction:
        """A function and a role of this login's own.

        What they may has to last until the secret is given back, which is after the deployment that
        takes the login out has changed the policies of all that stays.
        """
        database = self._database
        called = adopter_of(self._options.secret.identity)
        if len(f"{database.names.prefix}-{called}") > _LONGEST:
            raise TooLongNameError(
                f"The function {database.names.prefix}-{called} would have more than {_LONGEST}"
                " characters: give the stack or the database a shorter name."
            )
        function = PythonFunction(
            self,
            "Adopter",
            names=database.names,
            name=called,
            description=f"Adopts the secret of {name}, and gives it back",
            bundle=Bundle("adoption"),
            handler="adoption.handler.handler",
            key=database.platform.data_key,
            # Outside of the network: the policy of a way into it changes before what it was for is
            # given back. It reads no value.
            placement=None,
            timeout=Duration.minutes(1),
        )
        RemovalPolicies.of(function).destroy(apply_to_resource_types=["AWS::Logs::LogGroup"])
        Boundary(
            self,
            "Boundary",
            path=database.names.path,
            given=database.platform.options.boundary,
            ceiling=list(self._ceiling()),
        )
        self._allow(function.role)
        return function

    @property
    def _functions(self) -> list[str]:
        """Who may rotate the secret: ours, and the one that did before."""
        former = self._options.secret.function_arn
        return [self.function.arn, *([former] if former else [])]

    def _allow(self, role: ServiceRole) -> None:
        role.allow(iam.PolicyStatement(actions=list(HAND_OVER), resources=[self.secret.pattern]))
        role.allow(
            iam.PolicyStatement(
                actions=[_ROTATE],
                resources=[self.secret.pattern],
                conditions={"ArnEquals": {"secretsmanager:RotationLambdaARN": self._functions}},
            )
        )
        # Secrets Manager asks whether the caller may run the function, in the caller's name:
        # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
        role.allow(iam.PolicyStatement(actions=[_INVOKE], resources=self._functions))

    def _ceiling(self) -> Iterator[iam.PolicyStatement]:
        database = self._database
        yield from of_functions(Stack.of(self), database.names, in_a_network=False)
        yield at_most("Adoption", [*HAND_OVER, _ROTATE], self.secret.pattern)
        yield at_most("Functions", [_INVOKE], *self._functions)

    def _to_check(self) -> Mapping[str, str | list[str]]:
        database, options = self._database, self._options
        by_admin = database.options.engine.strategies[options.strategy].by_admin
        return {
            "Strategy": options.strategy,
            "Username": options.username,
            "Host": database.server.host,
            "Port": database.server.port,
            "AdminArn": database.server.admin_arn if by_admin else "",
            "Roles": self.roles,
        }

    def _to_record(self) -> Mapping[str, str | list[str]]:
        return {
            "RotationFunction": self.function.arn,
            "FormerFunction": self._options.secret.function_arn,
        }

    @property
    def roles(self) -> str:
        """Pattern of the roles that the policies of the secret and its key have to admit."""
        return self._database.names.roles(Stack.of(self))

    def _make(
        self,
        construct_id: str,
        *,
        function: PythonFunction,
        properties: Mapping[str, str | list[str]],
        after: Sequence[IDependable],
    ) -> CustomResource:
        return self._database.platform.custom_resources.make(
            self,
            construct_id,
            kind=_KINDS[construct_id],
            function=function.arn,
            properties={"SecretArn": self.secret.arn, **properties},
            after=[*function.ready, *after],
        )


AnyLogin = Login | AdoptedLogin

_KINDS = {
    "Check": "AdoptionCheck",
    "Former": "FormerRotation",
    "Rotation": "AdoptedRotation",
}
"""The resources, in their order, by their types."""
