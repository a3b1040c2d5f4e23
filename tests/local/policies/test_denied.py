"""What the real evaluator denies, and which layer does: hard cases."""

import pytest

from local.policies import Evaluator, Layer, Request

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

IMPLICIT, EXPLICIT = False, True
DENIED: dict[str, tuple[Request, Layer, bool]] = {
    "no policy allows": (read_secret(), Layer.IDENTITY, IMPLICIT),
    "another secret is meant": (
        read_secret(allow(READ, f"{SECRET}x")),
        Layer.IDENTITY,
        IMPLICIT,
    ),
    "a deny is among the allows": (
        read_secret(allow("*"), deny(READ, SECRET)),
        Layer.IDENTITY,
        EXPLICIT,
    ),
    "the stage is another": (
        read_secret(ONLY_CURRENT, context={STAGE: "AWSPENDING"}),
        Layer.IDENTITY,
        IMPLICIT,
    ),
    "the stage is not given": (read_secret(ONLY_CURRENT), Layer.IDENTITY, IMPLICIT),
    "a negated condition lacks its key": (
        read_secret(allow(READ), deny(READ, **when("StringNotEquals", STAGE, "AWSCURRENT"))),
        Layer.IDENTITY,
        EXPLICIT,
    ),
    "the secret's tag is another": (
        read_secret(
            allow(READ, SECRET, **EVERY_TAG), context={"secretsmanager:ResourceTag/team": "x"}
        ),
        Layer.IDENTITY,
        IMPLICIT,
    ),
    "another function is the secret's rotator": (
        read_secret(
            allow(
                READ,
                SECRET,
                **when("ArnEquals", "secretsmanager:resource/AllowRotationLambdaArn", FUNCTION),
            ),
            context={"secretsmanager:resource/AllowRotationLambdaArn": f"{FUNCTION}-2"},
        ),
        Layer.IDENTITY,
        IMPLICIT,
    ),
    "the secret's policy denies": (
        read_secret(allow(READ), resource_policy=policy(deny(READ, **ANYONE))),
        Layer.RESOURCE,
        EXPLICIT,
    ),
    "the secret's policy denies what comes without TLS": (
        read_secret(
            allow(READ),
            resource_policy=policy(
                deny("*", **ANYONE, **when("Bool", "aws:SecureTransport", "false"))
            ),
            context={"aws:SecureTransport": "false"},
        ),
        Layer.RESOURCE,
        EXPLICIT,
    ),
    "the secret's policy lets only others read": (
        read_secret(
            allow(READ),
            resource_policy=policy(
                deny(READ, **ANYONE, **when("ArnNotEquals", "aws:PrincipalArn", f"{ROLE}-2"))
            ),
            context={"aws:PrincipalArn": ROLE},
        ),
        Layer.RESOURCE,
        EXPLICIT,
    ),
    "the boundary does not allow": (
        read_secret(allow(READ), boundary=policy(allow("kms:*"))),
        Layer.BOUNDARY,
        IMPLICIT,
    ),
    "the boundary denies": (
        read_secret(allow(READ), boundary=policy(allow("*"), deny(READ))),
        Layer.BOUNDARY,
        EXPLICIT,
    ),
    "a boundary alone gives nothing": (
        read_secret(boundary=policy(allow("*"))),
        Layer.IDENTITY,
        IMPLICIT,
    ),
    "the session's policy does not allow": (
        read_secret(allow(READ), session_policy=policy(allow("kms:*"))),
        Layer.SESSION,
        IMPLICIT,
    ),
    "the endpoint lets nobody through": (
        read_secret(
            allow(READ), endpoint_policy=policy(allow("secretsmanager:Describe*", **ANYONE))
        ),
        Layer.ENDPOINT,
        IMPLICIT,
    ),
    "the endpoint lets only another role through": (
        read_secret(
            allow(READ),
            endpoint_policy=policy(allow(READ, Principal={"AWS": f"{ROLE}-2"})),
        ),
        Layer.ENDPOINT,
        IMPLICIT,
    ),
    "the endpoint denies": (
        read_secret(
            allow(READ), endpoint_policy=policy(allow("*", **ANYONE), deny(READ, **ANYONE))
        ),
        Layer.ENDPOINT,
        EXPLICIT,
    ),
    "an endpoint alone gives nothing": (
        read_secret(endpoint_policy=policy(allow("*", **ANYONE))),
        Layer.IDENTITY,
        IMPLICIT,
    ),
    "the key trusts nobody": (
        use_key(
            allow("kms:*"), resource_policy=policy(allow("kms:*", Principal={"AWS": f"{ROLE}-2"}))
        ),
        Layer.KEY,
        IMPLICIT,
    ),
    "the key trusts the account, and the account does not allow": (
        use_key(allow("s3:*"), resource_policy=THE_ACCOUNTS_KEY),
        Layer.IDENTITY,
        IMPLICIT,
    ),
    "the key is to be used through another service": (
        use_key(
            allow("kms:Decrypt", KEY),
            resource_policy=policy(
                allow(
                    "kms:*",
                    **THE_ACCOUNT,
                    **when(
                        "StringEquals", "kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com"
                    ),
                )
            ),
            context={"kms:ViaService": "rds.eu-west-1.amazonaws.com"},
        ),
        Layer.KEY,
        IMPLICIT,
    ),
    "the key is used directly, and only a service may": (
        use_key(
            allow(
                "kms:Decrypt",
                KEY,
                **when("StringEquals", "kms:ViaService", "secretsmanager.eu-west-1.amazonaws.com"),
            ),
            resource_policy=THE_ACCOUNTS_KEY,
        ),
        Layer.IDENTITY,
        IMPLICIT,
    ),
    "the ciphertext belongs to another secret": (
        use_key(
            allow("kms:Decrypt", KEY, **when("StringEquals", CONTEXT_KEY, SECRET)),
            resource_policy=THE_ACCOUNTS_KEY,
            context={CONTEXT_KEY: f"{SECRET}x"},
        ),
        Layer.IDENTITY,
        IMPLICIT,
    ),
    "a deny on the encryption context holds": (
        use_key(
            allow("kms:Decrypt", KEY),
            deny("kms:Decrypt", KEY, **when("StringNotEquals", CONTEXT_KEY, SECRET)),
            resource_policy=THE_ACCOUNTS_KEY,
            context={CONTEXT_KEY: f"{SECRET}x"},
        ),
        Layer.IDENTITY,
        EXPLICIT,
    ),
    "the function's own code wants Lambda's rights": (
        Request(
            principal=SESSION,
            action="ec2:DescribeNetworkInterfaces",
            resource="*",
            resource_account=ACCOUNT,
            identity_policies=(
                policy(
                    allow("ec2:*"),
                    deny("ec2:*", **when("ArnEquals", "lambda:SourceFunctionArn", FUNCTION)),
                ),
            ),
            context={"lambda:SourceFunctionArn": FUNCTION},
        ),
        Layer.IDENTITY,
        EXPLICIT,
    ),
    "the role does not trust": (
        assume_role(
            allow("sts:AssumeRole", ROLE),
            resource_policy=policy(
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ),
        ),
        Layer.TRUST,
        IMPLICIT,
    ),
    "the role demands MFA": (
        assume_role(
            allow("sts:AssumeRole", ROLE),
            resource_policy=policy(
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    **THE_ACCOUNT,
                    **when("Bool", "aws:MultiFactorAuthPresent", "true"),
                }
            ),
        ),
        Layer.TRUST,
        IMPLICIT,
    ),
    "the role trusts the account, and the account does not allow": (
        assume_role(
            resource_policy=policy({"Effect": "Allow", "Action": "sts:AssumeRole", **THE_ACCOUNT})
        ),
        Layer.IDENTITY,
        IMPLICIT,
    ),
    "another account's secret trusts nobody here": (
        Request(
            principal=SESSION,
            action=READ,
            resource=SECRET.replace(ACCOUNT, "210987654321"),
            resource_account="210987654321",
            identity_policies=(policy(allow(READ)),),
        ),
        Layer.RESOURCE,
        IMPLICIT,
    ),
}


@pytest.mark.parametrize("case", DENIED.values(), ids=DENIED)
def test_it_is_denied_when(evaluator: Evaluator, case: tuple[Request, Layer, bool]) -> None:
    request, layer, explicit = case
    decision = evaluator.decide(request)
    assert not decision.allowed
    assert (decision.refused_by, decision.explicit) == (layer, explicit)


def test_a_denial_is_worded_as_aws_words_it(evaluator: Evaluator) -> None:
    told = f"User: {SESSION} is not authorized to perform: {READ} on resource: {SECRET}"
    nothing = evaluator.decide(read_secret())
    assert str(nothing) == f"{told} because no identity-based policy allows the {READ} action"
    denied = evaluator.decide(read_secret(deny(READ)))
    assert str(denied) == f"{told} with an explicit deny in an identity-based policy"
    resource = evaluator.decide(
        read_secret(allow(READ), resource_policy=policy(deny(READ, **ANYONE)))
    )
    assert str(resource) == f"{told} with an explicit deny in a resource-based policy"
