"""The resource types of Secrets Manager, all of which moto lacks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_SecretsManager.html
"""

import json
import uuid
from typing import Any

from moto.rds.exceptions import DBClusterNotFoundError, DBInstanceNotFoundError
from moto.rds.models import rds_backends
from moto.secretsmanager.models import secretsmanager_backends

from local.aws.cloudformation.clusters import DBCluster
from local.aws.cloudformation.resource import Properties, Resource
from local.aws.products import product_of
from local.aws.secrets_manager import RotatingSecret, SecretsManager


class _SecretResource(Resource):
    """A resource that is a secret or is about one."""

    @property
    def _service(self) -> SecretsManager:
        service = secretsmanager_backends[self.account_id][self.region]
        if not isinstance(service, SecretsManager):
            raise TypeError("the local Secrets Manager is not installed")
        return service

    def _secret(self, secret_id: str) -> RotatingSecret:
        secret = self._service.describe_secret(secret_id)
        if not isinstance(secret, RotatingSecret):
            raise TypeError(f"{secret_id} is a replica")
        return secret


class Secret(_SecretResource):
    """A secret with a given or generated value."""

    type_name = "AWS::SecretsManager::Secret"
    attributes = ("Id",)

    def create(self, properties: Properties) -> str:
        """Create the secret and return its ARN."""
        answer = self._service.create_secret(
            name=self.name,
            secret_string=self._value(properties),
            secret_binary=None,
            description=properties.get("Description"),
            tags=properties.get("Tags", []),
            kms_key_id=properties.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=properties.get("ReplicaRegions", []),
            force_overwrite=False,
        )
        return str(json.loads(answer)["ARN"])

    def update(self, properties: Properties) -> None:
        """Take over description, key and tags; a value once generated stays."""
        secret = self._secret(self._physical_id)
        secret.update(
            properties.get("Description"), properties.get("Tags", []), properties.get("KmsKeyId")
        )

    def remove(self) -> None:
        """Delete the secret without a recovery window."""
        self._service.delete_secret(self._physical_id, None, force_delete_without_recovery=True)

    def _value(self, properties: Properties) -> str | None:
        generate = properties.get("GenerateSecretString")
        if generate is None:
            return properties.get("SecretString")
        password = self._password(generate)
        if "SecretStringTemplate" not in generate:
            return password
        template = json.loads(generate["SecretStringTemplate"])
        return json.dumps({**template, generate["GenerateStringKey"]: password})

    def _password(self, generate: dict[str, Any]) -> str:
        answer = self._service.get_random_password(
            password_length=int(generate.get("PasswordLength", 32)),
            exclude_characters=generate.get("ExcludeCharacters", ""),
            exclude_numbers=generate.get("ExcludeNumbers", False),
            exclude_punctuation=generate.get("ExcludePunctuation", False),
            exclude_uppercase=generate.get("ExcludeUppercase", False),
            exclude_lowercase=generate.get("ExcludeLowercase", False),
            include_space=generate.get("IncludeSpace", False),
            require_each_included_type=generate.get("RequireEachIncludedType", True),
        )
        return str(json.loads(answer)["RandomPassword"])


class SecretTargetAttachment(_SecretResource):
    """Writes the database's connection details into the secret."""

    type_name = "AWS::SecretsManager::SecretTargetAttachment"

    def create(self, properties: Properties) -> str:
        """Complete the secret's AWSCURRENT version and return the secret's ARN."""
        secret = self._secret(properties["SecretId"])
        version = secret.versions[str(secret.default_version_id)]
        details = self._details(properties["TargetType"], properties["TargetId"])
        version["secret_string"] = json.dumps({**json.loads(version["secret_string"]), **details})
        return secret.arn

    def _details(self, target_type: str, target_id: str) -> dict[str, Any]:
        backend = rds_backends[self.account_id][self.region]
        if target_type == "AWS::RDS::DBInstance":
            instance = backend.databases.get(target_id)
            if instance is None:
                raise DBInstanceNotFoundError(target_id)
            engine, name, identifier = instance.engine, instance.db_name, "dbInstanceIdentifier"
            host, port = instance.endpoint["Address"], instance.endpoint["Port"]
        elif target_type == "AWS::RDS::DBCluster":
            cluster = backend.clusters.get(target_id)
            if cluster is None:
                raise DBClusterNotFoundError(target_id)
            engine, name, identifier = cluster.engine, cluster.database_name, "dbClusterIdentifier"
            server = DBCluster.servers.take(target_id, product_of(engine))
            host, port = server.host, server.port
        else:
            raise ValueError(
                f"TargetType {target_type}: the local AWS attaches a DBInstance or a DBCluster only"
            )
        details = {"engine": product_of(engine).attached, "host": host, "port": port}
        return {**details, **({"dbname": name} if name else {}), identifier: target_id}


class RotationSchedule(_SecretResource):
    """A secret's rotation: function, rules, and whether to rotate at once."""

    type_name = "AWS::SecretsManager::RotationSchedule"

    def create(self, properties: Properties) -> str:
        """Configure the rotation; rotate, or just try the configuration."""
        secret = self._secret(properties["SecretId"])
        self._apply(secret, properties)
        return secret.arn

    def update(self, properties: Properties) -> None:
        """Do the same again, as RotateSecret does on AWS."""
        self._apply(self._secret(self._physical_id), properties)

    def remove(self) -> None:
        """Stop rotating."""
        self._service.cancel_rotate_secret(self._physical_id)

    def _apply(self, secret: RotatingSecret, properties: Properties) -> None:
        self._service.rotate(
            secret,
            str(uuid.uuid4()),
            function=properties.get("RotationLambdaARN"),
            rules=properties.get("RotationRules"),
            at_once=properties.get("RotateImmediatelyOnUpdate", True) in (True, "true"),
            invoked_by="deployment",
        )


class ResourcePolicy(_SecretResource):
    """A secret's resource policy."""

    type_name = "AWS::SecretsManager::ResourcePolicy"

    def create(self, properties: Properties) -> str:
        """Set the policy and return the secret's ARN.

        Raises:
            ValueError: The secret has a policy: on AWS, the two would overwrite each other.
        """
        secret = self._secret(properties["SecretId"])
        if secret.policy:
            raise ValueError(f"{secret.name} already has a resource policy: use one for all")
        self._put(secret, properties)
        return secret.arn

    def update(self, properties: Properties) -> None:
        """Replace the policy."""
        self._put(self._secret(self._physical_id), properties)

    def remove(self) -> None:
        """Remove the policy."""
        self._service.delete_resource_policy(self._physical_id)

    def _put(self, secret: RotatingSecret, properties: Properties) -> None:
        policy = properties["ResourcePolicy"]
        text = policy if isinstance(policy, str) else json.dumps(policy)
        self._service.put_resource_policy(secret.arn, text)
