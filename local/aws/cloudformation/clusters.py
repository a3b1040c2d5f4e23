"""Clusters of Aurora, which moto's CloudFormation lacks.

A cluster is one real server, whatever instances it has: they share its storage, and its endpoint
leads to one of them.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbcluster.html
"""

from collections.abc import MutableMapping
from typing import Any, ClassVar

from moto.rds.exceptions import (
    DBClusterParameterGroupNotFoundError,
    DBParameterGroupAlreadyExistsError,
    InvalidParameterValue,
)
from moto.rds.models import DBCluster as MotoCluster
from moto.rds.models import DBClusterParameterGroup as MotoParameterGroup
from moto.rds.models import RDSBackend, rds_backends

from local.aws import rds_rules
from local.aws.cloudformation.resource import Properties, Resource
from local.aws.instance_servers import InstanceServers
from local.aws.products import Product, ProductServer, product_of

_RECORDED = {
    "BackupRetentionPeriod": "backup_retention_period",
    "CopyTagsToSnapshot": "copy_tags_to_snapshot",
    "DeletionProtection": "deletion_protection",
    "EnableCloudwatchLogsExports": "enabled_cloudwatch_logs_exports",
    "EngineVersion": "engine_version",
    "PreferredBackupWindow": "preferred_backup_window",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "ServerlessV2ScalingConfiguration": "serverless_v2_scaling_configuration",
    "VpcSecurityGroupIds": "vpc_security_group_ids",
}
"""What may change in place, and what moto calls it."""

_KNOWN = frozenset(
    {
        *_RECORDED,
        "AutoMinorVersionUpgrade",
        "DBClusterIdentifier",
        "DBClusterParameterGroupName",
        "DBSubnetGroupName",
        "DatabaseName",
        "DeleteAutomatedBackups",
        "EnableIAMDatabaseAuthentication",
        "Engine",
        "KmsKeyId",
        "MasterUserPassword",
        "MasterUsername",
        "MonitoringInterval",
        "MonitoringRoleArn",
        "Port",
        "StorageEncrypted",
        "StorageType",
        "Tags",
    }
)


class _InRds(Resource):
    """A resource of RDS."""

    @property
    def _service(self) -> RDSBackend:
        backend: RDSBackend = rds_backends[self.account_id][self.region]
        return backend


class DBCluster(_InRds):
    """A cluster of Aurora."""

    type_name = "AWS::RDS::DBCluster"
    attributes = (
        "DBClusterArn",
        "DBClusterResourceId",
        "Endpoint.Address",
        "Endpoint.Port",
        "ReadEndpoint.Address",
    )

    servers: ClassVar[InstanceServers]
    """What answers for it."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names a cluster."""
        return "DBClusterIdentifier"

    def create(self, properties: Properties) -> str:
        """Make the cluster with its master user and its database, and return its identifier.

        Raises:
            ValueError: It has a property that is not known here.
            RDSClientError: RDS would not take it.
        """
        identifier = self.name.lower()
        product, version = self._check(properties)
        if identifier in self._service.clusters:
            raise InvalidParameterValue("DB Cluster already exists")
        group = properties.get("DBSubnetGroupName")
        with self.servers.new(identifier, product) as server:
            rds_rules.check_words(properties, product, server.is_reserved)
            self._bring(server, properties)
            self._service.create_db_cluster(
                {
                    "db_cluster_identifier": identifier,
                    "engine": product.engine,
                    "engine_version": version,
                    "port": int(properties.get("Port", product.port)),
                    "master_username": properties["MasterUsername"],
                    "master_user_password": properties["MasterUserPassword"],
                    "database_name": properties.get("DatabaseName"),
                    # moto gives its own objects for names
                    "db_subnet_group_name": getattr(group, "name", group),
                    "storage_encrypted": _is_true(properties.get("StorageEncrypted")),
                    "kms_key_id": properties.get("KmsKeyId"),
                    "enable_iam_database_authentication": _is_true(
                        properties.get("EnableIAMDatabaseAuthentication")
                    ),
                    "tags": properties.get("Tags", []),
                }
            )
        self._physical_id = identifier
        self._record(properties, product, version)
        return identifier

    def update(self, properties: Properties) -> None:
        """Bring the cluster to new properties, its password as its secret holds it by then."""
        product, version = self._check(properties)
        self._bring(self._server, properties)
        self._record(properties, product, version)

    def remove(self) -> None:
        """Delete the cluster, its backups and its server; moto refuses while it has instances."""
        self._service.delete_db_cluster(self._physical_id)
        for name, snapshot in list(self._service.cluster_snapshots.items()):
            if snapshot.db_cluster_identifier == self._physical_id:
                del self._service.cluster_snapshots[name]
        self.servers.release(self._physical_id)

    def attribute(self, name: str) -> str:
        """Return the ARN, the resource id, or a part of an endpoint."""
        cluster, server = self._cluster, self._server
        values = {
            "DBClusterArn": cluster.db_cluster_arn,
            "DBClusterResourceId": cluster.db_cluster_resource_id,
            "Endpoint.Address": server.host,
            "Endpoint.Port": str(server.port),
            # Another name, in the certificate as well, for the same server: that is what the reader
            # endpoint of a cluster with one instance leads to.
            "ReadEndpoint.Address": f"{self._physical_id}-ro.rds.localhost",
        }
        return values[name]

    @property
    def _cluster(self) -> MotoCluster:
        return self._service.clusters[self._physical_id]

    @property
    def _server(self) -> ProductServer:
        return self.servers.take(self._physical_id, product_of(self._cluster.engine))

    def _check(self, properties: Properties) -> tuple[Product, str]:
        """The product and its version, if RDS would take the cluster."""
        strange = sorted(properties.keys() - _KNOWN)
        if strange:
            raise ValueError(f"the local AWS knows no {', '.join(strange)} of a cluster")
        product = product_of(properties.get("Engine", ""))
        if not product.clustered:
            raise ValueError(f"Engine {product.engine}: the local AWS has clusters of Aurora only")
        version = str(properties.get("EngineVersion", product.version))
        rds_rules.check_master(properties, product)
        rds_rules.check_database(properties.get("DatabaseName"), product)
        rds_rules.check_logs(properties.get("EnableCloudwatchLogsExports", []), product, version)
        group = properties.get("DBClusterParameterGroupName")
        if group is not None and not str(group).startswith("default."):
            found = self._service.db_cluster_parameter_groups.get(group)
            if found is None:
                raise DBClusterParameterGroupNotFoundError(group)
            rds_rules.check_family(group, found.db_parameter_group_family, product, version)
        return product, version

    def _bring(self, server: ProductServer, properties: Properties) -> None:
        admin = str(properties["MasterUsername"])
        server.create_admin(admin, str(properties["MasterUserPassword"]))
        if "DatabaseName" in properties:
            server.create_database(str(properties["DatabaseName"]), admin)

    def _record(self, properties: Properties, product: Product, version: str) -> None:
        cluster = self._cluster
        for name, attribute in _RECORDED.items():
            if name in properties:
                setattr(cluster, attribute, properties[name])
        cluster.port = int(properties.get("Port", product.port))
        cluster.deletion_protection = _is_true(properties.get("DeletionProtection"))
        cluster.parameter_group = properties.get(
            "DBClusterParameterGroupName", f"default.{product.family(version)}"
        )


class DBClusterParameterGroup(_InRds):
    """Parameters of clusters."""

    type_name = "AWS::RDS::DBClusterParameterGroup"

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names a group."""
        return "DBClusterParameterGroupName"

    def create(self, properties: Properties) -> str:
        """Make the group and return its name.

        Raises:
            InvalidParameterValue: RDS has no such family of clusters.
        """
        rds_rules.check_parameter_group(properties["Family"], clustered=True)
        name = self.name.lower()
        if name in self._groups:
            raise DBParameterGroupAlreadyExistsError(name)
        make: Any = MotoParameterGroup  # abstract by its own account
        self._groups[name] = make(
            self._service,
            db_cluster_parameter_group_name=name,
            description=properties["Description"],
            db_parameter_group_family=properties["Family"],
            tags=properties.get("Tags", []),
        )
        self._physical_id = name
        self.update(properties)
        return name

    def update(self, properties: Properties) -> None:
        """Set the parameters anew."""
        parameters = self._groups[self._physical_id].parameters
        parameters.clear()
        for name, value in properties["Parameters"].items():
            parameters[name] = {"ParameterName": name, "ParameterValue": value}

    def remove(self) -> None:
        """Delete the group."""
        del self._groups[self._physical_id]

    @property
    def _groups(self) -> MutableMapping[str, MotoParameterGroup]:
        return self._service.db_cluster_parameter_groups


def _is_true(value: object) -> bool:
    """Templates may say a truth as a text."""
    return str(value).lower() == "true"


def install(servers: InstanceServers) -> None:
    """Let clusters have servers."""
    DBCluster.servers = servers
