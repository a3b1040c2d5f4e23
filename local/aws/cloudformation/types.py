"""The resource types that the local AWS can make. Any other fails the deployment."""

from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

from local.aws.cloudformation.resource import Resource
from local.aws.patch import replace

MADE_BY_MOTO = frozenset(
    {
        "AWS::EC2::FlowLog",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCEndpoint",
        "AWS::ECR::Repository",
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
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SSM::Parameter",
    }
)
"""Types whose moto implementation was tried with this project's stacks and the CDK's bootstrap."""


def made_here() -> dict[str, type[Resource]]:
    """Return our own types by name: each subclass of `Resource` that has one."""
    found: dict[str, type[Resource]] = {}
    waiting = list(Resource.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if "type_name" in vars(kind):
            found[kind.type_name] = kind
    return found


def unknown_types(resources: dict[str, dict[str, str]]) -> list[str]:
    """Return the types in a template's ``Resources`` that can't be made, sorted."""
    known = MADE_BY_MOTO | made_here().keys()
    types = {resource["Type"] for resource in resources.values()}
    return sorted(name for name in types if name not in known and not name.startswith("Custom::"))


def install() -> None:
    """Let moto see our types first: it looks at the direct subclasses of its base class only."""
    by_moto = [m for m in parsing.get_model_list() if m.cloudformation_type() not in made_here()]
    models: list[type[CloudFormationModel]] = [*by_moto, *made_here().values()]
    parsing.get_model_list.cache_clear()
    parsing.get_model_map.cache_clear()
    parsing.get_name_type_map.cache_clear()
    replace(parsing, "get_model_list", lambda: models)
