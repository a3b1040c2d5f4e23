"""Further resource types that moto lacks."""

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
    """A bucket's policy, kept out of moto; the CDK's bootstrap makes one.

    moto's S3 ignores the conditions of a policy: of one that denies what comes without TLS, it
    would make one that denies everything.
    """

    type_name = "AWS::S3::BucketPolicy"

    def create(self, properties: Properties) -> str:
        """Return the bucket's name."""
        return str(properties["Bucket"])

    def update(self, properties: Properties) -> None:
        """Do nothing."""
