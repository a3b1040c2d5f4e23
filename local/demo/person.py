"""Somebody with an access key and a phone."""

from typing import TYPE_CHECKING, Any

from local.demo.phone import Phone
from local.demo.profile import Profile

if TYPE_CHECKING:
    from mypy_boto3_iam.client import IAMClient

    from local.local_aws import LocalAws


class Person:
    """An IAM user, made by the account's administrator.

    Args:
        aws: The local AWS.
        name: The user's name.
        account: The user's account.
    """

    def __init__(self, aws: "LocalAws", name: str, *, account: str) -> None:
        self.name = name
        self._aws = aws
        self._admin: IAMClient = aws.client("iam", account=account)
        self._admin.create_user(UserName=name)
        self._key = self._admin.create_access_key(UserName=name)["AccessKey"]
        self._sts = aws.client_of(self._key, "sts")

    def join(self, group: str) -> None:
        """Become a member of a group of the account."""
        self._admin.add_user_to_group(GroupName=group, UserName=self.name)

    def get_policy(self, document: str) -> None:
        """Get a policy of one's own, as in an account that has no groups."""
        self._admin.put_user_policy(UserName=self.name, PolicyName="own", PolicyDocument=document)

    def enrol(self) -> None:
        """Put a virtual MFA device on the phone: with one's own key, where that is allowed."""
        iam: IAMClient = self._aws.client_of(self._key, "iam")
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=self.name)["VirtualMFADevice"]
        self._serial_number = made["SerialNumber"]
        # boto3's types say bytes, which they are: the seed in base 32
        self._phone = Phone(bytes(made["Base32StringSeed"]).decode())
        first, second = self._phone.two_codes()
        iam.enable_mfa_device(
            UserName=self.name,
            SerialNumber=self._serial_number,
            AuthenticationCode1=first,
            AuthenticationCode2=second,
        )

    def mfa(self) -> dict[str, str]:
        """Return the parameters that show a code."""
        return {"SerialNumber": self._serial_number, "TokenCode": self._phone.code()}

    def assume(self, profile: Profile, **more: str) -> dict[str, Any]:
        """Assume a role.

        Args:
            profile: Which, and for how long.
            **more: Further parameters of the call.

        Raises:
            ClientError: It is refused.
        """
        answer: dict[str, Any] = self._sts.assume_role(
            RoleArn=profile.role_arn,
            RoleSessionName=self.name,
            DurationSeconds=profile.seconds,
            **more,
        )
        return answer
