"""An RDS instance that is a real PostgreSQL: the master login and the database are made there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.rds.exceptions import DBInstanceAlreadyExists
from moto.rds.models import DBInstance, DBParameterGroup, rds_backends

from local.aws.cloudformation.completions import update_in_place
from local.aws.cloudformation.resource import Properties
from local.aws.patch import add, replace
from local.postgres_client import PostgresClient

_FIXED = {
    "DBInstanceIdentifier": "db_instance_identifier",
    "DBName": "db_name",
    "Engine": "engine",
    "MasterUsername": "master_username",
    "Port": "port",
    "StorageEncrypted": "storage_encrypted",
}
"""Properties whose change replaces an instance, each with moto's name for it."""

_CHANGEABLE = {
    "AllocatedStorage": "allocated_storage",
    "BackupRetentionPeriod": "backup_retention_period",
    "DBInstanceClass": "db_instance_class",
    "DeletionProtection": "deletion_protection",
    "EngineVersion": "engine_version",
    "MultiAZ": "multi_az",
}


@dataclass(frozen=True)
class Endpoint:
    """Where the instance answers, as ``Fn::GetAtt`` names it."""

    host: str
    port: int

    def attributes(self) -> Mapping[str, str]:
        """Return the attributes by name."""
        return {"Endpoint.Address": self.host, "Endpoint.Port": str(self.port)}


def back_instances_by(server: PostgresClient) -> None:
    """Make the master login and the database on the server when an instance is created.

    moto's instance is a record only, with an endpoint where nothing listens.
    """
    create = DBInstance.create_from_cloudformation_json
    endpoint = Endpoint(server.host, server.port).attributes()
    attribute = DBInstance.get_cfn_attribute

    def create_from_cloudformation_json(
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,  # noqa: ANN401 - moto's, passed on
    ) -> DBInstance:
        properties = cloudformation_json["Properties"]
        if properties.get("Engine") != "postgres":
            raise ValueError(f"Engine {properties.get('Engine')}: the local AWS has postgres only")
        if (
            properties.get("DBInstanceIdentifier")
            in rds_backends[account_id][region_name].databases
        ):
            raise DBInstanceAlreadyExists  # before the server has heard of it
        server.create_admin(properties["MasterUsername"], properties["MasterUserPassword"])
        server.create_database(properties["DBName"], properties["MasterUsername"])
        instance: DBInstance = create(
            resource_name, cloudformation_json, account_id, region_name, **kwargs
        )
        return instance

    def get_cfn_attribute(self: DBInstance, attribute_name: str) -> Any:  # noqa: ANN401 - moto's
        return endpoint.get(attribute_name) or attribute(self, attribute_name)

    replace(
        DBInstance, "create_from_cloudformation_json", staticmethod(create_from_cloudformation_json)
    )
    replace(DBInstance, "get_cfn_attribute", get_cfn_attribute)


def update_instances_on(server: PostgresClient) -> None:
    """Let instances be updated in place, the password included; moto can't.

    CloudFormation resolves a reference to a secret anew when it updates the resource that has it:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    """

    def update(instance: DBInstance, properties: Properties) -> None:
        for name, attribute in _FIXED.items():
            if str(properties.get(name)) != str(getattr(instance, attribute)):
                raise ValueError(
                    f"a change of {name} replaces the instance, and CloudFormation cannot replace "
                    f"one whose name is fixed ({instance.db_instance_identifier})"
                )
        server.create_admin(properties["MasterUsername"], properties["MasterUserPassword"])
        changes: dict[str, Any] = {v: properties.get(k) for k, v in _CHANGEABLE.items()}
        instance.update(**changes)

    update_in_place(DBInstance, update)


def name_parameter_groups() -> None:
    """Give ``Ref`` to a parameter group its name; moto gives the template its Python object."""
    add(DBParameterGroup, "physical_resource_id", property(lambda self: self.name))
