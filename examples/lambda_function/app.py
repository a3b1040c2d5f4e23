"""An Aurora cluster, and a function on the credential library that reads from it.

First the function's packages: `pip install --target function "rotated-secret[pg8000]"` (which is on
no index yet, see docs/consumers.md), then `cdk deploy --app "python app.py"`.
"""

from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds

from credential_rotation import DatabaseLogin

app = App()
stack = Stack(app, "OrdersReports")
vpc = ec2.Vpc(stack, "Vpc", max_azs=2)
cluster = rds.DatabaseCluster(
    stack,
    "Cluster",
    engine=rds.DatabaseClusterEngine.aurora_postgres(
        version=rds.AuroraPostgresEngineVersion.VER_17_4
    ),
    writer=rds.ClusterInstance.serverless_v2("Writer"),
    default_database_name="orders",
    vpc=vpc,
)
login = DatabaseLogin(
    stack,
    "Reports",
    database=cluster,
    username="reports",
    strategy="single",  # the library waits out the moment between two passwords
    schedule="rate(7 days)",
)
function = lambda_.Function(
    stack,
    "Function",
    runtime=lambda_.Runtime.PYTHON_3_13,
    handler="report.handler",
    code=lambda_.Code.from_asset("function"),
    environment={"SECRET_ID": login.secret.secret_arn},
    vpc=vpc,
)
login.grant_read(function)
function.connections.allow_to_default_port(cluster)
app.synth()
