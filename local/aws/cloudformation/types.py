"""The resource types that the local AWS can make. Any other fails the deployment."""

from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

from local.aws.cloudformation.buckets import Bucket, BucketPolicy
from local.aws.cloudformation.clusters import DBCluster, DBClusterParameterGroup
from local.aws.cloudformation.instances import Instance
from local.aws.cloudformation.noticing import (
    Alarm,
    EventSubscription,
    Subscription,
    TopicPolicy,
)
from local.aws.cloudformation.others import Metadata
from local.aws.cloudformation.people import Group, User, UserToGroupAddition
from local.aws.cloudformation.resource import Resource
from local.aws.cloudformation.secrets import (
    ResourcePolicy,
    RotationSchedule,
    Secret,
    SecretTargetAttachment,
)
from local.aws.cloudformation.security_groups import SecurityGroupEgress, SecurityGroupIngress
from local.aws.cloudformation.trails import Trail
from local.moto_patch import replace

MADE_BY_MOTO = frozenset(
    {
        "AWS::CloudWatch::Dashboard",
        "AWS::EC2::EIP",
        "AWS::EC2::FlowLog",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::LaunchTemplate",
        "AWS::EC2::NatGateway",
        "AWS::EC2::Route",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::ECR::Repository",
        "AWS::ECS::Cluster",
        "AWS::ECS::Service",
        "AWS::ECS::TaskDefinition",
        "AWS::Events::Rule",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::KMS::Alias",
        "AWS::KMS::Key",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::SNS::Topic",
        "AWS::SSM::Parameter",
    }
)
"""Types whose moto implementation was tried with stacks and examples here, and the bootstrap."""


MADE_HERE: dict[str, type[Resource]] = {
    kind.type_name: kind
    for kind in (
        Alarm,
        Bucket,
        BucketPolicy,
        DBCluster,
        DBClusterParameterGroup,
        EventSubscription,
        Group,
        Instance,
        Metadata,
        ResourcePolicy,
        RotationSchedule,
        Secret,
        SecretTargetAttachment,
        SecurityGroupEgress,
        SecurityGroupIngress,
        Subscription,
        TopicPolicy,
        Trail,
        User,
        UserToGroupAddition,
    )
}
"""Types that moto lacks, or has with less than the stacks say."""


def unknown_types(resources: dict[str, dict[str, str]]) -> list[str]:
    """Return the types in a template's ``Resources`` that can't be made, sorted."""
    known = MADE_BY_MOTO | MADE_HERE.keys()
    types = {resource["Type"] for resource in resources.values()}
    return sorted(name for name in types if name not in known and not name.startswith("Custom::"))


def install() -> None:
    """Let moto see our types first: it looks at the direct subclasses of its base class only."""
    by_moto = [
        model
        for model in parsing.get_model_list()
        if not issubclass(model, Resource) and model.cloudformation_type() not in MADE_HERE
    ]
    models: list[type[CloudFormationModel]] = [*by_moto, *MADE_HERE.values()]
    parsing.get_model_list.cache_clear()
    parsing.get_model_map.cache_clear()
    parsing.get_name_type_map.cache_clear()
    replace(parsing, "get_model_list", lambda: models)
