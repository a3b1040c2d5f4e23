"""A secret with the token that opens a gate, and the function that rotates it."""

from collections.abc import Iterator
from pathlib import Path

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from credential_rotation.boundary_statements import of_functions
from credential_rotation.bundle import Bundle
from credential_rotation.functions import PythonFunction
from credential_rotation.monitoring import CredentialGroup
from credential_rotation.platform import Platform
from credential_rotation.roles import Boundary, at_most
from credential_rotation.rotation import RotationRules, permit_rotation, rotate
from credential_rotation.secret import RotatedSecret
from credential_rotation.secret_policy import ROTATE, allow_rotate

FUNCTIONS = Path(__file__).parent / "functions"


class Toy(Construct):
    """A credential of a kind of its own. See `Credential`."""

    id = "Toy"
    strategy = "toy"

    def __init__(
        self, scope: Construct, construct_id: str, *, platform: Platform, gate: str
    ) -> None:
        super().__init__(scope, construct_id)
        names = self._names = platform.names.within("toy")
        self.secret = RotatedSecret(
            self,
            "Secret",
            name=f"{names.path}/one",
            resource_id="Secret",
            description="A toy",
            generated=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                secret_string_template="{}", generate_string_key="token", exclude_punctuation=True
            ),
            platform=platform,
        )
        Boundary(
            self,
            "Boundary",
            path=names.path,
            given=platform.options.boundary,
            ceiling=list(self._ceiling(platform)),
        )
        self.function = PythonFunction(
            self,
            "Function",
            names=names,
            name="rotation",
            description="Rotates a toy",
            bundle=Bundle("toy", source=FUNCTIONS),
            handler="toy.handler.handler",
            key=platform.data_key,
            placement=platform.site.placement,
            timeout=Duration.seconds(30),
            environment={"GATE": gate},
        )
        self.secret.admit_rotator(self.function.role)
        allow_rotate(
            self.function.role,
            self.secret.arn,
            function_arn=self.function.arn,
            key=platform.secrets_key,
        )
        rotate(
            self,
            secret=self.secret,
            secret_id=self.secret.arn,
            function=self.function,
            rules=RotationRules("rate(10 days)", "3h"),
            after=[permit_rotation(self.function, secrets=self.secret.arn)],
        )

    @property
    def group(self) -> CredentialGroup:
        """What watches it."""
        return CredentialGroup(
            id=self.id, names=self._names, secrets=f"{self._names.path}/", credentials=[self]
        )

    def _ceiling(self, platform: Platform) -> Iterator[iam.PolicyStatement]:
        yield at_most("Secret", ROTATE, self.secret.arn)
        yield platform.secrets_key.ceiling(
            "kms:Decrypt", "kms:GenerateDataKey", secrets=self.secret.arn
        )
        yield from of_functions(Stack.of(self), self._names)
