"""Take a role on with an MFA code, and look with it at what the role allows.

The AWS CLI and the SDKs do all of this by themselves, from a profile (docs/access.md). This is what
they do, step by step, for a program of one's own:

    python examples/assume_role.py orders/production/main/app
        --role-arn arn:aws:iam::123456789012:role/orders-production-auditor
        --mfa-serial arn:aws:iam::123456789012:mfa/anna

The access key of the user comes from where boto3 finds it. It can do nothing but this.
"""

import argparse
from typing import Any

import boto3

HOUR = 3600


def main() -> None:
    """Show which version of a secret has which label, with a session of a role."""
    parser = argparse.ArgumentParser(description="Look at a rotating secret, as a role.")
    parser.add_argument("secret", help="name or ARN of the secret")
    parser.add_argument("--role-arn", required=True)
    parser.add_argument("--mfa-serial", required=True, help="ARN of your MFA device")
    parser.add_argument("--external-id", help="of the contract, for a contractor")
    options = parser.parse_args()

    session = take_on(options.role_arn, options.mfa_serial, external_id=options.external_id)
    secret = session.client("secretsmanager").describe_secret(SecretId=options.secret)
    print(f"{secret['Name']}, rotated last {secret.get('LastRotatedDate', 'never')}")
    for version, labels in secret["VersionIdsToStages"].items():
        print(f"  {version}  {', '.join(labels)}")


def take_on(role_arn: str, mfa_serial: str, *, external_id: str | None = None) -> boto3.Session:
    """Exchange an access key and an MFA code for an hour with a role.

    Args:
        role_arn: The role.
        mfa_serial: ARN of the MFA device; its code is asked for.
        external_id: What the role demands of a contractor besides.
    """
    sts = boto3.client("sts")
    user = sts.get_caller_identity()["Arn"].rpartition("/")[2]
    of_contractor: dict[str, Any] = {}
    if external_id:
        of_contractor = {"ExternalId": external_id, "SourceIdentity": user}
    answer = sts.assume_role(
        RoleArn=role_arn,
        RoleSessionName=user,  # the role asks for it, so that CloudTrail says who it was
        DurationSeconds=HOUR,
        SerialNumber=mfa_serial,
        TokenCode=input("MFA code: "),
        **of_contractor,
    )
    keys = answer["Credentials"]  # three of them, which end by themselves
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


if __name__ == "__main__":
    main()
