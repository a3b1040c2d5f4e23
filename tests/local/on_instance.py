"""What a program on an instance of the local AWS meets."""

import base64
import io
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.utils import InstanceMetadataFetcher

from local.instances import metadata_url
from local.local_aws import REGION, LocalAws


class OnInstance:
    """An instance that is deployed, from within."""

    def __init__(self, aws: LocalAws, instance_id: str) -> None:
        self._aws = aws
        self._id = instance_id
        self._metadata = metadata_url(aws.server.url, instance_id)

    def credentials(self) -> dict[str, str]:
        """What its metadata service gives it; nothing if it has no role."""
        fetcher = InstanceMetadataFetcher(num_attempts=1, base_url=self._metadata)
        found: dict[str, str] = fetcher.retrieve_iam_role_credentials()
        return found

    def client(self, service: Any) -> Any:
        """A client with the role that is attached to the instance."""
        found = self.credentials()
        path_style: Any = {"addressing_style": "path"}
        return boto3.client(
            service,
            endpoint_url=self._aws.server.url,
            region_name=REGION,
            aws_access_key_id=found["access_key"],
            aws_secret_access_key=found["secret_key"],
            aws_session_token=found["token"],
            config=Config(s3=path_style),
        )

    def script(self) -> str:
        """What it does at each boot."""
        attribute = self._aws.client("ec2").describe_instance_attribute(
            InstanceId=self._id, Attribute="userData"
        )
        parcel = message_from_bytes(
            base64.b64decode(attribute["UserData"]["Value"]), policy=default
        )
        [script] = [
            part.get_content()
            for part in parcel.walk()
            if part.get_content_type() == "text/x-shellscript"
        ]
        return str(script)

    def fetch_program(self, folder: Path) -> None:
        """Do with the program what the script does, by the way that is open to the instance."""
        [(bucket, key)] = re.findall(r"s3://([^/\s]+)/(\S+)", self.script())
        program = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        zipfile.ZipFile(io.BytesIO(program)).extractall(folder)

    def run(self, folder: Path, secret: str) -> subprocess.CompletedProcess[str]:
        """Run the program as the instance does, with nothing but what is in the folder."""
        return subprocess.run(
            [sys.executable, "-S", "-m", "ec2_consumer"],
            cwd=folder,
            env={
                "AWS_DEFAULT_REGION": REGION,
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": self._metadata,
                "AWS_ENDPOINT_URL": self._aws.server.url,
                "RDS_CA_BUNDLE": str(self._aws.postgres.ca),
                "SECRET_ID": secret,
            },
            capture_output=True,
            text=True,
            check=False,
        )
