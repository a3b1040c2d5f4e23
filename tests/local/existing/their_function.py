"""A rotation function of somebody else's, which does what AWS documents of its own.

Four steps, the users `name` and `name_clone`, no lock and no proof before AWSCURRENT moves:
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html,
https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-two-users.html.
It is deployed by itself, with a driver beside it.
"""

import json
import os
import ssl
from contextlib import closing

import boto3
from pg8000 import native

CLONE = "_clone"
secrets = boto3.client("secretsmanager")


def handler(event, _context):
    arn, token = event["SecretId"], event["ClientRequestToken"]
    described = secrets.describe_secret(SecretId=arn)
    labels = described["VersionIdsToStages"].get(token, [])
    if not described["RotationEnabled"] or not labels:
        raise ValueError(f"{token} is no version to rotate to")
    if "AWSCURRENT" not in labels:
        STEPS[event["Step"]](arn, token)


def create(arn, token):
    try:
        read(arn, "AWSPENDING", token)
    except secrets.exceptions.ResourceNotFoundException:
        new = read(arn)
        new["username"] = next_user(new["username"])
        new["password"] = secrets.get_random_password(ExcludePunctuation=True)["RandomPassword"]
        secrets.put_secret_value(
            SecretId=arn,
            ClientRequestToken=token,
            SecretString=json.dumps(new),
            VersionStages=["AWSPENDING"],
        )


def apply(arn, token):
    current, pending = read(arn), read(arn, "AWSPENDING", token)
    if accepts(pending):
        return
    if os.environ["STRATEGY"] == "single":
        by, change = current if accepts(current) else read(arn, "AWSPREVIOUS"), "ALTER"
    else:
        if not accepts(current):
            raise ValueError("AWSCURRENT is not accepted")
        by = {**read(current["masterarn"]), "dbname": current["dbname"]}
        change = "ALTER" if exists(by, pending["username"]) else "CREATE"
    with closing(log_in(by)) as session:
        user, password = map(native.identifier, (pending["username"], pending["password"]))
        login = "LOGIN" if change == "CREATE" else ""
        session.run(f"{change} ROLE {user} {login} PASSWORD '{password.strip(chr(34))}'")
        if change == "CREATE":
            session.run(f"GRANT {native.identifier(current['username'])} TO {user}")


def test(arn, token):
    log_in(read(arn, "AWSPENDING", token)).close()


def finish(arn, token):
    labels = secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]
    [current] = [version for version, stages in labels.items() if "AWSCURRENT" in stages]
    secrets.update_secret_version_stage(
        SecretId=arn,
        VersionStage="AWSCURRENT",
        MoveToVersionId=token,
        RemoveFromVersionId=current,
    )


STEPS = {"createSecret": create, "setSecret": apply, "testSecret": test, "finishSecret": finish}


def read(arn, stage="AWSCURRENT", token=None):
    which = {"VersionId": token} if token else {}
    answer = secrets.get_secret_value(SecretId=arn, VersionStage=stage, **which)
    return json.loads(answer["SecretString"])


def next_user(name):
    if os.environ["STRATEGY"] == "single":
        return name
    return name.removesuffix(CLONE) if name.endswith(CLONE) else name + CLONE


def exists(by, user):
    with closing(log_in(by)) as session:
        return bool(session.run("SELECT 1 FROM pg_roles WHERE rolname = :user", user=user))


def accepts(credential):
    try:
        log_in(credential).close()
    except native.Error:
        return False
    return True


def log_in(credential):
    context = ssl.create_default_context(cafile=os.environ["RDS_CA_BUNDLE"])
    return native.Connection(
        credential["username"],
        host=credential["host"],
        port=int(credential["port"]),
        database=credential["dbname"],
        password=credential["password"],
        ssl_context=context,
    )
