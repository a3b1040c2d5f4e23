"""Events as CloudTrail hands them to EventBridge.

The shapes are those of
https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html,
https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html and
https://docs.aws.amazon.com/kms/latest/developerguide/ct-schedule-key-deletion.html.
"""

from typing import Any

from security.identifiers import ACCOUNT, REGION

REASON = "because no identity-based policy allows the secretsmanager:GetSecretValue action"


def call(service: str, name: str, parameters: dict[str, Any] | None, **detail: Any) -> Any:
    """A call of an API, by default by a role's session."""
    return {
        "version": "0",
        "id": "12345678-1234-1234-1234-123456789012",
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{service}",
        "account": ACCOUNT,
        "time": "2026-01-01T00:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": {
            "eventVersion": "1.08",
            "userIdentity": session(f"arn:aws:iam::{ACCOUNT}:role/Stranger"),
            "eventTime": "2026-01-01T00:00:00Z",
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": REGION,
            "requestParameters": parameters,
            "responseElements": None,
            **detail,
        },
    }


def session(role: str) -> dict[str, Any]:
    """A session of a role as the caller."""
    name, account = role.rpartition("/")[2], role.split(":")[4]
    return {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLEID:session",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/session",
        "accountId": account,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": role,
                "accountId": account,
                "userName": name,
            }
        },
    }


def read(secret: str, **detail: Any) -> Any:
    """A read of a secret."""
    parameters = {"secretId": secret, "versionStage": "AWSCURRENT"}
    return call("secretsmanager", "GetSecretValue", parameters, **detail)


def denied(secret: str, parameters: dict[str, Any] | None) -> Any:
    """A refused read of a secret."""
    message = (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/Stranger/session is not authorized to perform: "
        f"secretsmanager:GetSecretValue on resource: {secret} {REASON}"
    )
    return call(
        "secretsmanager",
        "GetSecretValue",
        parameters,
        errorCode="AccessDenied",
        errorMessage=message,
    )


def by_the_service(name: str, secret: str) -> Any:
    """What Secrets Manager did by itself."""
    event = call("secretsmanager", name, None)
    event["detail-type"] = "AWS Service Event via CloudTrail"
    event["detail"]["additionalEventData"] = {"SecretId": secret}
    return event
