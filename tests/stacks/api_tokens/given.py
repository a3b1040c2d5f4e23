"""Settings of a token, as a team writes them."""

from typing import Any

REGION = "us-east-1"
MANAGEMENT = f"arn:aws:secretsmanager:{REGION}:111122223333:secret:registration-AbCdEf"
READER = "arn:aws:iam::111122223333:role/application"


def token(**changes: Any) -> dict[str, Any]:
    return {
        "preset": "oauth-client",
        "parameters": {
            "registration_url": "https://auth.example.com/reg",
            "token_url": "https://auth.example.com/token",
        },
        "management_secret_arn": MANAGEMENT,
        **changes,
    }
