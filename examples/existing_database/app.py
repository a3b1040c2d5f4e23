"""A login for a database that another team, or another tool, has made: everything by its id.

Put your ids in, then `cdk deploy --app "python app.py"`.
"""

from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager

from credential_rotation import DatabaseLogin, DatabaseServer

app = App()
stack = Stack(app, "OrdersLogins")

server = DatabaseServer(
    name="orders",
    engine="postgres",  # or mysql, mariadb, aurora-postgresql, aurora-mysql
    host="orders.abc123.eu-west-1.rds.amazonaws.com",
    dbname="orders",
    vpc=ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        # The functions run in these. A way has to lead from there to Secrets Manager.
        private_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        private_subnet_route_table_ids=["rtb-0123456789abcdef0", "rtb-0123456789abcdef1"],
    ),
    # It gets one rule, which admits the functions; manage_ingress=False where Terraform owns it.
    security_group=ec2.SecurityGroup.from_security_group_id(
        stack, "DatabaseGroup", "sg-0123456789abcdef0"
    ),
    # Of a user who may create users: the master's, also if RDS manages it.
    admin=secretsmanager.Secret.from_secret_complete_arn(
        stack,
        "Admin",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-orders-a1b2c3",
    ),
)
DatabaseLogin(
    stack,
    "Orders",
    database=server,
    username="orders",
    readers=["arn:aws:iam::111122223333:role/orders"],
)
app.synth()
