"""What the deploy role is for, and who must not have it."""

from collections.abc import Iterator

from credential_rotation.trail import (
    BY_DEPLOYMENT,
    END_OF_RECORDS,
    NEVER_OF_RECORDS,
    READ_RECORDS,
)
from security.attacks.attack import BOUNDARY, IDENTITY, KEY, TRUST, Attack, refused
from security.attacks.trail import ENDS
from security.deployment import Deployment
from security.identifiers import ACCOUNT, OTHER_ACCOUNT, REGION, arn, role_arn
from security.intent import Intent
from security.principals import ADMINISTRATOR, STRANGER, Principal

ISSUER = "token.actions.githubusercontent.com"
_ROLES = ("deploy", "file-publishing", "lookup")


def purposes(repository: str, environment: str, deployment: Deployment) -> Iterator[Intent]:
    """List what must be allowed."""
    role = _role(deployment)
    subject = f"repo:{repository}:environment:{environment}"
    yield _federated(role, "deploy from the environment", subject)
    for name in _ROLES:
        yield _assume(role, bootstrap_role(name), f"take on the CDK's {name} role")


def attacks(repository: str, environment: str, deployment: Deployment) -> Iterator[Attack]:
    """List what must be denied."""
    role, owner = _role(deployment), repository.partition("/")[0]
    for what, subject in {
        "deploy from another repository": f"repo:mallory/orders:environment:{environment}",
        "deploy from another repository of the owner": f"repo:{owner}/x:environment:{environment}",
        "deploy from another environment": f"repo:{repository}:environment:{environment}-2",
        "deploy from a branch, past the reviewers": f"repo:{repository}:ref:refs/heads/main",
        "deploy from a pull request": f"repo:{repository}:pull_request",
        "deploy from a repository whose name goes on": f"repo:{repository}-2:environment:"
        f"{environment}",
    }.items():
        yield from refused(_federated(role, what, subject), TRUST)
    subject = f"repo:{repository}:environment:{environment}"
    what = "use a token that was made for another service"
    yield from refused(_federated(role, what, subject, audience="https://example.com"), TRUST)
    what = "use a token of another issuer"
    yield from refused(_federated(role, what, subject, issuer="gitlab.com"), TRUST)
    for who in (ADMINISTRATOR, STRANGER):
        yield from refused(_assume(who, role.role_arn, "take the role on without a token"), TRUST)
    yield from _as_the_role(role)


def _as_the_role(role: Principal) -> Iterator[Attack]:
    for what, target in {
        "take on CloudFormation's role": bootstrap_role("cfn-exec"),
        "take on another role": role_arn("Administrator"),
        "take on a role of another account": role_arn("deploy", account=OTHER_ACCOUNT),
    }.items():
        at_home = f":{ACCOUNT}:" in target
        yield from refused(_assume(role, target, what), *(_AT_HOME if at_home else _ABROAD))
    for what, action, resource in (
        ("read a secret", "secretsmanager:GetSecretValue", arn("secretsmanager", "secret:any-a1")),
        ("change a stack directly", "cloudformation:UpdateStack", arn("cloudformation", "stack/*")),
        ("give itself more rights", "iam:PutRolePolicy", role.role_arn),
        *_EVIDENCE,
    ):
        intent = Intent(what=what, who=role, action=action, resource=resource)
        yield from refused(intent, *_AT_HOME)
    for action in END_OF_RECORDS:
        key = arn("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab")
        intent = Intent(what="make the records unreadable", who=role, action=action, resource=key)
        yield from refused(intent, *_AT_HOME, KEY)


_TRAIL = arn("cloudtrail", "trail/any")
_EVIDENCE = (
    *((what, action, _TRAIL) for action, what in ENDS.items()),
    *(("delete a record", action, "arn:aws:s3:::any/AWSLogs/a") for action in NEVER_OF_RECORDS),
    *(("read a record", action, "arn:aws:s3:::any/AWSLogs/a") for action in READ_RECORDS),
    *(("weaken what keeps the records", action, "arn:aws:s3:::any") for action in BY_DEPLOYMENT),
)
"""It deploys a trail through CloudFormation's role, and touches none itself."""

_AT_HOME = (IDENTITY, BOUNDARY)
_ABROAD = (*_AT_HOME, TRUST)


def bootstrap_role(name: str) -> str:
    """ARN of a role that `cdk bootstrap` makes."""
    return role_arn(f"cdk-hnb659fds-{name}-role-{ACCOUNT}-{REGION}")


def _role(deployment: Deployment) -> Principal:
    [logical_id] = deployment.parts.of("AWS::IAM::Role")
    return Principal.role("the pipeline", deployment.parts.ids.lookup(logical_id, "Arn"))


def _assume(who: Principal, target: str, what: str) -> Intent:
    return Intent(what=what, who=who, action="sts:AssumeRole", resource=target)


def _federated(
    role: Principal,
    what: str,
    subject: str,
    *,
    audience: str = "sts.amazonaws.com",
    issuer: str = ISSUER,
) -> Intent:
    """A job of GitHub's comes with its token.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    provider = arn("iam", f"oidc-provider/{issuer}", region="")
    return Intent(
        what=what,
        who=Principal.service(provider),
        action="sts:AssumeRoleWithWebIdentity",
        resource=role.role_arn,
        context={f"{issuer}:aud": audience, f"{issuer}:sub": subject},
    )
