"""What the databases of an app and environment have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from constructs import Construct

from credential_rotation.alarm_topic import AlarmTopic, ExistingTopic, Topic
from credential_rotation.alarms import Alarms, Dashboard
from credential_rotation.boundary_statements import PlatformBoundary
from credential_rotation.custom_resources import CustomResources, makers
from credential_rotation.endpoints import NoSecretsEndpoint, SecretsEndpoint
from credential_rotation.functions import Placement
from credential_rotation.keys import DataKey, SecretsKey
from credential_rotation.names import Names
from credential_rotation.network import Endpoint, ExistingNetwork, Network, NewNetwork
from credential_rotation.roles import Boundary
from credential_rotation.rotation_watch import RotationWatch
from credential_rotation.secret_policy import READ, ROTATE
from credential_rotation.security_groups import SecurityGroup
from credential_rotation.trail import Trail, TrailOptions
from credential_rotation.trail_rules import TrailRules


@dataclass(frozen=True)
class NewNetworkOptions:
    """A network that is made.

    Attributes:
        cidr: Its addresses.
        zones: Names of its two zones; empty for two of the region's own choice.
    """

    cidr: str
    zones: Sequence[str] = ()


@dataclass(frozen=True)
class ExistingNetworkOptions:
    """A network that exists already.

    Attributes:
        vpc: See `ExistingNetwork`.
        subnets: Those that functions and databases use.
        endpoint: See `ExistingNetwork`.
    """

    vpc: ec2.IVpc | str
    subnets: Sequence[ec2.ISubnet | str]
    endpoint: Endpoint | bool = True


@dataclass(frozen=True, kw_only=True)
class PlatformOptions:
    """What a platform is like.

    Attributes:
        network: Where everything is; None where no database is ever added, and functions run
            outside of any network.
        secrets_key_arn: ARN of a key to encrypt secrets with instead of ours; empty for none.
        topic_arn: ARN of a topic to ring at instead of ours; empty for none.
        emails: Addresses that our topic sends to.
        boundary: ARN of a permissions boundary to take instead of ours; empty for none.
        volumes: Whether instances have volumes under the data key.
        trail: What a trail of ours is like; None for none.
    """

    network: NewNetworkOptions | ExistingNetworkOptions | None
    secrets_key_arn: str = ""
    topic_arn: str = ""
    emails: Sequence[str] = ()
    boundary: str = ""
    volumes: bool = False
    trail: TrailOptions | None = None


@dataclass(frozen=True)
class Site:
    """Where in a network functions run.

    Attributes:
        network: The network.
        placement: Where a function runs that needs nothing but Secrets Manager.
        endpoint_clients: The security group whose members get to Secrets Manager.
    """

    network: Network
    placement: Placement
    endpoint_clients: SecurityGroup


class Platform(Construct):
    """Network, keys, topic and what else all databases share. It knows none of them.

    Databases of later stacks refer to it by its attributes and add to its policies by names that
    are known at the synth, so that it never has to wait for them.

    Attributes:
        names: What names begin with.
        options: What it is like.
        secrets_endpoint: The way to Secrets Manager.
        secrets_key: Encrypts secrets.
        data_key: Encrypts databases and logs.
        topic: Where alarms ring.
        trail: Records what happens in the account; None if the account has another one.
        custom_resources: Answers CloudFormation for functions in the network.
        watch: Measures how old rotations are.
        dashboard: Shows them.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, options: PlatformOptions
    ) -> None:
        """Create everything.

        Args:
            scope: The parent, all of whose roles get the platform's permissions boundary.
            construct_id: The name within the parent.
            names: What names begin with.
            options: What it is like.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self.names = names
        self.options = options
        self._clients: list[str] = []
        self.secrets_key = SecretsKey(
            self, "SecretsKey", names=names, existing=options.secrets_key_arn
        )
        self.data_key = DataKey(
            self,
            "DataKey",
            names=names,
            volumes=options.volumes,
            flow_log=isinstance(options.network, NewNetworkOptions),
        ).key
        self._site = self._in(options.network) if options.network else None
        self.secrets_endpoint: SecretsEndpoint = (
            self._site.network.secrets_endpoint if self._site else NoSecretsEndpoint()
        )
        self.secrets_endpoint.admit(
            names.roles(stack), actions=ROTATE, resource=names.secrets(stack)
        )
        self.topic = self._topic()
        self.trail = (
            Trail(self, "Trail", names=names, options=options.trail) if options.trail else None
        )
        self.custom_resources = CustomResources(
            self,
            "CustomResources",
            names=names,
            functions=makers(stack, names),
            key=self.data_key,
        )
        self.watch = RotationWatch(
            self,
            "Watch",
            names=names,
            placement=self._site.placement if self._site else None,
            endpoint=self.secrets_endpoint,
            key=self.data_key,
        ).function
        Boundary(
            self,
            "Boundary",
            of=scope,
            path=names.path,
            given=options.boundary,
            ceiling=list(PlatformBoundary(stack, self).statements()),
        )
        self._monitor()

    @property
    def keys(self) -> list[kms.IKey]:
        """The keys that are made here."""
        return [
            *([self.secrets_key.key] if self.secrets_key.ours else []),
            self.data_key,
            *([self.trail.key] if self.trail else []),
        ]

    def let_in(self, client: str) -> None:
        """Open the way to Secrets Manager to somebody else's group, or to a range of addresses.

        A client of two databases has one rule: EC2 refuses the same one again.
        """
        if client not in self._clients:
            self._clients.append(client)
            self.secrets_endpoint.let_in(client)

    def admit_reader(self, role_arn: str) -> None:
        """Let a role of somebody else's through to the secrets, of which some admit it."""
        self.secrets_endpoint.admit(
            role_arn, actions=[READ], resource=self.names.secrets(Stack.of(self))
        )

    def admit_reading(self, secret_arn: str) -> None:
        """Let the roles of ours through to a secret of somebody else's."""
        self.secrets_endpoint.admit(
            self.names.roles(Stack.of(self)), actions=[READ], resource=secret_arn
        )

    @property
    def site(self) -> Site:
        """Where functions of a database run.

        Raises:
            ValueError: The platform was made without a network.
        """
        if self._site is None:
            raise ValueError(f"{self.node.path} has no network")
        return self._site

    @property
    def default_security_group(self) -> str | None:
        """Id of the network's default group, if we close it."""
        return self._site.network.default_security_group if self._site else None

    def _in(self, options: NewNetworkOptions | ExistingNetworkOptions) -> Site:
        network = self._network(options)
        clients = SecurityGroup(
            self,
            "EndpointClients",
            vpc=network.vpc,
            description=f"Gets to Secrets Manager, for {self.names.path}",
        )
        placement = Placement(
            vpc=network.vpc,
            subnets=network.subnets,
            groups=[clients],
            ways=network.secrets_endpoint.allow_from(clients),
        )
        return Site(network, placement, clients)

    def _network(self, options: NewNetworkOptions | ExistingNetworkOptions) -> Network:
        if isinstance(options, NewNetworkOptions):
            return NewNetwork(
                self,
                "Network",
                names=self.names,
                cidr=options.cidr,
                zones=options.zones,
                key=self.data_key,
            )
        return ExistingNetwork(
            self,
            "Network",
            vpc=options.vpc,
            subnets=options.subnets,
            endpoint=options.endpoint,
        )

    def _topic(self) -> Topic:
        if self.options.topic_arn:
            return ExistingTopic(self.options.topic_arn)
        return AlarmTopic(self, "Topic", names=self.names, emails=self.options.emails)

    def _monitor(self) -> None:
        rules = TrailRules(self, "Rules", names=self.names, topic=self.topic, trail=self.trail)
        rules.on_secrets()
        rules.on_keys(self.keys)
        if self.trail:
            rules.on_trail(self.trail)
        alarms = Alarms(self, "Alarms", names=self.names, topic=self.topic)
        alarms.on_trouble_of(self.watch)
        alarms.on_trouble_of(self.custom_resources.function)
        self.dashboard = Dashboard(self, "Dashboard", name=self.names.prefix)
        self.dashboard.add("Platform", alarms=alarms.names, functions={})
