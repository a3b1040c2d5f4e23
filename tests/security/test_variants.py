"""What each setting opens: every variant is proven as the default one is."""

import copy
from dataclasses import dataclass

import pytest

from local.policies import Evaluator
from security.controls import controls, unsatisfied
from security.deployment import Deployment
from security.people import controls as people
from security.proof import Proof
from security.synthesis import Synthesis
from security.template_lint import lint_template
from security.variants import APPLICATION, DEFAULT, VARIANTS, Variant
from security.wildcards import wildcards

pytestmark = pytest.mark.xdist_group("security")


@dataclass(frozen=True)
class Proven:
    """A variant, what was made of it, and its proof."""

    variant: Variant
    made: Synthesis
    deployment: Deployment
    proof: Proof

    def attacked(self, what: str) -> int:
        """How many attacks of a kind there were."""
        return sum(each.intent.what == what for each in self.proof.attacked)


OTHERS = {each.name: each for each in VARIANTS if each.name != DEFAULT}


@pytest.fixture(scope="module")
def found() -> dict[str, Proven]:
    return {}


@pytest.fixture
def proven(
    request: pytest.FixtureRequest,
    found: dict[str, Proven],
    evaluator: Evaluator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Proven:
    name = str(request.param)
    if name not in found:
        variant = OTHERS[name]
        made = variant.synthesize(tmp_path_factory.mktemp("variant"))
        deployment = Deployment.of(made.settings, made.template)
        proof = Proof.of_rotation(evaluator, deployment)
        found[name] = Proven(variant, made, deployment, proof)
    return found[name]


every = pytest.mark.parametrize("proven", OTHERS, indirect=True)


def one(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("proven", [name], indirect=True)


@every
def test_everything_that_it_is_for_is_allowed(proven: Proven) -> None:
    assert [each for each in proven.proof.needed if each.surprising] == []


@every
def test_every_attack_is_refused_by_the_layers_that_should(proven: Proven) -> None:
    assert [each for each in proven.proof.attacked if each.surprising] == []


@every
def test_whatever_is_taken_away_is_missed(proven: Proven) -> None:
    assert [str(each) for each in proven.proof.survivors] == []


@every
def test_no_tool_finds_anything(proven: Proven) -> None:
    assert proven.made.findings == ()
    assert [each for path in proven.made.paths for each in lint_template(path)] == []
    found = wildcards(proven.deployment.documents)
    assert [each.sid for each in found if not each.reason] == []
    asked = controls(proven.made.settings)
    assert set(unsatisfied(proven.deployment, asked)) == set(proven.variant.unsatisfied)


@pytest.mark.parametrize("proven", [each.name for each in VARIANTS if each.people], indirect=True)
def test_people_do_what_they_are_for_and_no_more(proven: Proven, evaluator: Evaluator) -> None:
    made = proven.made
    deployment = Deployment.of(made.settings, made.with_people())
    proof = Proof.of_people(evaluator, deployment, settings=made.settings)
    assert [each for each in (*proof.needed, *proof.attacked) if each.surprising] == []
    assert [str(each) for each in proof.survivors] == []
    assert lint_template(made.people) == []
    assert [each.sid for each in wildcards(deployment.documents) if not each.reason] == []
    assert unsatisfied(deployment, people.CONTROLS) == []


@one("a key, a topic and a trail of somebody else's")
def test_auditors_read_their_account_s_records_in_the_organisation_s_bucket(
    proven: Proven, evaluator: Evaluator
) -> None:
    made = proven.made
    deployment = Deployment.of(made.settings, made.with_people())
    proof = Proof.of_people(evaluator, deployment, settings=made.settings)
    reads = {each.intent.resource for each in proof.needed if each.intent.action == "s3:GetObject"}
    assert len(reads) == 1
    assert all("acme-trail/AWSLogs/o-acme/111122223333/" in each for each in reads)


CLUSTER, INSTANCE = "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"
CLUSTER_GROUP, GROUP = "AWS::RDS::DBClusterParameterGroup", "AWS::RDS::DBParameterGroup"


@one("MySQL, MariaDB and Aurora")
@pytest.mark.parametrize(
    ("kind", "named", "path", "value", "control"),
    [
        (INSTANCE, "mariadb", "StorageEncrypted", False, "RDS.3"),
        (INSTANCE, "mariadb", "Port", "3306", "RDS.23"),
        (INSTANCE, "mariadb", "MasterUsername", "admin", "RDS.25"),
        (INSTANCE, "aurora-mysql", "PubliclyAccessible", True, "RDS.2"),
        (INSTANCE, "aurora-mysql", "DBClusterIdentifier", None, "RDS.15"),
        (CLUSTER, "aurora-mysql", "DeletionProtection", False, "RDS.7"),
        (CLUSTER, "aurora-mysql", "EnableIAMDatabaseAuthentication", False, "RDS.12"),
        (CLUSTER, "aurora-postgresql", "CopyTagsToSnapshot", False, "RDS.16"),
        (CLUSTER, "aurora-postgresql", "DBSubnetGroupName", None, "RDS.18"),
        (CLUSTER, "aurora-postgresql", "Port", 5432, "RDS.23"),
        (CLUSTER, "aurora-postgresql", "MasterUsername", "postgres", "RDS.24"),
        (CLUSTER, "aurora-postgresql", "StorageEncrypted", False, "RDS.27"),
        (CLUSTER, "aurora-mysql", "EnableCloudwatchLogsExports", ["error"], "RDS.34"),
        (CLUSTER, "aurora-mysql", "AutoMinorVersionUpgrade", False, "RDS.35"),
        (CLUSTER, "aurora-postgresql", "EnableCloudwatchLogsExports", [], "RDS.37"),
        (GROUP, "mariadb", "Parameters", {}, "RDS.44"),
        (CLUSTER_GROUP, "aurora-mysql", "Parameters", {}, "RDS.45"),
        (CLUSTER, "aurora-mysql", "BackupRetentionPeriod", 1, "RDS.50"),
    ],
)
def test_a_property_of_a_product_that_opens_something_breaks_its_control(
    proven: Proven, kind: str, named: str, path: str, value: object, control: str
) -> None:
    template = copy.deepcopy(dict(proven.made.template))
    resource = next(
        each
        for each in template["Resources"].values()
        if each["Type"] == kind
        and str(each["Properties"].get("Engine", each["Properties"].get("Family"))).startswith(
            named
        )
    )
    resource["Properties"][path] = value
    broken = unsatisfied(
        Deployment.of(proven.made.settings, template), controls(proven.made.settings)
    )
    assert set(broken) == {*proven.variant.unsatisfied, control}


@one("two databases, clients and readers")
def test_functions_of_one_database_get_nothing_of_the_other(proven: Proven) -> None:
    parts = proven.deployment.parts
    assert {"main", "billing"} == set(parts.homes)
    tried = {
        (each.intent.who.name, each.intent.resource)
        for each in proven.proof.attacked
        if each.intent.what == "read a secret of another home"
    }
    for function in ("alternating", "users", "admin"):
        assert (f"billing-{function}", parts.secret("main/app")) in tried
        assert (f"main-{function}", parts.secret("billing/admin")) in tried


@one("two databases, clients and readers")
def test_an_application_reads_the_secret_that_names_it_and_no_other(proven: Proven) -> None:
    own = proven.deployment.parts.secret("main/app")
    reads = {
        each.intent.resource
        for each in proven.proof.needed
        if each.intent.who.role_arn == APPLICATION
        and each.intent.action == "secretsmanager:GetSecretValue"
    }
    assert reads == {own}
    assert proven.attacked("read a secret whose reader it is not") == 10


@one("an existing database, a user who exists")
def test_the_function_that_creates_users_puts_the_present_password_alone(proven: Proven) -> None:
    parts = proven.deployment.parts
    users = [each for each in proven.proof.needed if each.intent.who.name.endswith("-users")]
    puts = {
        (each.intent.who.name, each.intent.resource)
        for each in users
        if each.intent.action == "secretsmanager:PutSecretValue"
    }
    assert puts == {("main-users", parts.secret("main/app"))}


@one("an existing network and endpoint")
def test_an_existing_endpoint_refuses_what_its_owner_wants(proven: Proven) -> None:
    left = {each.what for each in proven.proof.left_to_others}
    assert "carry a password out to an account of their own" in left
    assert proven.attacked("use a stolen session from elsewhere") > 10


@one("an existing network without an endpoint")
def test_without_an_endpoint_nothing_ties_a_session_to_the_network(proven: Proven) -> None:
    assert proven.attacked("use a stolen session from elsewhere") == 0
