"""An EC2 instance that uses the credential, and how people get onto it."""

from collections.abc import Mapping, Sequence

from aws_cdk import Fn, Stack, Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct, IDependable

from credential_rotation.adoption import AnyLogin
from credential_rotation.boundary_statements import REGISTRATION, SESSIONS
from credential_rotation.bundle import Bundle
from credential_rotation.database import Database
from credential_rotation.endpoints import InterfaceEndpoint
from credential_rotation.network import Network
from credential_rotation.packages import RUNTIME
from credential_rotation.roles import ServiceRole, at_most
from credential_rotation.security_groups import HTTPS, SecurityGroup

_SID = "SessionManager"


class SessionManager(Construct):
    """The endpoints of Session Manager, and the right to be reached through it.

    The agent on the instance opens the connection, outwards. Who may start a session is said by
    `ssm:StartSession` in that person's own policy, and CloudTrail has each one. `ec2messages` is
    not needed: agents since 3.3.40 use `ssmmessages` where they may.
    """

    # https://docs.aws.amazon.com/systems-manager/latest/userguide/
    # systems-manager-setting-up-messageAPIs.html

    def __init__(self, scope: Construct, construct_id: str, *, network: Network) -> None:
        """Create the endpoints.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            network: The network they open on.
        """
        super().__init__(scope, construct_id)
        services = ec2.InterfaceVpcEndpointAwsService
        self._endpoints: Mapping[Sequence[str], InterfaceEndpoint] = {
            REGISTRATION: InterfaceEndpoint(
                self,
                "Registration",
                vpc=network.vpc,
                subnets=network.subnets,
                service=services.SSM,
                name="Systems Manager",
            ),
            SESSIONS: InterfaceEndpoint(
                self,
                "Sessions",
                vpc=network.vpc,
                subnets=network.subnets,
                service=services.SSM_MESSAGES,
                name="Session Manager",
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


_EVERY_BOOT = """#cloud-config
cloud_final_modules:
- [scripts-user, always]
"""
"""Without it user data runs at the first boot only, and a changed program would never arrive."""

_SCRIPT = """set -euo pipefail
dnf install --assumeyes --quiet {python}
aws s3 cp --only-show-errors --region {region} s3://{bucket}/{key} /run/consumer.zip
rm -rf /opt/consumer
{python} -m zipfile --extract /run/consumer.zip /opt/consumer
cat > /etc/systemd/system/consumer.service <<'END'
[Unit]
Description=Logs in to the database with {secret}
[Service]
Type=oneshot
DynamicUser=yes
WorkingDirectory=/opt/consumer
Environment=SECRET_ID={secret} AWS_DEFAULT_REGION={region}
ExecStart=/usr/bin/{python} -m ec2_consumer
END
cat > /etc/systemd/system/consumer.timer <<'END'
[Timer]
OnActiveSec=1
OnUnitActiveSec=60
[Install]
WantedBy=timers.target
END
systemctl daemon-reload
systemctl enable --now consumer.timer"""


class ProgramEndpoint(Construct):
    """The gateway endpoint of S3, for what is read through it and was allowed by name.

    No other bucket can be reached, neither ours nor anyone's.
    """

    def __init__(self, scope: Construct, construct_id: str, *, network: Network) -> None:
        """Create the endpoint.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            network: The network it opens on.
        """
        super().__init__(scope, construct_id)
        self._endpoint = ec2.GatewayVpcEndpoint(
            self,
            "Endpoint",
            vpc=network.vpc,
            service=ec2.GatewayVpcEndpointAwsService.S3,
            subnets=[network.subnets],
        )

    def allow_from(self, security_group: SecurityGroup) -> Sequence[IDependable]:
        """Open the way from the instance to the endpoint.

        A rule for S3's prefix list alone would need a look-up in the account, because the list's
        id differs from region to region. The subnets have no other route than this endpoint's.

        Returns:
            What has to exist before the way is open.
        """
        security_group.open_to_any_address(port=HTTPS, description="S3, by its endpoint alone")
        return (self._endpoint,)

    def allow_reading(self, resource: str, *, role_arn: str | None) -> None:
        """Let objects be read through the endpoint.

        Args:
            resource: ARN of the objects.
            role_arn: Who may; None for anyone, where the objects are public and asked for without
                a signature.
        """
        self._endpoint.add_to_policy(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=["s3:GetObject"],
                resources=[resource],
                conditions={"ArnEquals": {"aws:PrincipalArn": role_arn}} if role_arn else None,
            )
        )


class Program(Construct):
    """Our code with all that it imports, as a zip in the bucket of the CDK's assets.

    The instance reads this one object through the gateway endpoint of S3, and the interpreter from
    Amazon's own packages, which are kept in S3 as well. docs/adr/0011 has the alternatives.
    """

    def __init__(self, scope: Construct, construct_id: str, *, bundle: Bundle) -> None:
        """Build the zip.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            bundle: The code.
        """
        super().__init__(scope, construct_id)
        self._stack = Stack.of(self)
        self._zip = assets.Asset(self, "Zip", path=str(bundle.build()), asset_hash=bundle.digest)

    def grant_read(self, role: ServiceRole, *, endpoint: ProgramEndpoint) -> None:
        """Let a role read the program, and the packages of the operating system, through S3."""
        s3 = f"arn:{self._stack.partition}:s3:::"
        program = f"{s3}{self._zip.s3_bucket_name}/{self._zip.s3_object_key}"
        # https://docs.aws.amazon.com/linux/al2023/ug/: the repositories are buckets of Amazon's,
        # public and read without a signature.
        packages = f"{s3}al2023-repos-{self._stack.region}-de612dc2/*"
        role.allow(iam.PolicyStatement(actions=["s3:GetObject"], resources=[program]))
        endpoint.allow_reading(program, role_arn=role.arn)
        endpoint.allow_reading(packages, role_arn=None)

    def user_data(self, *, secret_name: str) -> str:
        """What the instance does at each boot: fetch the program and run it once a minute.

        The interpreter is of the version that the program is compiled for (docs/adr/0002).

        Args:
            secret_name: What the program logs in with.

        Returns:
            User data for cloud-init, in base64.
        """
        script = ec2.UserData.for_linux()
        script.add_commands(
            _SCRIPT.format(
                python=RUNTIME,
                region=self._stack.region,
                bucket=self._zip.s3_bucket_name,
                key=self._zip.s3_object_key,
                secret=secret_name,
            )
        )
        both = ec2.MultipartUserData()
        both.add_part(
            ec2.MultipartBody.from_raw_body(content_type="text/cloud-config", body=_EVERY_BOOT)
        )
        both.add_part(ec2.MultipartBody.from_user_data(script))
        return both.render()


def _assets(stack: Stack) -> str:
    """The objects in the bucket that `cdk bootstrap` has made, whatever its qualifier."""
    return f"arn:{stack.partition}:s3:::cdk-*-assets-{stack.account}-{stack.region}/*"


_IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
_ROOT = "/dev/xvda"


class Ec2Consumer(Construct):
    """An instance that reads the application secret with its role and logs in.

    No open port, no key pair, no public address, no way to the internet: people come through
    Session Manager. It is not protected from termination, because it keeps nothing: CloudFormation
    could neither replace nor delete it, and a new image or another type replaces it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: Database,
        login: AnyLogin,
    ) -> None:
        """Create the instance.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            database: Where it logs in.
            login: What it logs in with.
        """
        super().__init__(scope, construct_id)
        platform, secret = database.platform, login.secret
        name, network = f"{database.names.prefix}-ec2-consumer", platform.site.network
        group = SecurityGroup(
            self, "SecurityGroup", vpc=network.vpc, description=f"Instance {name}"
        )
        role = ServiceRole(
            self,
            "Role",
            names=database.names,
            service="ec2.amazonaws.com",
            description=f"Attached to {name}",
        )
        sessions = SessionManager(self, "SessionManager", network=network)
        program = Program(self, "Program", bundle=database.bundle("ec2_consumer"))
        objects = ProgramEndpoint(self, "ProgramEndpoint", network=network)
        ways = [
            way
            for target in (database, network.secrets_endpoint, objects, sessions)
            for way in target.allow_from(group)
        ]
        secret.grant_read(role)
        database.widen_boundary(at_most("Sessions", (*REGISTRATION, *SESSIONS), "*"))
        sessions.grant_sessions(role)
        database.widen_boundary(at_most("Program", ("s3:GetObject",), _assets(Stack.of(self))))
        program.grant_read(role, endpoint=objects)
        template = self._template(name)
        instance = ec2.CfnInstance(
            self,
            "Instance",
            block_device_mappings=[
                ec2.CfnInstance.BlockDeviceMappingProperty(
                    device_name=_ROOT,
                    ebs=ec2.CfnInstance.EbsProperty(
                        delete_on_termination=True,
                        encrypted=True,
                        kms_key_id=platform.data_key.key_arn,
                        volume_size=8,
                        volume_type="gp3",
                    ),
                )
            ],
            ebs_optimized=True,
            iam_instance_profile=iam.CfnInstanceProfile(
                self, "Profile", roles=[role.role.role_name]
            ).ref,
            instance_type="t4g.micro",
            launch_template=ec2.CfnInstance.LaunchTemplateSpecificationProperty(
                launch_template_id=template.ref, version=template.attr_latest_version_number
            ),
            monitoring=True,
            propagate_tags_to_volume_on_creation=True,
            security_group_ids=[group.group_id],
            subnet_id=network.subnet_ids[0],
            user_data=Fn.base64(program.user_data(secret_name=secret.name)),
        )
        instance.node.add_dependency(role.policy, login, *ways)
        Tags.of(instance).add("Name", name)
        self.instance_id = instance.ref

    def _template(self, name: str) -> ec2.CfnLaunchTemplate:
        """What an instance alone cannot say.

        The image is looked up when an instance is launched. If it were a parameter of the stack, a
        newer one would replace the instance at whichever deployment comes next.
        """
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/
        # using-systems-manager-parameter-to-find-AMI.html
        return ec2.CfnLaunchTemplate(
            self,
            "Template",
            launch_template_name=name,
            launch_template_data=ec2.CfnLaunchTemplate.LaunchTemplateDataProperty(
                image_id=f"resolve:ssm:{_IMAGE}",
                # IMDSv2 only, and not from a container on the instance, which is a hop further.
                metadata_options=ec2.CfnLaunchTemplate.MetadataOptionsProperty(
                    http_endpoint="enabled", http_put_response_hop_limit=1, http_tokens="required"
                ),
            ),
        )
