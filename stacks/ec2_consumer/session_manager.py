"""How a person gets onto an instance that has no open port and no key pair."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct, IDependable

from stacks.interface_endpoint import InterfaceEndpoint
from stacks.role import ServiceRole
from stacks.security_group import SecurityGroup

_SID = "SessionManager"
REGISTRATION = ("ssm:UpdateInstanceInformation",)
SESSIONS = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)


class SessionManager(Construct):
    """The endpoints of Session Manager, and the right to be reached through it.

    The agent on the instance opens the connection, outwards. Who may start a session is said by
    `ssm:StartSession` in that person's own policy, and CloudTrail has each one. `ec2messages` is
    not needed: agents since 3.3.40 use `ssmmessages` where they may.
    """

    # https://docs.aws.amazon.com/systems-manager/latest/userguide/
    # systems-manager-setting-up-messageAPIs.html

    def __init__(self, scope: Construct, construct_id: str, *, vpc: ec2.IVpc) -> None:
        """Create the endpoints.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            vpc: The network they open on.
        """
        super().__init__(scope, construct_id)
        services = ec2.InterfaceVpcEndpointAwsService
        self._endpoints: Mapping[Sequence[str], InterfaceEndpoint] = {
            REGISTRATION: InterfaceEndpoint(
                self, "Registration", vpc=vpc, service=services.SSM, name="Systems Manager"
            ),
            SESSIONS: InterfaceEndpoint(
                self, "Sessions", vpc=vpc, service=services.SSM_MESSAGES, name="Session Manager"
            ),
        }

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from an instance to the endpoints.

        Returns:
            What has to exist before the way is open.
        """
        return [
            way
            for endpoint in self._endpoints.values()
            for way in endpoint.allow_from(security_group)
        ]

    def grant_sessions(self, role: ServiceRole) -> None:
        """Let the agent on an instance register it and carry sessions.

        Without AWS's policy AmazonSSMManagedInstanceCore, which also reads every parameter and
        every document of the account.
        """
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/
        # getting-started-create-iam-instance-profile.html
        role.allow(
            iam.PolicyStatement(
                sid=_SID,
                actions=[*REGISTRATION, *SESSIONS],
                # The channels have no resources, and the role is there before the instance that
                # the registration is about.
                resources=["*"],
            )
        )
        for actions, endpoint in self._endpoints.items():
            endpoint.allow(role.arn, actions=actions, resource="*", sid=_SID)
