"""A profile that a stack gives out for people's AWS config files."""

import configparser
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Profile:
    """What it takes to assume a role.

    Attributes:
        seconds: How long a session lasts.
        account: Whose users assume it.
        external_id: What they send along; None if nothing.
    """

    role_arn: str
    seconds: int
    account: str
    external_id: str | None

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a profile in the format of the AWS CLI.

        https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html
        """
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(text)
        values = parser[parser.sections()[0]]
        return cls(
            role_arn=values["role_arn"],
            seconds=int(values["duration_seconds"]),
            account=values["mfa_serial"].split(":")[4],
            external_id=values.get("external_id"),
        )

    @property
    def role(self) -> str:
        """The role's name."""
        return self.role_arn.rpartition("/")[2]
