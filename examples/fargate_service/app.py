"""A database in one stack, and in another a service on Fargate with a login of its own.

`cdk deploy --all --app "python app.py"`. The login is in the stack of the service, whose role its
secret's policy names.
"""

from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_rds as rds

from credential_rotation import DatabaseLogin

app = App()

data = Stack(app, "OrdersData")
vpc = ec2.Vpc(data, "Vpc", max_azs=2)
database = rds.DatabaseInstance(
    data,
    "Database",
    engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17),
    database_name="orders",
    vpc=vpc,
)

service = Stack(app, "OrdersService")
login = DatabaseLogin(service, "Orders", database=database, username="orders")
task = ecs.FargateTaskDefinition(service, "Task")
task.add_container(
    "App",
    image=ecs.ContainerImage.from_registry("public.ecr.aws/docker/library/python:3.13-slim"),
    # Where to connect. The credential itself the application reads with the library
    # `rotated_secret`, which follows rotations; login.ecs_secret would be read at the start alone.
    environment={"SECRET_ID": login.secret.secret_arn},
)
login.grant_read(task.task_role)

# By the login, whose rules are of this stack: by the database, the other one would wait for this.
group = ec2.SecurityGroup(service, "Group", vpc=vpc)
login.connections.allow_default_port_from(group)
ecs.FargateService(
    service,
    "Service",
    cluster=ecs.Cluster(service, "Cluster", vpc=vpc),
    task_definition=task,
    security_groups=[group],
)
app.synth()
