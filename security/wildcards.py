"""Statements for all resources, each with the reason why there is nothing to name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from local.policies import Layer
from security.documents import Document, Place
from security.registry import proofs

_THIS_KEY = "in a key's policy it means the key that carries it"
_NO_RESOURCES = "X-Ray's actions have no resources"
_NOT_YET = "Lambda asks before there is an interface to name, and describing has no resources"
_NO_METRICS = "metrics have no ARN that GetMetricData could name"
_NO_RULES = "the rules for passwords and the list of virtual devices have no resources"
_NO_TRAIL = "neither the list of trails nor CloudTrail's public keys have resources"
_LISTING = "ListSecrets has no resources, and tells names and tags, no values"
_DENIAL = "a denial reaches as far as what it takes back"

_REASONS: Mapping[tuple[Layer, str], str] = {
    (Layer.KEY, "AdministerWithoutUse"): _THIS_KEY,
    (Layer.KEY, "GrantThroughRds"): _THIS_KEY,
    (Layer.KEY, "PolicyByDeploymentAlone"): _THIS_KEY,
    (Layer.KEY, "ReadByAuditors"): _THIS_KEY,
    (Layer.KEY, "UseByAlarms"): _THIS_KEY,
    (Layer.KEY, "UseByCloudTrail"): _THIS_KEY,
    (Layer.KEY, "UseByCloudWatchLogs"): _THIS_KEY,
    (Layer.KEY, "UseByRds"): _THIS_KEY,
    (Layer.KEY, "UseByRules"): _THIS_KEY,
    (Layer.KEY, "UseThroughSecretsManager"): _THIS_KEY,
    (Layer.BOUNDARY, "Traces"): _NO_RESOURCES,
    (Layer.BOUNDARY, "ListSecrets"): _LISTING,
    (Layer.BOUNDARY, "NetworkInterfaces"): _NOT_YET,
    (Layer.ENDPOINT, "ListSecrets"): _LISTING,
    (Layer.IDENTITY, "ListSecrets"): _LISTING,
    (Layer.BOUNDARY, "SeeMetrics"): _NO_METRICS,
    (Layer.IDENTITY, "SeeMetrics"): _NO_METRICS,
    (Layer.BOUNDARY, "ValidateRecords"): _NO_TRAIL,
    (Layer.IDENTITY, "ValidateRecords"): _NO_TRAIL,
    (Layer.IDENTITY, "SeeRules"): _NO_RULES,
    (Layer.IDENTITY, "NothingElseWithoutMfa"): _DENIAL,
    (Layer.IDENTITY, "Traces"): _NO_RESOURCES,
    (Layer.IDENTITY, "NetworkInterfaces"): _NOT_YET,
    (Layer.IDENTITY, "NoNetworkInterfacesForTheCode"): _DENIAL,
}


@dataclass(frozen=True)
class Everything:
    """A statement for all resources.

    Attributes:
        places: Where it is.
        sid: What it is called.
        reason: Why; empty if nobody has written one down, which is a finding.
    """

    places: Sequence[Place]
    sid: str
    reason: str


def wildcards(documents: Mapping[Place, Document]) -> list[Everything]:
    """List the statements for all resources, those of one kind together."""
    reasons = dict(_REASONS)
    for proof in proofs():
        reasons |= proof.wildcards
    found: dict[tuple[Layer, str], list[Place]] = {}
    for place, sid in _statements(documents):
        found.setdefault((place.layer, sid), []).append(place)
    return [
        Everything(places, sid, reasons.get((layer, sid), ""))
        for (layer, sid), places in found.items()
    ]


def _statements(documents: Mapping[Place, Document]) -> Iterator[tuple[Place, str]]:
    for place, document in documents.items():
        for statement in document["Statement"]:
            if "*" in statement.get("Resource", []):
                yield place, statement.get("Sid", "")
