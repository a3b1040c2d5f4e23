"""Somebody's CDK app, with a database of its own, that imports our constructs."""

from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds

from credential_rotation import DatabaseLogin, RotatedAccessKey

app = App()
stack = Stack(app, "Shop")
vpc = ec2.Vpc(
    stack,
    "Vpc",
    max_azs=2,
    nat_gateways=0,
    restrict_default_security_group=True,  # by a function of the CDK's in Node.js
    subnet_configuration=[
        ec2.SubnetConfiguration(name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
    ],
)
vpc.add_interface_endpoint("Secrets", service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER)
database = rds.DatabaseInstance(
    stack,
    "Database",
    engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17),
    database_name="shop",
    vpc=vpc,
    vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
)

login = DatabaseLogin(stack, "Orders", database=database, username="orders")
reports = DatabaseLogin(stack, "Reports", database=database, username="reports", strategy="single")

application = iam.Role(
    stack, "Application", role_name="shop", assumed_by=iam.AccountRootPrincipal()
)
login.grant_read(application)

policy = iam.ManagedPolicy(
    stack,
    "Upload",
    statements=[iam.PolicyStatement(actions=["secretsmanager:ListSecrets"], resources=["*"])],
)
RotatedAccessKey(stack, "Partner", policy=policy).grant_read(application)
iam.Role(stack, "Stranger", role_name="stranger", assumed_by=iam.AccountRootPrincipal())
logs.LogRetention(  # likewise
    stack, "Kept", log_group_name="/shop/kept", retention=logs.RetentionDays.ONE_WEEK
)
app.synth()
