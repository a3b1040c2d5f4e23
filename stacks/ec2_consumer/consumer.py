"""An EC2 instance that uses the credential."""

from aws_cdk import Fn, Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.bundle import Bundle
from stacks.ec2_consumer.program import Program
from stacks.ec2_consumer.session_manager import SessionManager
from stacks.interface_endpoint import ISOLATED
from stacks.role import ServiceRole
from stacks.secrets import ApplicationSecret
from stacks.security_group import SecurityGroup
from stacks.site import Site

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
        site: Site,
        secret: ApplicationSecret,
    ) -> None:
        """Create the instance.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: Where it runs and logs in.
            secret: What it logs in with.
        """
        super().__init__(scope, construct_id)
        name, network = f"{site.names.prefix}-ec2-consumer", site.network
        group = SecurityGroup(
            self, "SecurityGroup", vpc=network.vpc, description=f"Instance {name}"
        )
        role = ServiceRole(
            self, "Role", service="ec2.amazonaws.com", description=f"Attached to {name}"
        )
        sessions = SessionManager(self, "SessionManager", vpc=network.vpc)
        program = Program(
            self,
            "Program",
            bundle=Bundle("ec2_consumer", authorities=site.authorities),
        )
        ways = [
            way
            for target in (
                site.database,
                network.secrets_endpoint,
                network.response_endpoint,
                sessions,
            )
            for way in target.allow_from(group)
        ]
        secret.grant_read(role)
        sessions.grant_sessions(role)
        program.grant_read(role, endpoint=network.response_endpoint)
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
                        kms_key_id=site.key.key_arn,
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
            subnet_id=network.vpc.select_subnets(subnet_type=ISOLATED.subnet_type).subnet_ids[0],
            user_data=Fn.base64(program.user_data(secret_name=secret.name)),
        )
        instance.node.add_dependency(role.policy, secret.attachment, *ways)
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
