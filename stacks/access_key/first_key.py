"""How the first key comes to exist, and the last one goes."""

from aws_cdk import CustomResource, Duration
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.access_key.function import KeyFunction, KeyLives
from stacks.access_key.secret import AccessKeySecret
from stacks.access_key.user import KeyUser
from stacks.names import Names


class FirstKey(Construct):
    """A key for a secret that holds none yet, made by a function and not by CloudFormation.

    When the stack or the setting goes, the keys go first: IAM deletes no user who has any, and
    nothing would rotate them any more.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        lives: KeyLives,
        user: KeyUser,
        secret: AccessKeySecret,
        key: kms.IKey,
    ) -> None:
        """Make the key.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What the names of all that is made begin with.
            lives: How long keys live.
            user: Whose key it is.
            secret: What is to hold it.
            key: Encrypts the function's log.
        """
        super().__init__(scope, construct_id)
        function = KeyFunction(
            self,
            "Function",
            name="access-key-first",
            description=f"Makes the first key of the secret {secret.name}",
            handler="first_key",
            user_arn=user.arn,
            names=names,
            lives=lives,
            key=key,
        )
        user.grant_make_keys(function.role)
        secret.grant_fill(function.role)
        made = CustomResource(
            self,
            "Key",
            resource_type="Custom::FirstAccessKey",
            service_token=function.function.function_arn,
            # CloudFormation otherwise waits an hour for a function that could not answer.
            service_timeout=Duration.minutes(5),
            properties={"SecretArn": secret.arn},
        )
        made.node.add_dependency(user, secret.policy)
