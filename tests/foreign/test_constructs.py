"""What apps of others import: what it makes of their databases, and what it refuses."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import credential_rotation
from credential_rotation import (
    DatabaseLogin,
    DatabaseRotator,
    DatabaseServer,
    RotatedAccessKey,
)
from credential_rotation.errors import (
    BadScheduleError,
    CannotAdoptError,
    CannotGrantError,
    EndpointError,
    SubnetsError,
    SynthError,
    TakenNameError,
    TooLongNameError,
    TooOldKeyError,
    UnknownDatabaseError,
    UnknownKeyError,
)

from aws_cdk import App, CfnParameter, Duration, NestedStack, PermissionsBoundary, Stack  # isort: skip  # after ours, which chooses the Node.js
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk.assertions import Annotations, Match, Template
from constructs import Construct

POSTGRES = rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17)
AURORA = rds.DatabaseClusterEngine.aurora_postgres(version=rds.AuroraPostgresEngineVersion.VER_16_4)
READER = "arn:aws:iam::123456789012:role/bi/Reader"
LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")


class Shop:
    """A stack of somebody's with a network and an instance."""

    def __init__(self, name: str = "Shop") -> None:
        self.app = App()
        self.stack = Stack(self.app, name)
        self.vpc = ec2.Vpc(self.stack, "Vpc", max_azs=2)
        self.database = rds.DatabaseInstance(
            self.stack, "Database", engine=POSTGRES, vpc=self.vpc, database_name="shop"
        )

    def login(self, username: str = "orders", **more: Any) -> DatabaseLogin:
        given = {"database": self.database, **more}
        return DatabaseLogin(self.stack, f"Login-{username}", username=username, **given)

    @property
    def template(self) -> Template:
        return Template.from_stack(self.stack)


@pytest.fixture(scope="module")
def shop() -> Shop:
    """With whatever is deployed, so that it is synthesized once."""
    shop = Shop()
    orders = shop.login()
    reports = shop.login("reports", strategy="single", readers=[READER])
    orders.alarm_topic.add_subscription(subscriptions.EmailSubscription("ops@example.com"))
    reports.alarm_topic.add_subscription(subscriptions.EmailSubscription("dba@example.com"))
    role = iam.Role(shop.stack, "Application", assumed_by=LAMBDA)
    for _ in range(2):
        orders.grant_read(role)
    task = ecs.FargateTaskDefinition(shop.stack, "Task")
    task.add_container(
        "App",
        image=ecs.ContainerImage.from_registry("app"),
        secrets={
            "USER": orders.ecs_secret("username", task),
            "PASSWORD": orders.ecs_secret("password", task),
        },
    )
    task.add_container(
        "Sidecar",
        image=ecs.ContainerImage.from_registry("sidecar"),
        secrets={"PASSWORD": orders.ecs_secret("password", task)},
    )
    return shop


@pytest.fixture(scope="module")
def resources(shop: Shop) -> dict[str, Any]:
    found: dict[str, Any] = shop.template.to_json()["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: each for name, each in resources.items() if each["Type"] == kind}


def unusual(rules: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the rules on unusual reads say, out of all."""
    said = [each["Properties"] for each in rules.values()]
    return [each for each in said if each.get("Name", "").endswith("-unusual")]


def denial(resources: dict[str, Any], sid: str, *, of: str) -> Any:
    [policy] = [
        each
        for name, each in of_type(resources, "AWS::SecretsManager::ResourcePolicy").items()
        if of in name
    ]
    statements = policy["Properties"]["ResourcePolicy"]["Statement"]
    [found] = [each for each in statements if each["Sid"] == sid]
    return found["Condition"]


def test_logins_of_a_database_share_its_functions_and_the_keys(resources: dict[str, Any]) -> None:
    names = {
        each["Properties"]["FunctionName"]
        for each in of_type(resources, "AWS::Lambda::Function").values()
        if "FunctionName" in each["Properties"]
    }
    assert names == {
        "shop-custom-resources",
        "shop-database-alternating",
        "shop-database-single",
        "shop-database-users",
        "shop-watch",
    }
    assert len(of_type(resources, "AWS::KMS::Key")) == 3


def test_the_secret_says_where_the_database_is(shop: Shop) -> None:
    shop.template.has_resource_properties(
        "AWS::SecretsManager::Secret",
        {
            "Name": "shop/database/orders",
            "GenerateSecretString": Match.object_like(
                {
                    "SecretStringTemplate": {
                        "Fn::Join": [
                            "",
                            Match.array_with([Match.string_like_regexp('"dbname":"shop"')]),
                        ]
                    }
                }
            ),
        },
    )


def test_the_security_group_of_the_database_admits_the_functions_at_its_port(
    resources: dict[str, Any],
) -> None:
    [rule] = of_type(resources, "AWS::EC2::SecurityGroupIngress").values()
    port = {"Fn::GetAtt": ["DatabaseB269D8BB", "Endpoint.Port"]}
    assert rule["Properties"]["FromPort"] == rule["Properties"]["ToPort"] == port


def test_a_role_that_reads_is_named_once_in_the_policy_that_denies_everyone_else(
    resources: dict[str, Any],
) -> None:
    named = denial(resources, "ReadByNamedRolesOnly", of="orders")["ArnNotEquals"]
    arns = [json.dumps(each) for each in named["aws:PrincipalArn"]]
    assert sum('"Application' in each for each in arns) == 1
    assert sum('"TaskExecutionRole' in each for each in arns) == 1


def test_a_role_that_reads_may_read_the_version_in_use_alone(shop: Shop) -> None:
    shop.template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": Match.object_like(
                {
                    "Statement": Match.array_with(
                        [
                            Match.object_like(
                                {
                                    "Action": "secretsmanager:GetSecretValue",
                                    "Condition": {
                                        "StringEquals": {
                                            "secretsmanager:VersionStage": "AWSCURRENT"
                                        }
                                    },
                                }
                            )
                        ]
                    )
                }
            )
        },
    )


def test_reads_by_others_are_told_and_those_by_granted_roles_are_not(
    resources: dict[str, Any],
) -> None:
    rules = [
        json.dumps(each["EventPattern"])
        for each in unusual(of_type(resources, "AWS::Events::Rule"))
    ]
    [orders] = [each for each in rules if "database/orders" in each]
    assert '{"Ref": "Application' in orders
    [reports] = [each for each in rules if "database/reports" in each]
    assert '"Reader"' in reports


def test_names_of_long_logins_fit_and_differ() -> None:
    shop = Shop("OrdersProduction")
    database = rds.DatabaseInstance(shop.stack, "OrdersDatabase", engine=POSTGRES, vpc=shop.vpc)
    for end in ("a", "b"):
        DatabaseLogin(
            shop.stack, f"Login{end}", database=database, username=f"orders_reports_readonly_{end}"
        )
    found = unusual(shop.template.find_resources("AWS::Events::Rule"))
    rules = [each["Name"] for each in found]
    assert [len(each) for each in rules] == [64, 64]
    assert len(set(rules)) == len(rules)


def test_a_role_whose_arn_is_known_later_reads_as_others_do() -> None:
    """Such as that of another stack, on which the login's then depends."""
    shop = Shop()
    theirs = iam.Role(Stack(shop.app, "Theirs"), "Role", assumed_by=LAMBDA)
    named = f"arn:aws:iam::{shop.stack.account}:role/team/Named"
    login = shop.login(readers=[theirs.role_arn, named])
    login.grant_read(iam.Role(shop.stack, "Ours", assumed_by=LAMBDA))
    [found] = unusual(shop.template.find_resources("AWS::Events::Rule"))
    rule = json.dumps(found["EventPattern"])
    assert '"userName": [{"anything-but": [{"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Imp' in rule
    assert '"Named"' in rule


def test_a_client_gets_to_the_database_of_a_login() -> None:
    shop = Shop()
    client = ec2.SecurityGroup(shop.stack, "Client", vpc=shop.vpc, allow_all_outbound=False)
    ec2.Connections(security_groups=[client]).allow_to_default_port(shop.login())
    shop.template.has_resource_properties(
        "AWS::EC2::SecurityGroupEgress",
        {"IpProtocol": "tcp", "GroupId": {"Fn::GetAtt": [Match.any_value(), "GroupId"]}},
    )


def test_a_client_gets_to_a_database_of_another_stack() -> None:
    """Whichever of the two is asked, and without making the other stack wait for this one."""
    shop = Shop()
    here = Stack(shop.app, "Here")
    login = DatabaseLogin(here, "Login", database=shop.database, username="orders")
    one, two = (
        ec2.SecurityGroup(here, name, vpc=shop.vpc, allow_all_outbound=False)
        for name in ("One", "Two")
    )
    login.connections.allow_default_port_from(one)
    ec2.Connections(security_groups=[two]).allow_to_default_port(login)
    rules = Template.from_stack(here).find_resources("AWS::EC2::SecurityGroupIngress")
    groups = json.dumps([each["Properties"] for each in rules.values()])
    assert groups.count('"Fn::GetAtt": ["One') == groups.count('"Fn::GetAtt": ["Two') == 1
    Template.from_stack(shop.stack).resource_count_is("AWS::EC2::SecurityGroupIngress", 0)


def test_a_container_gets_the_stage_that_the_policy_lets_through(resources: dict[str, Any]) -> None:
    [task] = of_type(resources, "AWS::ECS::TaskDefinition").values()
    secrets = json.dumps(task["Properties"]["ContainerDefinitions"][0]["Secrets"])
    assert ":password:AWSCURRENT:" in secrets
    assert ":username:AWSCURRENT:" in secrets


def test_a_stack_can_be_deleted_and_deployed_again(resources: dict[str, Any]) -> None:
    """What stays must have no fixed name: keys do, logs do not stay."""
    kept = {
        each["Type"]
        for each in resources.values()
        if each.get("DeletionPolicy", "Delete") not in {"Delete", "Snapshot"}
    }
    assert kept == {"AWS::KMS::Key"}


def test_alarms_ring_for_every_strategy(shop: Shop, resources: dict[str, Any]) -> None:
    alarms = {
        each["Properties"]["AlarmName"]
        for each in of_type(resources, "AWS::CloudWatch::Alarm").values()
    }
    assert {
        "shop-database-alternating-failed",
        "shop-database-single-failed",
        "shop-database-overdue",
    } <= alarms


def test_who_subscribes_to_the_topic_hears_the_alarms(resources: dict[str, Any]) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm").values()
    [topic] = of_type(resources, "AWS::SNS::Topic")
    assert all(each["Properties"]["AlarmActions"] == [{"Ref": topic}] for each in alarms)
    heard = of_type(resources, "AWS::SNS::Subscription").values()
    assert sorted(each["Properties"]["Endpoint"] for each in heard) == [
        "dba@example.com",
        "ops@example.com",
    ]
    assert all(each["Properties"]["TopicArn"] == {"Ref": topic} for each in heard)


def test_a_cluster_is_looked_at_when_its_writer_is_there() -> None:
    shop = Shop()
    cluster = rds.DatabaseCluster(
        shop.stack,
        "Cluster",
        engine=AURORA,
        vpc=shop.vpc,
        writer=rds.ClusterInstance.serverless_v2("Writer"),
        default_database_name="shop",
    )
    DatabaseLogin(shop.stack, "Login", database=cluster, username="orders")
    resources = shop.template.to_json()["Resources"]
    [check] = of_type(resources, "Custom::DatabaseCheck").values()
    assert any("Writer" in each for each in check["DependsOn"])
    assert check["Properties"]["Host"] == {"Fn::GetAtt": ["ClusterEB0386A7", "Endpoint.Address"]}
    assert check["Properties"]["Dbname"] == "shop"
    # What generates a secret never changes: another word would make another password.
    assert check["Properties"]["Engine"] == "postgres"


MYSQL = rds.DatabaseClusterEngine.aurora_mysql(version=rds.AuroraMysqlEngineVersion.VER_3_10_3)
MARIADB = rds.DatabaseInstanceEngine.maria_db(version=rds.MariaDbEngineVersion.VER_11_8_6)


def test_logins_of_mysql_have_two_passwords_and_need_no_name_of_a_database() -> None:
    shop = Shop()
    cluster = rds.DatabaseCluster(
        shop.stack,
        "Cluster",
        engine=MYSQL,
        vpc=shop.vpc,
        writer=rds.ClusterInstance.provisioned("Writer"),
    )
    instance = rds.DatabaseInstance(shop.stack, "Instance", engine=MARIADB, vpc=shop.vpc)
    for database in (cluster, instance):
        name = database.node.id
        DatabaseLogin(shop.stack, f"{name}Login", database=database, username="orders")
    resources = shop.template.to_json()["Resources"]
    functions = of_type(resources, "AWS::Lambda::Function").values()
    handlers = {
        each["Properties"]["Handler"]
        for each in functions
        if each["Properties"].get("FunctionName", "").endswith("-dual")
    }
    assert handlers == {"mysql_user.handler.dual_passwords"}
    checks = of_type(resources, "Custom::DatabaseCheck").values()
    assert {each["Properties"]["Engine"] for each in checks} == {"aurora-mysql", "mariadb"}
    assert not any("Dbname" in each["Properties"] for each in checks)


def test_each_login_of_mysql_has_a_database_of_its_own() -> None:
    """Rights are on databases there: the second user of one would be refused at the deployment."""
    shop = Shop()
    database = rds.DatabaseInstance(
        shop.stack, "Instance", engine=MARIADB, vpc=shop.vpc, database_name="shop"
    )
    for username, dbname in (("orders", "shop"), ("reports", ""), ("batch", "")):
        DatabaseLogin(shop.stack, username, database=database, username=username, dbname=dbname)
    secrets = of_type(shop.template.to_json()["Resources"], "AWS::SecretsManager::Secret")
    contents = [content(each["Properties"]["GenerateSecretString"]) for each in secrets.values()]
    found = {each["username"]: each.get("dbname") for each in contents}
    assert found.items() >= {"orders": "shop", "reports": "reports", "batch": "batch"}.items()


def content(generated: dict[str, Any]) -> dict[str, Any]:
    """What a template generates, with what is known at the deployment left open."""
    template = generated["SecretStringTemplate"]
    parts = [template] if isinstance(template, str) else template["Fn::Join"][1]
    found: dict[str, Any] = json.loads(
        "".join(part if isinstance(part, str) else "0" for part in parts)
    )
    return found


@pytest.mark.parametrize(
    ("strategies", "told"),
    [(["single"], "false"), (["single", "alternating"], "true"), ([], "false")],
)
def test_the_first_check_asks_for_what_the_logins_need(strategies: list[str], told: str) -> None:
    """A PostgreSQL where two users can't be equal still has single ones."""
    shop = Shop()
    rotator = DatabaseRotator(shop.stack, "Rotator", database=shop.database)
    for strategy in strategies:
        shop.login(strategy, strategy=strategy, rotator=rotator)
    resources = shop.template.to_json()["Resources"]
    [check] = of_type(resources, "Custom::DatabaseCheck").values()
    assert check["Properties"]["Alternating"] == told


def test_a_server_in_words_and_a_rotator_of_its_own() -> None:
    app = App()
    stack = Stack(app, "Shop", env={"account": "123456789012", "region": "eu-west-1"})
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    server = DatabaseServer(
        name="legacy",
        host="legacy.example.com",
        port=6432,
        dbname="shop",
        security_group=ec2.SecurityGroup.from_security_group_id(stack, "Theirs", "sg-1"),
        vpc=vpc,
        admin=secretsmanager.Secret.from_secret_complete_arn(
            stack,
            "Admin",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-abc-AbCdEf",
        ),
        manage_ingress=False,
    )
    rotator = DatabaseRotator(
        stack,
        "Rotator",
        database=server,
        subnets=ec2.SubnetSelection(subnets=[vpc.private_subnets[1]]),
    )
    login = DatabaseLogin(
        stack, "Login", database=server, username="orders", schedule="cron(0 3 ? * SUN#1 *)",
        rotator=rotator,
    )  # fmt: skip
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::EC2::SecurityGroupIngress", 0)
    template.has_resource_properties(
        "AWS::SecretsManager::RotationSchedule",
        {"RotationRules": {"ScheduleExpression": "cron(0 3 ? * SUN#1 *)", "Duration": "3h"}},
    )
    template.has_resource_properties(
        "Custom::DatabaseCheck", {"Host": "legacy.example.com", "Port": "6432"}
    )
    subnets = json.dumps(template.find_resources("AWS::Lambda::Function"))
    assert "VpcPrivateSubnet2" in subnets
    assert "VpcPrivateSubnet1" not in subnets
    assert "shop-legacy-overdue" in login.alarms


def test_logins_use_the_rotator_that_the_stack_has_for_the_database() -> None:
    shop = Shop()
    rotator = DatabaseRotator(Construct(shop.stack, "Team"), "Rotator", database=shop.database)
    assert shop.login().alarms == rotator.alarms
    shop.template.resource_count_is("AWS::KMS::Key", 3)
    functions = shop.template.find_resources("AWS::Lambda::Function")
    assert {name for name in functions if "Alternating" in name or "Users" in name} == {
        name for name in functions if name.startswith("TeamRotator")
    }


def test_logins_of_other_stacks_share_a_rotator() -> None:
    """Nested ones too, whose names are not known: names are those of the rotator's stack."""
    shop = Shop()
    rotator = DatabaseRotator(shop.stack, "Rotator", database=shop.database)
    stacks = {"other": Stack(shop.app, "Other"), "nested": NestedStack(shop.stack, "Nested")}
    for name, stack in stacks.items():
        login = DatabaseLogin(
            stack, "Login", database=shop.database, username=name, rotator=rotator
        )
        login.grant_read(iam.Role(stack, "Role", assumed_by=LAMBDA))
    for name, stack in stacks.items():
        Template.from_stack(stack).has_resource_properties(
            "AWS::SecretsManager::Secret", {"Name": f"shop/database/{name}"}
        )


@pytest.mark.parametrize("by", ["name", "partial ARN"])
def test_the_admins_secret_is_read_however_the_app_names_it(by: str) -> None:
    """IAM and KMS see its whole ARN, which such an app does not know."""
    shop = Shop()
    key = kms.Key.from_key_arn(shop.stack, "TheirKey", KEY)
    name, beginning = "payroll/admin", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"
    admin = (
        secretsmanager.Secret.from_secret_name_v2(shop.stack, "Admin", name)
        if by == "name"
        else secretsmanager.Secret.from_secret_attributes(
            shop.stack, "Admin", secret_partial_arn=beginning + name, encryption_key=key
        )
    )
    shop.login(admin=admin)
    policies = shop.template.find_resources("AWS::IAM::ManagedPolicy")
    [users] = [each for id_, each in policies.items() if "UsersExecutionRole" in id_]
    statements = users["Properties"]["PolicyDocument"]["Statement"]
    [read] = [each for each in statements if name in json.dumps(each["Resource"])]
    assert json.dumps(read["Resource"]).count(f"{name}-??????") == 1
    if by == "partial ARN":
        [decrypt] = [each for each in statements if each["Resource"] == KEY]
        condition = decrypt["Condition"]["StringLike"]
        assert condition["kms:EncryptionContext:SecretARN"] == f"{beginning}{name}-??????"


def test_the_admin_of_a_database_is_named_once() -> None:
    shop = Shop()
    bare = rds.DatabaseInstance(
        shop.stack,
        "Bare",
        engine=POSTGRES,
        vpc=shop.vpc,
        credentials=rds.Credentials.from_username("postgres", password=_password()),
    )
    admin = secretsmanager.Secret(shop.stack, "Admin")
    first = shop.login("one", database=bare, admin=admin)
    assert shop.login("two", database=bare).alarms == first.alarms


def imported(shop: Shop) -> None:
    theirs = rds.DatabaseInstance.from_database_instance_attributes(
        shop.stack,
        "Theirs",
        instance_endpoint_address="host",
        instance_identifier="id",
        port=5432,
        security_groups=[],
    )
    DatabaseLogin(shop.stack, "Login", database=theirs, username="orders")


def without_admin(shop: Shop) -> None:
    bare = rds.DatabaseInstance(
        shop.stack,
        "Bare",
        engine=POSTGRES,
        vpc=shop.vpc,
        credentials=rds.Credentials.from_username("postgres", password=_password()),
    )
    DatabaseLogin(shop.stack, "Login", database=bare, username="orders")


def _password() -> Any:
    from aws_cdk import SecretValue  # noqa: PLC0415 - as above

    return SecretValue.unsafe_plain_text("made-up-password")


def of_another_product(shop: Shop) -> None:
    server = rds.DatabaseInstance(
        shop.stack,
        "SqlServer",
        engine=rds.DatabaseInstanceEngine.sql_server_ex(version=rds.SqlServerEngineVersion.VER_16),
        vpc=shop.vpc,
    )
    DatabaseLogin(shop.stack, "Login", database=server, username="orders")


def of_an_unknown_strategy(shop: Shop) -> None:
    shop.login(strategy="dual")


def of_no_user(shop: Shop) -> None:
    shop.login("")


def of_a_long_user(shop: Shop) -> None:
    DatabaseLogin(shop.stack, "Login", database=shop.database, username="o" * 64)


def with_a_long_name(shop: Shop) -> None:
    longer = Stack(shop.app, "TheStackOfTheShopWithAVeryLongName")
    vpc = ec2.Vpc(longer, "Vpc", max_azs=2)
    database = rds.DatabaseInstance(longer, "Database", engine=POSTGRES, vpc=vpc)
    DatabaseLogin(longer, "Login", database=database, username="orders")


def with_a_long_database(shop: Shop) -> None:
    database = rds.DatabaseInstance(
        shop.stack, "TheDatabaseOfOrdersAndInvoices", engine=POSTGRES, vpc=shop.vpc
    )
    DatabaseLogin(shop.stack, "Login", database=database, username="orders")


def in_words(shop: Shop) -> None:
    shop.login(schedule="monthly")


def as_a_duration(shop: Shop) -> None:
    shop.login(schedule=Duration.days(30))


def a_field_that_is_none(shop: Shop) -> None:
    shop.login().ecs_secret("passwort", ecs.FargateTaskDefinition(shop.stack, "Task"))


def by_the_hour(shop: Shop) -> None:
    shop.login(schedule="rate(1 hour)")


def key(shop: Shop, **days: Any) -> RotatedAccessKey:
    policy = iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess")
    return RotatedAccessKey(shop.stack, "Partner", policy=policy, **days)


def a_key_that_gets_old(shop: Shop) -> None:
    key(shop, interval_days=54)


def a_key_that_rests_for_years(shop: Shop) -> None:
    key(shop, rest_days=1000)


def two_keys_of_one_name(shop: Shop) -> None:
    policy = iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess")
    for scope in ("One", "Two"):
        RotatedAccessKey(Construct(shop.stack, scope), "Partner", policy=policy)


def two_logins_of_one_name(shop: Shop) -> None:
    shop.login("orders_app")
    shop.login("orders-app")


def two_databases_of_one_name(shop: Shop) -> None:
    for scope in ("One", "Two"):
        database = rds.DatabaseInstance(
            Construct(shop.stack, scope), "Main", engine=POSTGRES, vpc=shop.vpc
        )
        DatabaseRotator(shop.stack, f"Rotator{scope}", database=database)


def a_second_login_of_another_database(shop: Shop) -> None:
    shop.login()
    shop.login("billing", dbname="billing")


def a_second_login_of_the_databases_own(shop: Shop) -> None:
    shop.login("billing", dbname="billing")
    shop.login()


def a_second_login_of_another_admin(shop: Shop) -> None:
    shop.login()
    shop.login("billing", admin=secretsmanager.Secret(shop.stack, "Other"))


def by_the_rotator_of_another_database(shop: Shop) -> None:
    rotator = DatabaseRotator(shop.stack, "Rotator", database=shop.database)
    other = rds.DatabaseInstance(shop.stack, "Other", engine=POSTGRES, vpc=shop.vpc)
    DatabaseLogin(shop.stack, "Login", database=other, username="orders", rotator=rotator)


def described(shop: Shop, **more: Any) -> DatabaseServer:
    return DatabaseServer(
        host="legacy.example.com",
        security_group=ec2.SecurityGroup(shop.stack, f"Group{len(more)}", vpc=shop.vpc),
        vpc=shop.vpc,
        admin=secretsmanager.Secret(shop.stack, f"Admin{len(more)}"),
        **more,
    )


def a_rotator_that_says_another_admin_than_its_server(shop: Shop) -> None:
    other = secretsmanager.Secret(shop.stack, "Other")
    DatabaseRotator(shop.stack, "Rotator", database=described(shop), admin=other)


def with_an_admin_whose_arn_may_be_whole(shop: Shop) -> None:
    admin = secretsmanager.Secret.from_secret_name_v2(shop.stack, "Admin", "payroll-master")
    shop.login(admin=admin)


def by_alias(shop: Shop, name: str) -> secretsmanager.ISecret:
    return secretsmanager.Secret.from_secret_attributes(
        shop.stack,
        name,
        secret_complete_arn=CLERK,
        encryption_key=kms.Alias.from_alias_name(shop.stack, f"Key{name}", "alias/payroll"),
    )


def with_an_admin_whose_key_is_an_alias(shop: Shop) -> None:
    shop.login(admin=by_alias(shop, "Admin"))


def of_a_secret_whose_key_is_an_alias(shop: Shop) -> None:
    shop.login("clerk", adopt=by_alias(shop, "Clerk"))


def a_rotator_that_comes_after_a_login(shop: Shop) -> None:
    shop.login()
    DatabaseRotator(shop.stack, "Rotator", database=shop.database)


def other_subnets_of_one_network(shop: Shop) -> None:
    shop.login()
    server = described(shop, name="legacy")
    some = ec2.SubnetSelection(subnets=[shop.vpc.private_subnets[1]])
    DatabaseRotator(shop.stack, "Rotator", database=server, subnets=some)


def logins_of_two_databases_of_one_id(shop: Shop) -> None:
    shop.login()
    billing = Construct(shop.stack, "Billing")
    database = rds.DatabaseInstance(billing, "Database", engine=POSTGRES, vpc=shop.vpc)
    DatabaseLogin(billing, "Login", database=database, username="orders")


def logins_of_two_descriptions_of_one_server(shop: Shop) -> None:
    DatabaseLogin(shop.stack, "One", database=described(shop), username="one")
    DatabaseLogin(shop.stack, "Two", database=described(shop, port=5432), username="two")


def logins_of_one_rotator_in_two_stacks(shop: Shop) -> None:
    rotator = DatabaseRotator(shop.stack, "Rotator", database=shop.database)
    for name in ("One", "Two"):
        DatabaseLogin(
            Stack(shop.app, name), "Login", database=shop.database, username="orders",
            rotator=rotator,
        )  # fmt: skip


def in_a_nested_stack(shop: Shop) -> None:
    nested = NestedStack(shop.stack, "Nested")
    DatabaseLogin(nested, "Login", database=shop.database, username="orders")


def of_a_user_who_is_known_later(shop: Shop) -> None:
    username = CfnParameter(shop.stack, "Username").value_as_string
    DatabaseLogin(shop.stack, "Login", database=shop.database, username=username)


def to_what_is_no_list(shop: Shop) -> None:
    shop.login(readers=READER)


def to_the_session_of_a_role(shop: Shop) -> None:
    shop.login(readers=["arn:aws:sts::123456789012:assumed-role/Reader/session"])


def to_a_construct(shop: Shop) -> None:
    shop.login(readers=[iam.Role(shop.stack, "Role", assumed_by=LAMBDA)])


def a_key_without_ascii(shop: Shop) -> None:
    policy = iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess")
    RotatedAccessKey(shop.stack, "Ключ", policy=policy)


def a_login_after_a_key(shop: Shop) -> None:
    key(shop)
    shop.login()


def a_key_without_grace(shop: Shop) -> None:
    key(shop, grace_days=0)


def to_a_user(shop: Shop) -> None:
    shop.login().grant_read(iam.User(shop.stack, "User"))


def to_a_role_of_another_stack(shop: Shop) -> None:
    other = Stack(shop.app, "Application")
    shop.login().grant_read(iam.Role(other, "Role", assumed_by=LAMBDA))


def to_a_function_of_another_stack(shop: Shop) -> None:
    other = Stack(shop.app, "Application")
    function = lambda_.Function(
        other,
        "Function",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("handler = print"),
    )
    shop.login().grant_read(function)


def test_a_rotation_may_begin_as_long_as_its_schedule_leaves() -> None:
    """Secrets Manager refuses a window that reaches into the next day."""
    shop = Shop()
    shop.login(schedule="cron(0 22 * * ? *)")
    shop.login("reports")
    schedules = shop.template.find_resources("AWS::SecretsManager::RotationSchedule")
    rules = [each["Properties"]["RotationRules"] for each in schedules.values()]
    assert rules == [
        {"ScheduleExpression": "cron(0 22 * * ? *)", "Duration": "2h"},
        {"ScheduleExpression": "rate(30 days)", "Duration": "3h"},
    ]


@pytest.mark.parametrize(
    ("attempt", "error", "told"),
    [
        (imported, UnknownDatabaseError, r"Shop/Theirs is imported.*DatabaseServer"),
        (without_admin, UnknownDatabaseError, r"Shop/Bare has no secret.*pass admin="),
        (of_another_product, UnknownDatabaseError, r"engine sqlserver-ex is not known"),
        (of_an_unknown_strategy, UnknownDatabaseError, r"strategy of Shop/Login-orders is dual"),
        (of_no_user, UnknownDatabaseError, r"cannot be called ''"),
        (of_a_long_user, UnknownDatabaseError, r"called o+: it has 64 bytes, and 57 are"),
        (with_a_long_name, TooLongNameError, r"stack_name of 24"),
        (with_a_long_database, TooLongNameError, r"TheDatabaseOfOrdersAndInvoices"),
        (
            in_words,
            BadScheduleError,
            r"schedule = 'monthly' of Shop/Login-orders can't",
        ),
        (as_a_duration, BadScheduleError, r"Shop/Login-orders can't be used.*rate\(30 days\)"),
        (a_field_that_is_none, CannotGrantError, r"no field 'passwort'.*username, password"),
        (by_the_hour, BadScheduleError, r"waits at least 4 hours"),
        (a_key_that_gets_old, TooOldKeyError, r"could get 91 days old"),
        (a_key_without_grace, TooOldKeyError, r"grace_days is 1 at least"),
        (a_key_that_rests_for_years, TooOldKeyError, r"rest_days is 1 to 60"),
        (two_keys_of_one_name, TakenNameError, r"Two/Partner begin with .*One/Partner do"),
        (two_logins_of_one_name, TakenNameError, r"orders-app, as those of .*orders_app do"),
        (two_databases_of_one_name, TakenNameError, r"RotatorTwo begin with .*RotatorOne do"),
        (a_second_login_of_another_database, UnknownDatabaseError, r"another dbname than"),
        (a_second_login_of_the_databases_own, UnknownDatabaseError, r"orders has another dbname"),
        (a_second_login_of_another_admin, UnknownDatabaseError, r"another admin than"),
        (
            by_the_rotator_of_another_database,
            UnknownDatabaseError,
            r"rotator of Shop/Login is that of another database, Database",
        ),
        (
            a_rotator_that_says_another_admin_than_its_server,
            UnknownDatabaseError,
            r"Shop/Rotator has another admin than its database",
        ),
        (
            with_an_admin_whose_arn_may_be_whole,
            UnknownDatabaseError,
            r"payroll-master, which .*from_secret_complete_arn",
        ),
        (with_an_admin_whose_key_is_an_alias, UnknownKeyError, r"Shop/Admin is alias/payroll.*Key"),
        (of_a_secret_whose_key_is_an_alias, UnknownKeyError, r"Shop/Clerk is alias/payroll.*Key"),
        (
            a_rotator_that_comes_after_a_login,
            TakenNameError,
            r"Shop/Rotator has the rotator .*Rotator-Database already",
        ),
        (other_subnets_of_one_network, SubnetsError, r"subnets are named.*named others, or none"),
        (logins_of_two_databases_of_one_id, TakenNameError, r"Billing/Login is called Database"),
        (logins_of_two_descriptions_of_one_server, TakenNameError, r"Two is called database"),
        (
            logins_of_one_rotator_in_two_stacks,
            TakenNameError,
            r"Two/Login begin with shop/database/orders, as those of One/Login do",
        ),
        (in_a_nested_stack, TooLongNameError, r"nested stack Shop/Nested .*pass it as rotator"),
        (of_a_user_who_is_known_later, UnknownDatabaseError, r"username of Shop/Login is known"),
        (to_what_is_no_list, CannotGrantError, r"readers of Shop/Login-orders has 'arn:.*a list"),
        (to_the_session_of_a_role, CannotGrantError, r"assumed-role/Reader/session.*of roles"),
        (to_a_construct, CannotGrantError, r"has <aws_cdk.aws_iam.Role .*grant_read"),
        (a_key_without_ascii, TooLongNameError, r"Shop/Ключ would be made of 'Ключ'"),
        (a_login_after_a_key, TakenNameError, r"Make the key after the login"),
        (to_a_user, CannotGrantError, r"roles alone"),
        (to_a_role_of_another_stack, CannotGrantError, r"another stack.*readers"),
        (to_a_function_of_another_stack, CannotGrantError, r"another stack.*readers"),
    ],
)
def test_what_can_not_work_is_refused_at_the_synth_with_what_to_do(
    attempt: Callable[[Shop], None], error: type[SynthError], told: str
) -> None:
    with pytest.raises(error, match=told):
        attempt(Shop())


CLERK = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:payroll/clerk-AbCdEf"
THEIRS = "arn:aws:lambda:eu-west-1:123456789012:function:theirs"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"


def theirs(shop: Shop, arn: str = CLERK, name: str = "Theirs") -> secretsmanager.ISecret:
    return secretsmanager.Secret.from_secret_complete_arn(shop.stack, name, arn)


def partial(shop: Shop) -> secretsmanager.ISecret:
    return secretsmanager.Secret.from_secret_partial_arn(shop.stack, "Theirs", CLERK[:-7])


def by_name(shop: Shop) -> secretsmanager.ISecret:
    return secretsmanager.Secret.from_secret_name_v2(shop.stack, "Theirs", "payroll/clerk")


def with_its_key(shop: Shop) -> secretsmanager.ISecret:
    key = kms.Key.from_key_arn(shop.stack, "TheirKey", KEY)
    return secretsmanager.Secret.from_secret_attributes(
        shop.stack, "Theirs", secret_complete_arn=CLERK, encryption_key=key
    )


def with_the_alias_of_a_key(shop: Shop) -> secretsmanager.ISecret:
    key = kms.Key.from_key_arn(shop.stack, "TheirKey", KEY)
    alias = kms.Alias(shop.stack, "Alias", alias_name="alias/payroll", target_key=key)
    return secretsmanager.Secret.from_secret_attributes(
        shop.stack, "Theirs", secret_complete_arn=CLERK, encryption_key=alias
    )


def of_the_app(shop: Shop) -> secretsmanager.ISecret:
    return secretsmanager.Secret(shop.stack, "Theirs")


def actions_on(resources: dict[str, Any], arn: object) -> set[str]:
    """What policies of roles, and boundaries, let their owners do with it."""
    statements = [
        statement
        for kind in ("Policy", "ManagedPolicy")
        for each in of_type(resources, f"AWS::IAM::{kind}").values()
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
    ]
    return {
        action
        for each in statements
        if arn in as_list(each["Resource"])
        for action in as_list(each["Action"])
    }


def as_list(one_or_several: Any) -> list[Any]:
    return one_or_several if isinstance(one_or_several, list) else [one_or_several]


@pytest.mark.parametrize(
    ("secret", "complete"),
    [
        (theirs, True),
        (with_its_key, True),
        (with_the_alias_of_a_key, True),
        (of_the_app, True),
        (partial, False),
        (by_name, False),
    ],
)
def test_a_secret_is_adopted_however_the_app_names_it(
    secret: Callable[[Shop], secretsmanager.ISecret], *, complete: bool
) -> None:
    shop = Shop()
    adopted = secret(shop)
    function = lambda_.Function.from_function_arn(shop.stack, "TheirFunction", THEIRS)
    login = shop.login("clerk", adopt=adopted, adopt_from=function)
    assert login.secret is adopted
    login.grant_read(iam.Role(shop.stack, "Application", assumed_by=LAMBDA))
    resources = shop.template.to_json()["Resources"]
    arn = shop.stack.resolve(adopted.secret_arn)
    for kind in ("AdoptionCheck", "FormerRotation", "AdoptedRotation"):
        [made] = of_type(resources, f"Custom::{kind}").values()
        assert made["Properties"]["SecretArn"] == arn
        assert made["Properties"].get("FormerFunction", THEIRS) == THEIRS
    pattern = json.dumps(arn) if complete else json.dumps(arn).replace("/clerk", "/clerk-??????")
    uses = actions_on(resources, json.loads(pattern))
    assert {"secretsmanager:RotateSecret", "secretsmanager:GetSecretValue"} <= uses
    kms_uses = {"kms:Decrypt", "kms:GenerateDataKey"} if "key" in secret.__name__ else set()
    assert actions_on(resources, KEY) == kms_uses
    policies = of_type(resources, "AWS::SecretsManager::ResourcePolicy").values()
    assert arn not in [each["Properties"]["SecretId"] for each in policies]


def test_a_secret_that_is_named_elsewhere_in_the_app_is_not_adopted_anew() -> None:
    """A second adoption would find the secret rotated by our function, and be refused."""
    ids = []
    for place in ("Here", "There"):
        shop = Shop()
        named = secretsmanager.Secret.from_secret_name_v2(shop.stack, place, "payroll/clerk")
        shop.login("clerk", adopt=named)
        ids.append(set(shop.template.find_resources("Custom::FormerRotation")))
    assert ids[0] == ids[1]


def without_a_secret(shop: Shop) -> None:
    shop.login(adopt_from=lambda_.Function.from_function_arn(shop.stack, "F", THEIRS))


def by_a_name_alone(shop: Shop) -> None:
    shop.login("clerk", adopt="payroll/clerk")


def from_a_name_alone(shop: Shop) -> None:
    shop.login("clerk", adopt=theirs(shop), adopt_from="theirs")


def with_a_random_end_or_not(shop: Shop) -> None:
    secret = secretsmanager.Secret.from_secret_partial_arn(shop.stack, "Theirs", CLERK)
    shop.login("clerk", adopt=secret)


def a_secret_twice(shop: Shop) -> None:
    shop.login("clerk", adopt=theirs(shop))
    secret = secretsmanager.Secret.from_secret_name_v2(shop.stack, "Again", "payroll/clerk")
    shop.login("batch", adopt=secret)


def the_admins(shop: Shop) -> None:
    shop.login("postgres", adopt=shop.database.secret)


def elsewhere(shop: Shop, arn: str, function: str = "") -> None:
    shop.stack = Stack(shop.app, "Here", env={"account": "123456789012", "region": "eu-west-1"})
    shop.vpc = ec2.Vpc(shop.stack, "Vpc", max_azs=2)
    shop.database = rds.DatabaseInstance(
        shop.stack, "Database", engine=POSTGRES, vpc=shop.vpc, database_name="shop"
    )
    given = {}
    if function:
        given["adopt_from"] = lambda_.Function.from_function_arn(shop.stack, "F", function)
    shop.login("clerk", adopt=theirs(shop, arn), **given)


def of_another_region(shop: Shop) -> None:
    elsewhere(shop, CLERK.replace("eu-west-1", "us-east-1"))


def of_another_account(shop: Shop) -> None:
    elsewhere(shop, CLERK.replace("123456789012", "111122223333"))


def from_another_region(shop: Shop) -> None:
    elsewhere(shop, CLERK, THEIRS.replace("eu-west-1", "us-east-1"))


@pytest.mark.parametrize(
    ("attempt", "told"),
    [
        (without_a_secret, r"Login-orders can't adopt: adopt_from is set, and adopt is not"),
        (by_a_name_alone, r"adopt is 'payroll/clerk', and has to be a secret.*complete_arn"),
        (from_a_name_alone, r"adopt_from is 'theirs', and has to be a function"),
        (with_a_random_end_or_not, r"not told whether the end of adopt.*from_secret_complete_arn"),
        (a_secret_twice, r"Login-batch would take over the user of its adopt, as .*-clerk has"),
        (the_admins, r"adopt is the secret of the database's admin"),
        (of_another_region, r"adopt is in us-east-1, and the stack in eu-west-1"),
        (of_another_account, r"adopt is of the account 111122223333, and"),
        (from_another_region, r"adopt_from is in us-east-1"),
    ],
)
def test_what_can_not_be_adopted_is_refused_at_the_synth(
    attempt: Callable[[Shop], None], told: str
) -> None:
    with pytest.raises(CannotAdoptError, match=told):
        attempt(Shop())


@pytest.mark.parametrize("adopted", ["secret", "attachment"])
@pytest.mark.parametrize("by", ["secret", "attachment"])
def test_a_secret_that_the_app_itself_rotates_is_not_adopted(adopted: str, by: str) -> None:
    """Whichever of the two comes first."""
    shop = Shop()
    secret = secretsmanager.Secret(shop.stack, "Secret")
    of = {"secret": secret, "attachment": secret.attach(shop.database)}
    shop.login(adopt=of[adopted])
    single = secretsmanager.HostedRotation.postgre_sql_single_user()
    secretsmanager.RotationSchedule(shop.stack, "Theirs", secret=of[by], hosted_rotation=single)
    with pytest.raises(RuntimeError, match="Theirs/Resource has another function rotate adopt"):
        shop.app.synth()


def test_a_secret_of_another_account_is_adopted_with_its_key() -> None:
    shop = Shop()
    shop.stack = Stack(shop.app, "Here", env={"account": "111122223333", "region": "eu-west-1"})
    shop.vpc = ec2.Vpc(shop.stack, "Vpc", max_azs=2)
    shop.database = rds.DatabaseInstance(
        shop.stack, "Database", engine=POSTGRES, vpc=shop.vpc, database_name="shop"
    )
    shop.login("clerk", adopt=with_its_key(shop))
    assert of_type(shop.template.to_json()["Resources"], "Custom::AdoptedRotation")


@pytest.mark.parametrize("prescribed", ["by an aspect", "by the stack"])
def test_a_permissions_boundary_of_the_app_takes_the_place_of_ours(prescribed: str) -> None:
    """An organisation may deny the creation of a role without its own."""
    app = App()
    theirs = PermissionsBoundary.from_name("org") if prescribed == "by the stack" else None
    stack = Stack(app, "Shop", permissions_boundary=theirs)
    if prescribed == "by an aspect":
        policy = iam.ManagedPolicy.from_managed_policy_name(stack, "Org", "org")
        iam.PermissionsBoundary.of(app).apply(policy)
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
    database = rds.DatabaseInstance(stack, "Database", engine=POSTGRES, vpc=vpc)
    DatabaseLogin(stack, "Login", database=database, username="orders")
    RotatedAccessKey(
        stack, "Partner", policy=iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess")
    )
    resources = Template.from_stack(stack).to_json()["Resources"]
    bound = [
        json.dumps(each["Properties"]["PermissionsBoundary"])
        for kind in ("Role", "User")
        for name, each in of_type(resources, f"AWS::IAM::{kind}").items()
        if "CustomVpcRestrict" not in name
    ]
    assert len(bound) > 6
    assert all("policy/org" in each for each in bound)


def test_an_access_key_needs_no_network_and_shares_what_there_is() -> None:
    app = App()
    stack = Stack(app, "Alone")
    alone = key_in(stack)
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::EC2::SecurityGroup", 0)
    template.has_resource_properties("AWS::SecretsManager::Secret", {"Name": alone})
    template.resource_count_is("AWS::KMS::Key", 3)
    template.resource_count_is("AWS::SNS::Subscription", 1)


def key_in(stack: Stack) -> str:
    """Adds a key that a role reads; gives the name of its secret."""
    policy = iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess")
    made = RotatedAccessKey(stack, "Partner", policy=policy, readers=[READER])
    made.grant_read(iam.Role(stack, "Reading", assumed_by=LAMBDA))
    assert {"alone-partner-access-key-late", "alone-partner-access-key-strange"} <= {*made.alarms}
    made.alarm_topic.add_subscription(subscriptions.EmailSubscription("ops@example.com"))
    return "alone/partner/access-key"


def endpoint_of(shop: Shop) -> ec2.InterfaceVpcEndpoint:
    return shop.vpc.add_interface_endpoint(
        "Secrets", service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER
    )


def test_with_an_endpoint_nothing_else_is_reached_and_sessions_stay_in_the_network() -> None:
    shop = Shop()
    endpoint = endpoint_of(shop)
    rotator = DatabaseRotator(
        shop.stack, "Rotator", database=shop.database, secrets_endpoint=endpoint
    )
    shop.login(rotator=rotator)
    resources = shop.template.to_json()["Resources"]
    assert denial(resources, "FromTheNetworkOnly", of="orders")["StringNotEquals"] == {
        "aws:SourceVpce": shop.stack.resolve(endpoint.vpc_endpoint_id)
    }
    ours = [
        each["Properties"]
        for name, each in of_type(resources, "AWS::EC2::SecurityGroup").items()
        if "CredentialRotation" in name or "Rotator" in name
    ]
    assert ours
    assert not [
        rule
        for each in ours
        for rule in each.get("SecurityGroupEgress", [])
        if rule.get("CidrIp") == "0.0.0.0/0"
    ]
    group = shop.stack.resolve(endpoint.connections.security_groups[0].security_group_id)
    rules = of_type(resources, "AWS::EC2::SecurityGroupIngress").values()
    assert group in [each["Properties"]["GroupId"] for each in rules]
    assert not told(shop)


def told(shop: Shop) -> list[Any]:
    found = Annotations.from_stack(shop.stack).find_info(
        "*", Match.string_like_regexp("No endpoint of Secrets Manager is named")
    )
    return list(found)


def test_without_an_endpoint_it_is_told(shop: Shop, resources: dict[str, Any]) -> None:
    assert told(shop)


def test_an_endpoint_that_comes_too_late_or_tells_no_group_is_refused() -> None:
    shop = Shop()
    shop.login()
    other = DatabaseServer(
        name="other",
        host="h",
        security_group=ec2.SecurityGroup(shop.stack, "G", vpc=shop.vpc),
        vpc=shop.vpc,
        admin=secretsmanager.Secret(shop.stack, "Admin"),
        dbname="d",
    )
    with pytest.raises(EndpointError, match="Name it there"):
        DatabaseRotator(shop.stack, "Late", database=other, secrets_endpoint=endpoint_of(shop))
    imported = ec2.InterfaceVpcEndpoint.from_interface_vpc_endpoint_attributes(
        shop.stack, "Imported", port=443, vpc_endpoint_id="vpce-1"
    )
    with pytest.raises(EndpointError, match="security_groups"):
        DatabaseRotator(shop.stack, "Bare", database=other, secrets_endpoint=imported)


def test_nothing_else_is_public() -> None:
    assert set(credential_rotation.__all__) == {
        "DatabaseLogin",
        "DatabaseRotator",
        "DatabaseServer",
        "RotatedAccessKey",
    }
    with pytest.raises(AttributeError, match="Platform"):
        _ = credential_rotation.Platform
