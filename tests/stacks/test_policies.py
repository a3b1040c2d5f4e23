from collections import Counter

from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template

EVERYTHING = {
    # In a key policy it means the key that carries it.
    ("AWS::KMS::Key", "Allow", "kms:CancelKeyDeletion"): 3,
    ("AWS::KMS::Key", "Allow", "kms:CreateGrant"): 1,
    ("AWS::KMS::Key", "Allow", "kms:Decrypt"): 5,
    # Listing has no resources; the boundary allows it to one function, the endpoint to its role.
    ("AWS::IAM::ManagedPolicy", "Allow", "secretsmanager:ListSecrets"): 2,
    ("AWS::EC2::VPCEndpoint", "Allow", "secretsmanager:ListSecrets"): 1,
    # Two boundaries allow at most what the roles do: of what is shared, and of the database.
    # X-Ray has no resources that its actions could name.
    ("AWS::IAM::ManagedPolicy", "Allow", "xray:PutTelemetryRecords"): 9,
    # Lambda asks for them before there is an interface to name.
    ("AWS::IAM::ManagedPolicy", "Allow", "ec2:AssignPrivateIpAddresses"): 7,
    # A denial reaches as far as what it takes back.
    ("AWS::IAM::ManagedPolicy", "Deny", "ec2:AssignPrivateIpAddresses"): 5,
}
"""Every statement for all resources, by the first of its actions, and why it is one."""


def test_no_action_has_a_wildcard(template: Template) -> None:
    statements = template.statements()
    assert len(statements) > 40
    assert not [s for s in statements for action in s.actions if "*" in action or "?" in action]


def test_every_statement_for_all_resources_is_a_known_one(template: Template) -> None:
    found = Counter(
        (s.type, s.effect, s.actions[0]) for s in template.statements() if "*" in s.resources
    )
    assert found == EVERYTHING


def test_nothing_is_denied_by_exception(template: Template) -> None:
    for policy in ("NotAction", "NotResource", "NotPrincipal"):
        assert policy not in str(template.raw)


def test_whoever_is_meant_by_everyone_is_limited_by_a_condition(template: Template) -> None:
    assert not [s for s in template.statements() if "*" in s.principals and not s.condition]


def test_roles_have_no_policies_of_aws_and_none_inline(template: Template) -> None:
    for role in template.of("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role
        assert "Policies" not in role
    assert not template.of("AWS::IAM::Policy")


def test_each_role_is_for_one_service(template: Template) -> None:
    services = Counter(
        principal for s in template.statements("AWS::IAM::Role") for principal in s.principals
    )
    assert services == {
        "lambda.amazonaws.com": 7,
        "monitoring.rds.amazonaws.com": 1,
        "vpc-flow-logs.amazonaws.com": 1,
    }


def test_services_that_say_for_whom_they_act_are_asked(template: Template) -> None:
    for statement in template.statements("AWS::IAM::Role"):
        if statement.principals != ["lambda.amazonaws.com"]:
            assert statement.condition["StringEquals"].keys() == {"aws:SourceAccount"}
            assert "aws:SourceArn" in str(statement.condition)


def test_every_role_has_the_boundary_of_what_it_belongs_to(template: Template) -> None:
    shared, main = (
        template.name("AWS::IAM::ManagedPolicy", f"{part}Boundary") for part in ("Platform", "Main")
    )
    for name, role in template.of("AWS::IAM::Role").items():
        boundary = main if name.startswith("Main") else shared
        assert role["PermissionsBoundary"] == {"Ref": boundary}, name


def test_the_boundary_of_a_database_ends_at_its_own_secrets(template: Template) -> None:
    [secrets] = [
        s
        for s in template.statements("AWS::IAM::ManagedPolicy", "MainBoundary")
        if "secretsmanager:PutSecretValue" in s.actions
    ]
    assert secrets.resources == [
        "arn:Partition:secretsmanager:Region:AccountId:secret:orders/production/main/*"
    ]
    shared = template.statements("AWS::IAM::ManagedPolicy", "PlatformBoundary")
    assert not [s for s in shared if "secretsmanager:GetSecretValue" in s.actions]


def test_an_organisation_puts_its_own_boundary_on_every_role(synthesize: Synthesize) -> None:
    theirs = "arn:aws:iam::111122223333:policy/organisation/boundary"
    template = Template(synthesize(permissions_boundary=theirs).template)
    roles = template.of("AWS::IAM::Role").values()
    assert [role["PermissionsBoundary"] for role in roles] == [theirs] * 9
    assert all("Roles" in each for each in template.of("AWS::IAM::ManagedPolicy").values())
