"""A template as it would be deployed: its parts and its policies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from local.policies import Layer, Policy, Request
from security.documents import Document, Place, read_documents
from security.given import given
from security.identifiers import PARTITION, REGION, Identifiers
from security.intent import Context, Intent
from security.parts import Parts
from stacks.settings import Settings


@dataclass(frozen=True)
class Deployment:
    """The parts and the policies of a template.

    Attributes:
        parts: What people have names for.
        documents: The policies by place.
        given: Those of others, as they have to be.
    """

    parts: Parts
    documents: Mapping[Place, Document]
    given: Mapping[Place, Document]

    @classmethod
    def of(cls, settings: Settings, template: Mapping[str, Any]) -> Self:
        """Fill in the names of a template.

        Args:
            settings: What it was made from.
            template: The template.

        Raises:
            ProofError: Something in it is not understood.
        """
        ids = Identifiers(settings.prefix, template["Resources"])
        return cls(Parts(ids, settings), read_documents(ids), given(settings))

    def present(self, intent: Intent, layers: Iterable[Layer]) -> frozenset[Layer]:
        """Of some layers those that are there: whose policy is in a template, or as it has to be.

        An endpoint and a boundary of somebody else's refuse what their owner wants.
        """
        theirs = {
            Layer.ENDPOINT: Place(Layer.ENDPOINT, intent.endpoint),
            Layer.BOUNDARY: Place(Layer.BOUNDARY, self._boundary(intent)),
        }
        return frozenset(
            each for each in layers if each not in theirs or theirs[each] in self.documents
        )

    def with_document(self, place: Place, document: Document) -> Self:
        """Exchange one policy."""
        return replace(self, documents={**self.documents, place: document})

    def places(self, intent: Intent) -> frozenset[Place]:
        """The places of the policies that have a say."""
        places = {
            Place(Layer.IDENTITY, intent.who.holder),
            Place(Layer.BOUNDARY, self._boundary(intent)),
            Place(layer_of(intent.action), carrier_of(intent.resource)),
            Place(Layer.ENDPOINT, intent.endpoint),
        }
        return frozenset(places & self.documents.keys())

    def request(self, intent: Intent) -> Request:
        """Make a request of an intent, with all policies that have a say."""
        own = self._policy(Layer.IDENTITY, intent.who.holder)
        return Request(
            principal=intent.who.arn,
            action=intent.action,
            resource=intent.resource,
            resource_account=intent.resource_account,
            context=_context(intent),
            identity_policies=(*intent.who.policies, *([own] if own else [])),
            boundary=self._policy(Layer.BOUNDARY, self._boundary(intent)),
            resource_policy=self._policy(layer_of(intent.action), carrier_of(intent.resource)),
            endpoint_policy=self._policy(Layer.ENDPOINT, intent.endpoint),
        )

    def _boundary(self, intent: Intent) -> str:
        return self.parts.boundaries.get(intent.who.role_arn, "")

    def _policy(self, layer: Layer, owner: str) -> Policy | None:
        place = Place(layer, owner)
        document = self.documents.get(place) or self.given.get(place)
        return Policy(str(place), document) if document else None


def layer_of(action: str) -> Layer:
    """The layer to which the policy of an action's resource belongs."""
    if action.startswith("kms:"):
        return Layer.KEY
    return Layer.TRUST if action.startswith(_OF_ROLES) else Layer.RESOURCE


def carrier_of(resource: str) -> str:
    """What carries the policy of a resource: an object's is its bucket's."""
    return resource.partition("/")[0] if resource.startswith(_OBJECTS) else resource


_OBJECTS = f"arn:{PARTITION}:s3:::"
_OF_ROLES = ("sts:AssumeRole", "sts:SetSourceIdentity")


def _context(intent: Intent) -> Context:
    """Give the condition keys of a request.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    context: dict[str, str | tuple[str, ...]] = {
        **intent.who.context,
        "aws:RequestedRegion": REGION,
        "aws:ResourceAccount": intent.resource_account,
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
    }
    if intent.by_service:
        context |= {"aws:ViaAWSService": "true", "aws:CalledVia": (intent.by_service,)}
    if intent.endpoint:
        context |= {"aws:SourceVpc": "vpc-0example", "aws:SourceVpce": f"vpce-{intent.endpoint}"}
    return {**context, **intent.context}
