"""Further resource types that moto lacks."""

import json

from moto.s3.models import S3Backend, s3_backends

from local.aws.cloudformation.resource import Properties, Resource


class Metadata(Resource):
    """The CDK's note of which constructs a stack uses; it is a resource in name only."""

    type_name = "AWS::CDK::Metadata"

    def create(self, properties: Properties) -> str:
        """Do nothing, as CloudFormation does."""
        del properties
        return self.name

    def update(self, properties: Properties) -> None:
        """Do nothing, as CloudFormation does."""


class BucketPolicy(Resource):
    """A bucket's policy; the CDK's bootstrap makes one."""

    type_name = "AWS::S3::BucketPolicy"

    def create(self, properties: Properties) -> str:
        """Set the policy and return the bucket's name."""
        self.name = properties["Bucket"]
        self.update(properties)
        return self.name

    def update(self, properties: Properties) -> None:
        """Replace the policy."""
        policy = json.dumps(properties["PolicyDocument"]).encode()
        self._service.put_bucket_policy(self.name, policy)

    def remove(self) -> None:
        """Remove the policy."""
        self._service.delete_bucket_policy(self.name)

    @property
    def _service(self) -> S3Backend:
        return s3_backends[self.account_id]["aws"]
