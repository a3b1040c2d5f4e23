"""The policies as they are synthesized, and the proof of policies that are wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from local.policies import Layer
from security.deployment import Deployment
from security.documents import Place
from security.proof import Proof
from tests.security.conftest import Prove

pytestmark = pytest.mark.xdist_group("security")

Statements = list[dict[str, Any]]


def test_everything_that_a_role_is_for_is_allowed(proof: Proof) -> None:
    assert len(proof.needed) > 190
    assert [each for each in proof.needed if each.surprising] == []


def test_every_attack_is_refused_by_the_layers_that_should(proof: Proof) -> None:
    assert len(proof.attacked) > 390
    assert [each for each in proof.attacked if each.surprising] == []


def test_there_are_attacks_on_each_layer(proof: Proof) -> None:
    layers = {layer for each in proof.attacked for layer in each.refused_by}
    assert layers >= {Layer.IDENTITY, Layer.RESOURCE, Layer.KEY, Layer.TRUST, Layer.ENDPOINT}


def test_whatever_is_taken_away_is_missed(proof: Proof) -> None:
    assert len(proof.removals) > 230
    assert [str(each) for each in proof.survivors] == []


def changed(
    deployment: Deployment, place: Place, change: Callable[[Statements], Statements]
) -> Deployment:
    document = deployment.documents[place]
    statements = change([dict(each) for each in document["Statement"]])
    return deployment.with_document(place, {**document, "Statement": statements})


def identity_of(deployment: Deployment, function: str) -> Place:
    return Place(Layer.IDENTITY, deployment.parts.function(function).role_arn)


def allow(action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [action], "Resource": [resource], "Condition": {}, **more}


def test_a_permission_too_many_is_found(prove: Prove, deployment: Deployment) -> None:
    secret = deployment.parts.secret("main/app")
    place = identity_of(deployment, "main-consumer")
    more = allow("secretsmanager:ListSecretVersionIds", secret)
    proof = prove(changed(deployment, place, lambda each: [*each, more]))
    [survivor] = proof.survivors
    assert "the action secretsmanager:ListSecretVersionIds" in str(survivor)


def test_a_condition_that_stops_nothing_is_found(prove: Prove, deployment: Deployment) -> None:
    place = Place(Layer.KEY, deployment.parts.data_key())
    account = {"kms:CallerAccount": ["111122223333"]}
    proof = prove(
        changed(
            deployment,
            place,
            lambda each: [
                {**s, "Condition": {**s["Condition"], "StringEquals": {**e, **account}}}
                if (e := s["Condition"].get("StringEquals"))
                else s
                for s in each
            ],
        )
    )
    assert [each.what for each in proof.survivors] == [
        "GrantThroughRds: the condition StringEquals kms:CallerAccount"
    ]


def test_a_permission_too_few_is_found(prove: Prove, deployment: Deployment) -> None:
    place = identity_of(deployment, "main-alternating")
    proof = prove(
        changed(
            deployment,
            place,
            lambda each: [s for s in each if "kms:GenerateDataKey" not in s["Action"]],
        )
    )
    denied = {each.intent.what for each in proof.needed if each.surprising}
    assert "createSecret: store the new credential before it is used" in denied


@pytest.mark.parametrize(
    ("function", "action", "what"),
    [
        ("main-consumer", "secretsmanager:PutSecretValue", "rotate"),
        ("main-alternating", "secretsmanager:DeleteSecret", "delete the secret"),
        ("main-alternating", "iam:PutRolePolicy", "give itself more rights"),
    ],
)
def test_a_permission_that_opens_something_is_found(
    prove: Prove, deployment: Deployment, function: str, action: str, what: str
) -> None:
    place = identity_of(deployment, function)
    proof = prove(changed(deployment, place, lambda each: [*each, allow(action, "*")]))
    odd = {each.intent.what for each in proof.attacked if each.surprising}
    assert what in odd


@pytest.mark.parametrize(
    ("layer", "sid", "what"),
    [
        (Layer.RESOURCE, "TlsOnly", "send a password in the clear"),
        (
            Layer.RESOURCE,
            "ReadByNamedRolesOnly",
            "read a password without being named as a reader",
        ),
        (Layer.RESOURCE, "WrittenByItsFunctionsOnly", "rotate"),
        (Layer.RESOURCE, "WrittenByItsFunctionsOnly", "be taken for one of ours"),
        (
            Layer.IDENTITY,
            "NoNetworkInterfacesForTheCode",
            "touch network interfaces, which Lambda alone may",
        ),
    ],
)
def test_a_denial_that_is_missing_is_found(
    prove: Prove, deployment: Deployment, layer: Layer, sid: str, what: str
) -> None:
    for place, document in deployment.documents.items():
        if place.layer is layer and any(s.get("Sid") == sid for s in document["Statement"]):
            deployment = changed(
                deployment, place, lambda each: [s for s in each if s.get("Sid") != sid]
            )
    odd = {each.intent.what for each in prove(deployment).attacked if each.surprising}
    assert what in odd


def test_an_endpoint_that_lets_everyone_through_is_found(
    prove: Prove, deployment: Deployment
) -> None:
    place = Place(Layer.ENDPOINT, "secretsmanager")
    everyone = allow("secretsmanager:*", "*", Principal={"AWS": "*"})
    proof = prove(changed(deployment, place, lambda _: [everyone]))
    odd = {each.intent.what for each in proof.attacked if each.surprising}
    assert "carry a password out to an account of their own" in odd
    assert "use the functions' way to the secret" in odd


def test_a_boundary_that_reaches_another_database_is_found(
    prove: Prove, deployment: Deployment
) -> None:
    """A further secret stands for it: the default deployment has one database."""
    parts = deployment.parts
    for boundary in set(parts.boundaries.values()):
        place = Place(Layer.BOUNDARY, boundary)
        deployment = changed(deployment, place, lambda each: [*each, *_everything()])
    odd = {each.intent.what for each in prove(deployment).attacked if each.surprising}
    assert {"read a secret of another home", "use the key for another secret of the team"} <= odd


def _everything() -> Statements:
    secrets = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/production/*"
    return [
        allow("secretsmanager:GetSecretValue", secrets),
        allow("kms:Decrypt", "*"),
    ]
