"""The program of the instance, and how it gets there without a way to the internet."""

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from stacks.bundle import Bundle
from stacks.compiler import RUNTIME
from stacks.endpoints import ResponseEndpoint
from stacks.role import ServiceRole

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

    def grant_read(self, role: ServiceRole, *, endpoint: ResponseEndpoint) -> None:
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
