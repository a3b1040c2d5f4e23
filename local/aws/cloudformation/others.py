"""Further resource types that moto lacks."""

from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends

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


class SecurityGroupEgress(Resource):
    """A rule for what may leave a security group."""

    type_name = "AWS::EC2::SecurityGroupEgress"

    def create(self, properties: Properties) -> str:
        """Add the rule and return an id for it."""
        self._rule = _rule(properties)
        self._service.authorize_security_group_egress(**self._rule)
        return self.name

    def update(self, properties: Properties) -> None:
        """Replace the rule."""
        self.remove()
        self.create(properties)

    def remove(self) -> None:
        """Take the rule away."""
        self._service.revoke_security_group_egress(**self._rule)

    @property
    def _service(self) -> EC2Backend:
        return ec2_backends[self.account_id][self.region]


def _rule(properties: Properties) -> dict[str, Any]:
    """Translate a rule's properties into the arguments of moto's security groups."""
    ranges = [{"CidrIp": properties["CidrIp"]}] if "CidrIp" in properties else []
    destination = properties.get("DestinationSecurityGroupId")
    prefix_list = properties.get("DestinationPrefixListId")
    return {
        "group_name_or_id": properties["GroupId"],
        "ip_protocol": properties["IpProtocol"],
        "from_port": properties.get("FromPort"),
        "to_port": properties.get("ToPort"),
        "ip_ranges": ranges,
        "source_groups": [{"GroupId": destination}] if destination else [],
        "prefix_list_ids": [{"PrefixListId": prefix_list}] if prefix_list else [],
    }
