"""Databases of RDS that are real servers: the master login and the database are made there."""

from typing import Any

from moto.rds.exceptions import DBInstanceAlreadyExists
from moto.rds.models import (
    DBInstance,
    DBInstanceClustered,
    DBParameterGroup,
    RDSBackend,
    rds_backends,
)

from local.aws import rds_rules
from local.aws.cloudformation.completions import rewrite_properties, update_in_place
from local.aws.cloudformation.resource import Properties
from local.aws.instance_servers import InstanceServers
from local.aws.products import PRODUCTS, Product, product_of
from local.moto_patch import add, replace
from local.policies.network import DatabasePlace

_CHANGEABLE = {
    "AllocatedStorage": "allocated_storage",
    "BackupRetentionPeriod": "backup_retention_period",
    "DBInstanceClass": "db_instance_class",
    "EngineVersion": "engine_version",
    "MultiAZ": "multi_az",
    "Port": "port",
}

_OF_A_MEMBER = {
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
    "AvailabilityZone": "availability_zone",
    "DBInstanceClass": "db_instance_class",
    "DBParameterGroupName": "db_parameter_group_name",
    "MonitoringInterval": "monitoring_interval",
    "MonitoringRoleArn": "monitoring_role_arn",
    "PromotionTier": "promotion_tier",
    "PubliclyAccessible": "publicly_accessible",
    "Tags": "tags",
}


def place_of(backend: RDSBackend, identifier: str) -> DatabasePlace | None:
    """Find where an instance or a cluster is.

    Returns:
        Its place; None if there is no such database.
    """
    if cluster := backend.clusters.get(identifier):
        subnets = backend.subnet_groups.get(cluster.db_subnet_group_name)
        groups = cluster.vpc_security_group_ids
        return DatabasePlace(identifier, groups, subnets, int(cluster.port), bool(cluster.members))
    if instance := backend.databases.get(identifier):
        subnets = getattr(instance, "db_subnet_group", None)  # moto sets it if there is one
        groups = instance.vpc_security_group_ids
        return DatabasePlace(identifier, groups, subnets, int(instance.port or 0))
    return None


def back_instances_by(servers: InstanceServers) -> None:
    """Make the master login and the database on a server when an instance is created.

    moto's instance is a record only, with an endpoint where nothing listens.
    """
    create = DBInstance.create_from_cloudformation_json

    def create_from_cloudformation_json(
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,  # noqa: ANN401 - moto's, passed on
    ) -> DBInstance:
        properties = cloudformation_json["Properties"]
        product = product_of(properties.get("Engine", ""))
        backend = rds_backends[account_id][region_name]
        # moto's name where the template has none
        identifier = properties.get("DBInstanceIdentifier", resource_name).replace("_", "-").lower()
        if identifier in backend.databases:
            raise DBInstanceAlreadyExists  # before the server has heard of it
        rds_rules.check_member(properties, product, backend)
        if "DBClusterIdentifier" in properties:
            return _create_member(identifier, properties, product, backend)
        _check(properties, product, backend)
        completed = {
            "EngineVersion": product.version,
            "Port": product.port,
            **properties,
            # moto's name for them
            "VpcSecurityGroupIds": list(properties.get("VPCSecurityGroups", [])),
        }
        definition = {**cloudformation_json, "Properties": completed}
        with servers.new(identifier, product) as server:
            rds_rules.check_words(properties, product, server.is_reserved)
            server.create_admin(properties["MasterUsername"], properties["MasterUserPassword"])
            if "DBName" in properties:
                server.create_database(properties["DBName"], properties["MasterUsername"])
            instance: DBInstance = create(
                resource_name, definition, account_id, region_name, **kwargs
            )
        # What moto drops.
        instance.deletion_protection = _is_true(properties.get("DeletionProtection"))
        instance.enabled_cloudwatch_logs_exports = _logs(properties)
        return instance

    replace(
        DBInstance, "create_from_cloudformation_json", staticmethod(create_from_cloudformation_json)
    )
    _answer_at_servers(servers)


def _answer_at_servers(servers: InstanceServers) -> None:
    """Let an instance's endpoint be its server's, which goes with it."""
    attribute = DBInstance.get_cfn_attribute
    forget = RDSBackend.delete_db_instance
    recorded: property = vars(DBInstance)["endpoint"]

    def endpoint(self: DBInstance) -> dict[str, Any]:
        if self.engine not in PRODUCTS:  # made by the API, and a record only
            of_moto: dict[str, Any] = recorded.__get__(self)
            return of_moto
        identifier = self.db_cluster_identifier or self.db_instance_identifier
        server = servers.take(identifier, PRODUCTS[self.engine])
        return {"Address": server.host, "Port": server.port}

    def get_cfn_attribute(self: DBInstance, attribute_name: str) -> Any:  # noqa: ANN401 - moto's
        part = attribute_name.removeprefix("Endpoint.")
        if part != attribute_name:
            return str(endpoint(self)[part])
        return attribute(self, attribute_name)

    def delete_db_instance(
        self: RDSBackend,
        db_instance_identifier: str,
        *arguments: Any,  # noqa: ANN401 - moto's, passed on
        **named: Any,  # noqa: ANN401 - likewise
    ) -> DBInstance:
        deleted: DBInstance = forget(self, db_instance_identifier, *arguments, **named)
        if not deleted.db_cluster_identifier:
            servers.release(deleted.db_instance_identifier)
        return deleted

    replace(DBInstance, "endpoint", property(endpoint))
    replace(DBInstance, "get_cfn_attribute", get_cfn_attribute)
    replace(RDSBackend, "delete_db_instance", delete_db_instance)


def _create_member(
    identifier: str, properties: Properties, product: Product, backend: RDSBackend
) -> DBInstance:
    """Add an instance to a cluster, whose server it shares."""
    cluster = backend.clusters[properties["DBClusterIdentifier"]]
    _check_parameters(properties, product, backend, cluster.engine_version)
    chosen = {v: properties[k] for k, v in _OF_A_MEMBER.items() if k in properties}
    if backend.subnet_groups.get(cluster.db_subnet_group_name):
        chosen["db_subnet_group_name"] = cluster.db_subnet_group_name
    return backend.create_db_instance(
        {
            "db_instance_identifier": identifier,
            "db_cluster_identifier": cluster.db_cluster_identifier,
            "engine": product.engine,
            **chosen,
        }
    )


def _check(properties: Properties, product: Product, backend: RDSBackend) -> None:
    """Refuse an instance before a server has heard of it."""
    version = str(properties.get("EngineVersion", product.version))
    rds_rules.check_master(properties, product)
    rds_rules.check_database(properties.get("DBName"), product)
    rds_rules.check_logs(_logs(properties), product, version)
    _check_parameters(properties, product, backend, version)


def _check_parameters(
    properties: Properties, product: Product, backend: RDSBackend, version: str
) -> None:
    group = backend.db_parameter_groups.get(properties.get("DBParameterGroupName", ""))
    if group:  # moto refuses one that there is not
        rds_rules.check_family(group.name, group.family, product, version)


def _logs(properties: Properties) -> list[str]:
    return list(properties.get("EnableCloudwatchLogsExports", []))


def update_instances_on(servers: InstanceServers) -> None:
    """Let instances be updated in place, the password included; moto can't.

    CloudFormation resolves a reference to a secret anew when it updates the resource that has it:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    """

    def update(instance: DBInstance, properties: Properties) -> None:
        product = product_of(properties.get("Engine", ""))
        if isinstance(instance, DBInstanceClustered):
            rds_rules.check_member(properties, product, instance.backend)
            version = instance.engine_version
            _check_parameters(properties, product, instance.backend, version)
            chosen = {v: properties[k] for k, v in _OF_A_MEMBER.items() if k in properties}
            instance.update(**chosen)
            return
        _refuse_upgrade(instance, properties)
        version = str(properties.get("EngineVersion", instance.engine_version))
        _check({**properties, "EngineVersion": version}, product, instance.backend)
        server = servers.take(instance.db_instance_identifier, product)
        server.create_admin(properties["MasterUsername"], properties["MasterUserPassword"])
        instance.vpc_security_group_ids = list(properties.get("VPCSecurityGroups", []))
        instance.enabled_cloudwatch_logs_exports = _logs(properties)
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
    product = product_of(instance.engine)
    wanted = str(properties.get("EngineVersion") or instance.engine_version)
    if product.family(wanted) != product.family(str(instance.engine_version)) and not allowed:
        raise ValueError(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major "
            "version."
        )


def name_parameter_groups() -> None:
    """Give a parameter group its name, and ``Ref`` to it as well; refuse it for what is not here.

    moto ignores the template's, and gives the template its Python object.
    """

    def checked(properties: Properties) -> Properties:
        rds_rules.check_parameter_group(properties["Family"], clustered=False)
        return properties

    rewrite_properties(DBParameterGroup, checked)
    named = staticmethod(lambda: "DBParameterGroupName")
    replace(DBParameterGroup, "cloudformation_name_type", named)
    add(DBParameterGroup, "physical_resource_id", property(lambda self: self.name))
