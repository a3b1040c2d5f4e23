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
