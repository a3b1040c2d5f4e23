"""Credentials of a database: the admin's and an application's."""

from collections.abc import Mapping, Sequence

from aws_cdk import Stack
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from credential_rotation.endpoints import SecretsEndpoint
from credential_rotation.keys import SecretsKey
from credential_rotation.names import Names
from credential_rotation.secret import RotatedSecret


class DatabaseSecret(RotatedSecret):
    """A user name, a password, and where they are accepted."""

    # The JSON is AWS's: docs.aws.amazon.com/secretsmanager/latest/userguide/
    # reference_secret_json_structure.html

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        username: str,
        more: Mapping[str, str],
        key: SecretsKey,
        endpoint: SecretsEndpoint,
        deployer: str,
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
            name: The secret's name.
            description: What the credential is for.
            username: Who logs in with it.
            more: What the secret holds besides the user name and the password.
            key: Encrypts the secret.
            endpoint: The way to it from the network.
            deployer: ARN of the role with which CloudFormation reads the password for the instance
                and completes the secret. Without it a deployment would lock itself out.
            readers: ARNs of roles that may read it and are not of this stack.
        """
        super().__init__(
            scope,
            construct_id,
            name=name,
            resource_id=f"SecretOf-{username}",
            description=description,
            generated=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                secret_string_template=Stack.of(scope).to_json_string(
                    {"username": username, **more}
                ),
                generate_string_key="password",
                password_length=40,
                exclude_punctuation=True,
            ),
            key=key,
            endpoint=endpoint,
            deployers=[deployer],
            readers=readers,
        )

    def attach(self, *, instance_identifier: str) -> None:
        """Add the host, the port and the name of a database to the secret."""
        self.attachment = secretsmanager.CfnSecretTargetAttachment(
            self,
            "Attachment",
            secret_id=self.arn,
            target_id=instance_identifier,
            target_type="AWS::RDS::DBInstance",
        )


class AdminSecret(DatabaseSecret):
    """The credential of the database's master user."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        username: str,
        key: SecretsKey,
        endpoint: SecretsEndpoint,
        deployer: str,
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its name begins with.
            username: Name of the master user.
            key: See `DatabaseSecret`.
            endpoint: See `DatabaseSecret`.
            deployer: See `DatabaseSecret`.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{names.path}/admin",
            description=f"Master user of the database {names.prefix}",
            username=username,
            more={},
            key=key,
            endpoint=endpoint,
            deployer=deployer,
        )


class ApplicationSecret(DatabaseSecret):
    """The credential that the application logs in with. It names the admin's, as AWS has it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        application: str,
        username: str,
        readers: Sequence[str],
        admin: AdminSecret,
        key: SecretsKey,
        endpoint: SecretsEndpoint,
        deployer: str,
    ) -> None:
        """Create the secret.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its name begins with.
            application: What logs in with it.
            username: Name of the user.
            readers: ARNs of roles that may read it and are not of this stack.
            admin: The credential of the user who may create and change this one's.
            key: See `DatabaseSecret`.
            endpoint: See `DatabaseSecret`.
            deployer: See `DatabaseSecret`.
        """
        super().__init__(
            scope,
            construct_id,
            name=f"{names.path}/application",
            description=f"What {application} logs in to the database {names.prefix} with",
            username=username,
            more={"masterarn": admin.arn},
            key=key,
            endpoint=endpoint,
            deployer=deployer,
            readers=readers,
        )
