"""Credentials of a database: its admin's and its logins'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_secretsmanager as secretsmanager

from credential_rotation.secret import RotatedSecret

if TYPE_CHECKING:
    from constructs import Construct, IDependable

    from credential_rotation.database import Database
    from credential_rotation.rds_server import RdsServer


class DatabaseSecret(RotatedSecret):
    """A user name, a password, and where they are accepted.

    Attributes:
        attachment: What completes the secret with host, port and name of the database; None while
            the secret has them itself.
    """

    # The JSON is AWS's: docs.aws.amazon.com/secretsmanager/latest/userguide/
    # reference_secret_json_structure.html

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: Database,
        completes: bool,
        name: str,
        description: str,
        username: str,
        more: Mapping[str, str | int] | None = None,
        readers: Sequence[str] = (),
    ) -> None:
        """Create the secret with a generated password.

        What generates the password must never change: CloudFormation would generate it anew, and
        AWSCURRENT would be a password that the database does not know. So no setting reaches it
        that a team may change, and another user name makes another resource of the same name,
        which Secrets Manager refuses, and the deployment rolls back with everything as it was.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            database: Where it is accepted.
            completes: Whether a deployment completes it. Then the deployer has to read it: without
                that, a deployment would lock itself out.
            name: The last part of the secret's name.
            description: What the credential is for.
            username: Who logs in with it.
            more: What the secret holds besides the user name and the password.
            readers: ARNs of roles that may read it and are not of this app.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{database.names.path}/{name}",
            resource_id=f"SecretOf-{username}",
            description=description,
            generated=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                secret_string_template=Stack.of(scope).to_json_string(
                    {"username": username, **(more or {})}
                ),
                generate_string_key="password",
                password_length=40,
                exclude_punctuation=True,
            ),
            platform=database.platform,
            deployers=[database.deployer] if completes else [],
            readers=readers,
        )
        self.attachment: secretsmanager.CfnSecretTargetAttachment | None = None

    def attach(self, server: RdsServer) -> IDependable:
        """Add the host, the port and the name of a database to the secret."""
        self.attachment = secretsmanager.CfnSecretTargetAttachment(
            self,
            "Attachment",
            secret_id=self.arn,
            target_id=server.identifier,
            target_type=server.attached,
        )
        return self.attachment

    @property
    def complete(self) -> str:
        """Its ARN, of the resource that completes it."""
        return self.attachment.ref if self.attachment else self.arn
