"""What every person may do for themselves."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.access.trust import OWN_NAME

ENROL = (
    "iam:CreateVirtualMFADevice",
    "iam:DeleteVirtualMFADevice",
    "iam:EnableMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ListVirtualMFADevices",
    "iam:ResyncMFADevice",
)
"""What it takes to get an MFA device. A device in use cannot be deleted; one that was made, and
whose first codes were never typed, has to be."""

FIRST_PASSWORD = ("iam:ChangePassword", "iam:GetAccountPasswordPolicy")
"""What a person is asked to do at the first sign-in, before there can be a device."""


class OwnCredentials(Construct):
    """A person's own MFA device, password and access keys: without MFA, the device alone.

    It follows AWS's example, whose exceptions it takes over:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        """Create the policy.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
        """
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        user, device = (
            stack.format_arn(service="iam", region="", resource=kind, resource_name=OWN_NAME)
            for kind in ("user", "mfa")
        )
        self.policy = iam.ManagedPolicy(
            self,
            "Policy",
            description="Own MFA device, password and access keys; without MFA the device alone",
            statements=[
                _allow("OwnDevice", [device], "CreateVirtualMFADevice", "DeleteVirtualMFADevice"),
                _allow(
                    "OwnMfa",
                    [user],
                    *("DeactivateMFADevice", "EnableMFADevice", "GetUser", "ListMFADevices"),
                    "ResyncMFADevice",
                ),
                _allow("OwnPassword", [user], "ChangePassword"),
                _allow(
                    "OwnKeys",
                    [user],
                    *("CreateAccessKey", "DeleteAccessKey", "ListAccessKeys", "UpdateAccessKey"),
                ),
                # Neither has a resource that could be named.
                _allow("SeeRules", ["*"], "GetAccountPasswordPolicy", "ListVirtualMFADevices"),
                _nothing_else_without_mfa(),
            ],
        )


def _allow(sid: str, resources: list[str], *actions: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid, actions=[f"iam:{action}" for action in actions], resources=resources
    )


def _nothing_else_without_mfa() -> iam.PolicyStatement:
    """Deny all but the way to MFA, whatever other policies allow.

    IfExists, because requests with a long-lived access key do not have the key at all.
    """
    return iam.PolicyStatement(
        sid="NothingElseWithoutMfa",
        effect=iam.Effect.DENY,
        not_actions=[*ENROL, *FIRST_PASSWORD, "sts:GetSessionToken"],
        resources=["*"],
        conditions={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    )
