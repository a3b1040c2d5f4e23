"""What the real evaluator allows: hard cases."""

import pytest

from local.policies import Evaluator, Request

from .documents import (
    ACCOUNT,
    ANYONE,
    CONTEXT_KEY,
    FUNCTION,
    KEY,
    READ,
    ROLE,
    SECRET,
    SESSION,
    STAGE,
    THE_ACCOUNT,
    THE_ROLE,
    allow,
    assume_role,
    deny,
    policy,
    read_secret,
    use_key,
    when,
)

CURRENT = {STAGE: "AWSCURRENT"}
ONLY_CURRENT = allow(READ, SECRET, **when("StringEquals", STAGE, "AWSCURRENT"))
THE_ACCOUNTS_KEY = policy(allow("kms:*", **THE_ACCOUNT))
EVERY_TAG = when("StringEquals", "secretsmanager:ResourceTag/team", "orders")

ALLOWED: dict[str, Request] = {
    "an identity policy allows": read_secret(allow(READ, SECRET)),
    "one of several policies allows": read_secret(allow("s3:*"), allow(READ, SECRET)),
    "a wildcard matches": read_secret(allow("secretsmanager:Get*", f"{SECRET[:-6]}??????")),
    "the stage is the one of the condition": read_secret(ONLY_CURRENT, context=CURRENT),
    "a condition of a deny does not hold": read_secret(
        allow(READ),
        deny(READ, **when("StringNotEquals", STAGE, "AWSCURRENT")),
        context=CURRENT,
    ),
    "the secret's tag is the one of the condition": read_secret(
        allow(READ, SECRET, **EVERY_TAG), context={"secretsmanager:ResourceTag/team": "orders"}
    ),
    "the secret has the principal's tag": read_secret(
        allow(READ, **when("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}")),
        context={"aws:ResourceTag/team": "a", "aws:PrincipalTag/team": "a"},
    ),
    "the secret's rotator calls": read_secret(
        allow(
            READ,
            SECRET,
            **when("ArnEquals", "secretsmanager:resource/AllowRotationLambdaArn", FUNCTION),
        ),
        context={"secretsmanager:resource/AllowRotationLambdaArn": FUNCTION},
    ),
    "only the secret's policy allows": read_secret(resource_policy=policy(allow(READ, **THE_ROLE))),
    "boundary and identity policy allow": read_secret(
        allow(READ), boundary=policy(allow("secretsmanager:*"))
    ),
    "the endpoint lets the role through": read_secret(
        allow(READ), endpoint_policy=policy(allow(READ, SECRET, **THE_ROLE))
    ),
    "the endpoint lets the account through": read_secret(
        allow(READ), endpoint_policy=policy(allow(READ, **THE_ACCOUNT))
    ),
    "the endpoint's condition on the principal holds": read_secret(
        allow(READ),
        endpoint_policy=policy(
            allow(READ, **ANYONE, **when("ArnEquals", "aws:PrincipalArn", ROLE))
        ),
        context={"aws:PrincipalArn": ROLE},
    ),
    "key and identity policy allow": use_key(
        allow("kms:Decrypt", KEY), resource_policy=THE_ACCOUNTS_KEY
    ),
    "only the key's policy allows": use_key(
        resource_policy=policy(allow("kms:Decrypt", **THE_ROLE))
    ),
    "the ciphertext belongs to the secret": use_key(
        allow("kms:Decrypt", KEY, **when("StringEquals", CONTEXT_KEY, SECRET)),
        resource_policy=THE_ACCOUNTS_KEY,
        context={CONTEXT_KEY: SECRET},
    ),
    "the key's policy names the secret": use_key(
        resource_policy=policy(
            allow("kms:Decrypt", **THE_ROLE, **when("StringEquals", CONTEXT_KEY, SECRET))
        ),
        context={CONTEXT_KEY: SECRET},
    ),
    "a deny of all but Lambda's own use does not reach Lambda": Request(
        principal=SESSION,
        action="ec2:CreateNetworkInterface",
        resource=f"arn:aws:ec2:eu-west-1:{ACCOUNT}:network-interface/eni-1",
        resource_account=ACCOUNT,
        identity_policies=(
            policy(
                allow("ec2:CreateNetworkInterface"),
                deny("ec2:*", **when("ArnEquals", "lambda:SourceFunctionArn", FUNCTION)),
            ),
        ),
    ),
    "a call without a resource": Request(
        principal=SESSION,
        action="cloudwatch:PutMetricData",
        resource="*",
        resource_account=ACCOUNT,
        identity_policies=(
            policy(
                allow(
                    "cloudwatch:PutMetricData",
                    **when("StringEquals", "cloudwatch:namespace", "Rotation"),
                )
            ),
        ),
        context={"cloudwatch:namespace": "Rotation"},
    ),
    "trust and MFA": assume_role(
        allow("sts:AssumeRole", ROLE),
        resource_policy=policy(
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                **THE_ACCOUNT,
                **when("Bool", "aws:MultiFactorAuthPresent", "true"),
            }
        ),
        context={"aws:MultiFactorAuthPresent": "true"},
    ),
    "who one is may be asked without any policy": Request(
        principal=SESSION,
        action="sts:GetCallerIdentity",
        resource="*",
        resource_account=ACCOUNT,
    ),
}


@pytest.mark.parametrize("request_", ALLOWED.values(), ids=ALLOWED)
def test_it_is_allowed_when(evaluator: Evaluator, request_: Request) -> None:
    decision = evaluator.decide(request_)
    assert decision.allowed, str(decision)
    assert decision.verdict == "allowed"
