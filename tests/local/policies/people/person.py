"""An IAM user with an access key and, if wanted, a virtual MFA device in his pocket."""

import json
import time
import uuid
from typing import Any

import pyotp

from tests.local.policies.conftest import Aws, Credentials
from tests.local.policies.documents import document


def credentials(given: dict[str, Any]) -> Credentials:
    """What IAM or STS has answered."""
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given.get("SessionToken"))


class Device:
    """A virtual MFA device: it has the seed, so it knows the code of any time."""

    def __init__(self, aws: Aws, name: str) -> None:
        made = aws.client("iam").create_virtual_mfa_device(VirtualMFADeviceName=name)
        self.serial_number = made["VirtualMFADevice"]["SerialNumber"]
        self._codes = pyotp.TOTP(made["VirtualMFADevice"]["Base32StringSeed"].decode())

    def code(self, steps: int = 0) -> str:
        """The code now, or so many steps of half a minute later."""
        return self._codes.at(time.time(), counter_offset=steps)

    def shown(self, steps: int = 0) -> dict[str, str]:
        """The parameters that show a code."""
        return {"SerialNumber": self.serial_number, "TokenCode": self.code(steps)}

    def two_codes(self, first: int, second: int) -> dict[str, str]:
        return {
            "SerialNumber": self.serial_number,
            "AuthenticationCode1": self.code(first),
            "AuthenticationCode2": self.code(second),
        }


class Person:
    def __init__(self, aws: Aws, *statements: dict[str, Any], **more: Any) -> None:
        self._aws = aws
        self.name = f"p{uuid.uuid4().hex[:10]}"
        self.iam = aws.client("iam")
        self.arn = self.iam.create_user(UserName=self.name, **more)["User"]["Arn"]
        self.key = self.iam.create_access_key(UserName=self.name)["AccessKey"]
        self.device = Device(aws, self.name)
        if statements:
            self.allow(*statements)

    def allow(self, *statements: dict[str, Any]) -> None:
        self.iam.put_user_policy(
            UserName=self.name, PolicyName="own", PolicyDocument=text(*statements)
        )

    def enrol(self, first: int = -2, second: int = -1) -> None:
        """Enable the device with codes of the last minute, so that the next two are unused."""
        self.iam.enable_mfa_device(UserName=self.name, **self.device.two_codes(first, second))

    def client(self, service: Any, given: dict[str, Any] | None = None) -> Any:
        """A client with the access key, or with the credentials of a session."""
        return self._aws.client(service, credentials(given or self.key))

    def session(self, **arguments: Any) -> dict[str, Any]:
        """GetSessionToken with the access key."""
        given: dict[str, Any] = self.client("sts").get_session_token(**arguments)["Credentials"]
        return given


def text(*statements: dict[str, Any]) -> str:
    return json.dumps(document(*statements))
