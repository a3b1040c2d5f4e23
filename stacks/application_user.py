"""How the application's first user comes to exist."""

from aws_cdk import CustomResource, Duration
from constructs import Construct

from stacks.bundle import Bundle
from stacks.function import PythonFunction
from stacks.secrets import AdminSecret, ApplicationSecret
from stacks.site import Site


class ApplicationUser(Construct):
    """A login and a schema in the database, as the application secret describes them.

    A rotation never creates the user it rotates: it would have to take an unknown user for its own.
    So a resource of the stack does it, once, with the master user's rights and a function of its
    own. A deletion of the stack leaves the user and its tables to the database.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        site: Site,
        secret: ApplicationSecret,
        admin: AdminSecret,
    ) -> None:
        """Create the user.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            site: Where the function runs and the user is created.
            secret: The user's credential.
            admin: The credential of the master user.
        """
        super().__init__(scope, construct_id)
        function = PythonFunction(
            self,
            "Function",
            name=f"{site.names.prefix}-application-user",
            description=f"Creates the user of the secret {secret.name}",
            bundle=Bundle("postgres_user", authorities=site.authorities),
            handler="postgres_user.handler.application_user",
            key=site.key,
            vpc=site.network.vpc,
            timeout=Duration.minutes(1),
        )
        network = site.network
        ways = function.allow_to(site.database, network.secrets_endpoint, network.response_endpoint)
        secret.grant_read(function.role)
        admin.grant_read(function.role)
        user = CustomResource(
            self,
            "User",
            resource_type="Custom::ApplicationUser",
            service_token=function.function.function_arn,
            # CloudFormation otherwise waits an hour for a function that could not answer.
            service_timeout=Duration.minutes(5),
            properties={"SecretArn": secret.attachment.ref},
        )
        user.node.add_dependency(admin.attachment, *ways)
