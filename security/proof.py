"""The proof: what is allowed, what is denied, and that nothing can be left out."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from local.policies import Evaluator, Layer
from security import attacks, people, pipeline, purposes
from security.attacks.attack import Attack
from security.deployment import Deployment
from security.documents import Place
from security.intent import Intent
from security.removals import Removal, removals
from security.verdict import agreed_layers, refusing_layers
from stacks.settings import Settings


@dataclass(frozen=True)
class Outcome:
    """What became of an intent.

    Attributes:
        intent: What was tried.
        expected: The layers that should refuse it; none if it should be allowed.
        refused_by: The layers that do.
    """

    intent: Intent
    expected: frozenset[Layer]
    refused_by: frozenset[Layer]

    @property
    def surprising(self) -> bool:
        """Whether it is not as it should be."""
        return self.expected != self.refused_by


class Proof:
    """The policies of a deployment, held against what they are for.

    Args:
        evaluator: Who decides.
        deployment: Whose policies.
        purposes: What must be allowed.
        attacks: What must be denied.
        removable: Whether something is to be tried without; everything by default.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        deployment: Deployment,
        *,
        purposes: Sequence[Intent],
        attacks: Sequence[Attack],
        removable: Callable[[Removal], bool] = lambda _: True,
    ) -> None:
        self._evaluator = evaluator
        self._deployment = deployment
        self._purposes = purposes
        self._attacks = attacks
        self._removable = removable

    @classmethod
    def of_rotation(cls, evaluator: Evaluator, deployment: Deployment) -> Self:
        """The proof of the stacks that rotate.

        Args:
            evaluator: Who decides.
            deployment: Whose policies.
        """
        needed = purposes.purposes(deployment)
        return cls(
            evaluator,
            deployment,
            purposes=needed,
            attacks=attacks.attacks(deployment, needed),
        )

    @classmethod
    def of_deploy_role(
        cls, evaluator: Evaluator, deployment: Deployment, *, repository: str, environment: str
    ) -> Self:
        """The proof of the stack with the role for GitHub Actions.

        Args:
            evaluator: Who decides.
            deployment: Whose policies.
            repository: Which may take the role on, as owner/name.
            environment: Its environment which may.
        """
        return cls(
            evaluator,
            deployment,
            purposes=list(pipeline.purposes(repository, environment, deployment)),
            attacks=list(pipeline.attacks(repository, environment, deployment)),
        )

    @classmethod
    def of_people(cls, evaluator: Evaluator, deployment: Deployment, *, settings: Settings) -> Self:
        """The proof of the stack for people, without repeating that of the one which rotates.

        Args:
            evaluator: Who decides.
            deployment: The policies of both.
            settings: What they were made from.
        """
        staff = people.Staff(deployment.parts, settings.access)
        owners = {
            *(role.role_arn for role in staff.sessions()),
            *(member.group_arn for _, member in staff.members()),
            *(deployment.parts.boundaries[role.role_arn] for role in staff.sessions()),
        }
        return cls(
            evaluator,
            deployment,
            purposes=list(people.purposes(staff)),
            attacks=list(people.attacks(staff)),
            removable=lambda each: (
                each.place.owner in owners or staff.session("break-glass").role_arn in each.what
            ),
        )

    @cached_property
    def needed(self) -> Sequence[Outcome]:
        """What became of everything that the stack is for."""
        return [Outcome(each, frozenset(), self._agreed(each)) for each in self._purposes]

    @cached_property
    def attacked(self) -> Sequence[Outcome]:
        """What became of every attack that a policy of ours has a say in."""
        return [
            Outcome(each.intent, expected, self._agreed(each.intent))
            for each in self._attacks
            if (expected := self._deployment.present(each.intent, each.refused_by))
        ]

    @cached_property
    def left_to_others(self) -> Sequence[Intent]:
        """The attacks that only an endpoint or a boundary of somebody else's can refuse."""
        return [
            each.intent
            for each in self._attacks
            if not self._deployment.present(each.intent, each.refused_by)
        ]

    @cached_property
    def removals(self) -> Sequence[Removal]:
        """Everything that can be taken away."""
        return [
            removal
            for place, document in self._deployment.documents.items()
            for removal in removals(place, document)
            if self._removable(removal)
        ]

    @cached_property
    def survivors(self) -> Sequence[Removal]:
        """What can be taken away and nobody notices: the findings."""
        return [each for each in self.removals if not self._is_noticed(each)]

    def _is_noticed(self, removal: Removal) -> bool:
        """Whether something that must be allowed is refused, or an attack meets fewer layers."""
        less = self._deployment.with_document(removal.place, removal.document)
        return any(
            refusing_layers(self._evaluator, less, outcome.intent) != outcome.refused_by
            for outcome in self._concerned(removal)
        )

    def _concerned(self, removal: Removal) -> Iterator[Outcome]:
        for outcome in self._outcomes[removal.place]:
            if removal.concerns(outcome.intent.action):
                yield outcome

    @cached_property
    def _outcomes(self) -> Mapping[Place, Sequence[Outcome]]:
        """What each policy has a say in."""
        outcomes: dict[Place, list[Outcome]] = defaultdict(list)
        for outcome in (*self.needed, *self.attacked):
            for place in self._deployment.places(outcome.intent):
                outcomes[place].append(outcome)
        return outcomes

    def _agreed(self, intent: Intent) -> frozenset[Layer]:
        return agreed_layers(self._evaluator, self._deployment, intent)
