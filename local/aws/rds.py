"""An RDS instance that is a real PostgreSQL: the master login and the database are made there."""

from typing import Any

from moto.rds.exceptions import DBInstanceAlreadyExists
from moto.rds.models import DBInstance, DBParameterGroup, RDSBackend, rds_backends

from local.aws.cloudformation.completions import update_in_place
from local.aws.cloudformation.resource import Properties
from local.aws.instance_servers import InstanceServers
from local.moto_patch import add, replace

_CHANGEABLE = {
    "AllocatedStorage": "allocated_storage",
    "BackupRetentionPeriod": "backup_retention_period",
    "DBInstanceClass": "db_instance_class",
    "EngineVersion": "engine_version",
    "MultiAZ": "multi_az",
    "Port": "port",
}


def back_instances_by(servers: InstanceServers) -> None:
    """Make the master login and the database on a server when an instance is created.

    moto's instance is a record only, with an endpoint where nothing listens.
    """
    create = DBInstance.create_from_cloudformation_json
    attribute = DBInstance.get_cfn_attribute
    forget = RDSBackend.delete_db_instance

    def create_from_cloudformation_json(
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,  # noqa: ANN401 - moto's, passed on
    ) -> DBInstance:
        properties = cloudformation_json["Properties"]
        groups = list(properties.get("VPCSecurityGroups", []))
        named = {**properties, "VpcSecurityGroupIds": groups}  # moto's name for them
        definition = {**cloudformation_json, "Properties": named}
        if properties.get("Engine") != "postgres":
            raise ValueError(f"Engine {properties.get('Engine')}: the local AWS has postgres only")
        # moto's name where the template has none
        identifier = properties.get("DBInstanceIdentifier", resource_name).replace("_", "-").lower()
        if identifier in rds_backends[account_id][region_name].databases:
            raise DBInstanceAlreadyExists  # before the server has heard of it
        server = servers.take(identifier)
        try:
            server.create_admin(properties["MasterUsername"], properties["MasterUserPassword"])
            server.create_database(properties["DBName"], properties["MasterUsername"])
            instance: DBInstance = create(
                resource_name, definition, account_id, region_name, **kwargs
            )
        except BaseException:
            servers.release(identifier)
            raise
        instance.deletion_protection = _is_true(
            properties.get("DeletionProtection")
        )  # moto drops it
        return instance

    def get_cfn_attribute(self: DBInstance, attribute_name: str) -> Any:  # noqa: ANN401 - moto's
        part = attribute_name.removeprefix("Endpoint.")
        if part != attribute_name:
            return str(endpoint(self)[part])
        return attribute(self, attribute_name)

    def endpoint(self: DBInstance) -> dict[str, Any]:
        server = servers.take(self.db_instance_identifier)
        return {"Address": server.host, "Port": server.port}

    def delete_db_instance(
        self: RDSBackend,
        db_instance_identifier: str,
        *arguments: Any,  # noqa: ANN401 - moto's, passed on
        **named: Any,  # noqa: ANN401 - likewise
    ) -> DBInstance:
        deleted: DBInstance = forget(self, db_instance_identifier, *arguments, **named)
        servers.release(deleted.db_instance_identifier)
        return deleted

    replace(
        DBInstance, "create_from_cloudformation_json", staticmethod(create_from_cloudformation_json)
    )
    replace(DBInstance, "get_cfn_attribute", get_cfn_attribute)
    replace(DBInstance, "endpoint", property(endpoint))
    replace(RDSBackend, "delete_db_instance", delete_db_instance)


def update_instances_on(servers: InstanceServers) -> None:
    """Let instances be updated in place, the password included; moto can't.

    CloudFormation resolves a reference to a secret anew when it updates the resource that has it:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    """

    def update(instance: DBInstance, properties: Properties) -> None:
        _refuse_upgrade(instance, properties)
        server = servers.take(instance.db_instance_identifier)
        server.create_admin(properties["MasterUsername"], properties["MasterUserPassword"])
        instance.vpc_security_group_ids = list(properties.get("VPCSecurityGroups", []))
        changes: dict[str, Any] = {v: properties.get(k) for k, v in _CHANGEABLE.items()}
        protected = _is_true(properties.get("DeletionProtection"))
        instance.update(**{**changes, "deletion_protection": protected})

    update_in_place(DBInstance, update)


def _is_true(value: object) -> bool:
    """Templates may say a truth as a text."""
    return str(value).lower() == "true"


def _refuse_upgrade(instance: DBInstance, properties: Properties) -> None:
    """Refuse another major version that nobody has allowed, as RDS does.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
    """
    allowed = _is_true(properties.get("AllowMajorVersionUpgrade"))
    wanted = str(properties.get("EngineVersion") or instance.engine_version)
    if wanted.partition(".")[0] != str(instance.engine_version).partition(".")[0] and not allowed:
        raise ValueError(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major "
            "version."
        )


def name_parameter_groups() -> None:
    """Give a parameter group its name, and ``Ref`` to it as well.

    moto ignores the template's, and gives the template its Python object.
    """
    named = staticmethod(lambda: "DBParameterGroupName")
    replace(DBParameterGroup, "cloudformation_name_type", named)
    add(DBParameterGroup, "physical_resource_id", property(lambda self: self.name))
