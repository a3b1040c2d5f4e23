"""The functions that rotate the users of somebody's database."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Annotations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from constructs import Construct

from credential_rotation.adoptable import key_of, may_have_its_end
from credential_rotation.alarms import Alarms
from credential_rotation.database import Database, DatabaseOptions, PasswordRules
from credential_rotation.database_server import AnyDatabase, DatabaseServer, server_of, unlike
from credential_rotation.engines import ENGINES
from credential_rotation.errors import (
    EndpointError,
    TakenNameError,
    TooLongNameError,
    UnknownDatabaseError,
)
from credential_rotation.functions import PythonFunction
from credential_rotation.network import Endpoint
from credential_rotation.server import ExistingServerOptions
from credential_rotation.shared import LONGEST_PART, Shared, go_with_the_stack, part_of

_PASSWORDS = PasswordRules(length=40, exclude_characters="")


class DatabaseRotator(Construct):
    """The functions for the users of one database, which its logins share.

    A `DatabaseLogin` makes one where it is given none. Make it yourself to say where its functions
    run, or in which scope they are.

    Attributes:
        server: The database server.
        database: Its functions.
        alarms: Names of the alarms that ring when a rotation fails or does not happen.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: AnyDatabase | DatabaseServer,
        admin: secretsmanager.ISecret | None = None,
        dbname: str = "",
        subnets: ec2.SubnetSelection | None = None,
        secrets_endpoint: ec2.IInterfaceVpcEndpoint | None = None,
    ) -> None:
        """Create what all strategies need: the function that creates users, and alarms.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            database: The database.
            admin: The secret of a user who may create users; the database's own if left out.
            dbname: Name of the database on the server; the one it was created with if left out.
            subnets: Where functions run; in private subnets of the network if left out. A way to
                Secrets Manager has to lead from there: an endpoint with private names, or a NAT
                gateway.
            secrets_endpoint: That endpoint, if it should be the only way: functions then reach
                nothing else by HTTPS, and the secrets' policies deny what comes another way to
                their sessions. Its group gets a rule. One for all databases of a network.

        Raises:
            SynthError: The database does not tell enough, or a name is too long.
        """
        super().__init__(scope, construct_id)
        go_with_the_stack(self)
        self.server = server = server_of(database, admin=admin, dbname=dbname)
        for name in unlike(server, admin=admin, dbname=dbname):
            raise UnknownDatabaseError(
                f"{self.node.path} has another {name} than its database {server.name}, which is"
                " described with one: say it there alone."
            )
        if may_have_its_end(server.admin):
            end = server.admin.secret_arn.rpartition(":")[2]
            raise UnknownDatabaseError(
                f"It is not told whether the end of the ARN of the admin's secret, {end},"
                f" which {self.node.path} reads, is Secrets Manager's random one: name it by"
                " Secret.from_secret_complete_arn(…)."
            )
        shared = Shared.of(self)
        if database in shared.rotators:
            raise TakenNameError(
                f"The database of {self.node.path} has the rotator"
                f" {shared.rotators[database].node.path} already, which its first login makes if"
                " there is none: make one, before the logins."
            )
        self._given = database
        endpoint = _endpoint(self, secrets_endpoint) if secrets_endpoint else None
        platform = shared.platform(
            server.vpc, _chosen(server.vpc, subnets) if subnets else None, endpoint
        )
        if platform.secrets_endpoint.id is None:
            Annotations.of(self).add_info(
                "No endpoint of Secrets Manager is named, so that functions may open connections "
                "by HTTPS to anywhere, and no policy asks which way a request came: name it as "
                "secrets_endpoint of a DatabaseRotator."
            )
        part = part_of(server.name, path=self.node.path)
        if len(part) > LONGEST_PART:
            raise TooLongNameError(
                f"The database {server.name} has {len(part)} characters in the names of functions,"
                f" which leave it {LONGEST_PART}: describe it as a DatabaseServer with a name."
            )
        self._strategies: set[str] = set()  # logins come later
        self.database = Database(
            self,
            "Database",
            names=shared.take(platform.names.within(part), path=self.node.path),
            platform=platform,
            options=DatabaseOptions(
                engine=ENGINES[server.engine],
                server=ExistingServerOptions(
                    host=server.host,
                    port=server.port,
                    dbname=server.dbname,
                    security_group_id=server.security_group.security_group_id,
                    after=[] if isinstance(database, DatabaseServer) else [database],
                    manage_ingress=server.manage_ingress,
                    admin_secret_arn=server.admin.secret_full_arn or server.admin.secret_arn,
                    admin_secret_complete=server.admin.secret_full_arn is not None,
                    admin_secret_key_arn=key_of(server.admin),
                ),
                authorities=server.authorities,
                passwords=_PASSWORDS,
                admin=None,
                strategies=self._strategies,
            ),
            deployer="",
        )
        shared.rotators[database] = self
        self._alarms = Alarms(self, "Alarms", names=self.database.names, topic=platform.topic)
        self._alarms.on_trouble_of(self.database.users)
        self._alarms.on_overdue_rotation(self.database.names.path, watch=platform.watch.name)

    @property
    def alarms(self) -> Sequence[str]:
        """Names of the alarms."""
        return self._alarms.names

    @property
    def alarm_topic(self) -> sns.ITopic:
        """Where the alarms ring: nobody hears them before something subscribes to it."""
        return Shared.of(self).alarm_topic(self.database.platform)

    def _serves(self, database: AnyDatabase | DatabaseServer) -> bool:
        """Whether it is that database whose users it rotates, however it is described."""
        if database is self._given:
            return True
        other = server_of(database, admin=self.server.admin, dbname=self.server.dbname)
        return (other.host, other.port) == (self.server.host, self.server.port)

    def _watch(self, function: PythonFunction, *, strategy: str) -> None:
        """Ring when a function's rotations fail, once for all logins of a strategy."""
        if strategy not in self._strategies:
            self._strategies.add(strategy)
            self._alarms.on_failed_rotation(function, strategy=strategy)
            self._alarms.on_trouble_of(function)


def _endpoint(rotator: Construct, endpoint: ec2.IInterfaceVpcEndpoint) -> Endpoint:
    groups = endpoint.connections.security_groups
    if not groups:
        raise EndpointError(
            f"The endpoint of {rotator.node.path} does not tell its security group, which gets a "
            "rule: import it with security_groups."
        )
    return Endpoint(endpoint.vpc_endpoint_id, groups[0].security_group_id)


def _chosen(vpc: ec2.IVpc, subnets: ec2.SubnetSelection) -> Sequence[ec2.ISubnet]:
    return vpc.select_subnets(
        availability_zones=subnets.availability_zones,
        one_per_az=subnets.one_per_az,
        subnet_filters=subnets.subnet_filters,
        subnet_group_name=subnets.subnet_group_name,
        subnets=subnets.subnets,
        subnet_type=subnets.subnet_type,
    ).subnets
