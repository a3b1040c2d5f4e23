"""What a kind of credential brings to the proof."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from local.policies import Layer
from security.attacks.attack import Attack
from security.control import Control
from security.intent import Intent
from security.parts import Parts


@dataclass(frozen=True, kw_only=True)
class KindProof:
    """What the proof has to know of a kind. Its module has one, which is called `PROOF`.

    What holds for all functions and secrets alike is in `security.purposes` and `security.attacks`
    and need not be said again.

    Attributes:
        purposes: Lists what must be allowed because of credentials of this kind.
        attacks: Lists what must be denied around them.
        outside: Functions that are outside of the network, without what names begin with and with
            wildcards, and what for.
        wildcards: Why statements are for all resources, by the layer and the statement's name.
        controls: Controls that are about this kind alone.
    """

    purposes: Callable[[Parts], Iterator[Intent]]
    attacks: Callable[[Parts], Iterator[Attack]]
    outside: Mapping[str, str] = field(default_factory=dict)
    wildcards: Mapping[tuple[Layer, str], str] = field(default_factory=dict)
    controls: Sequence[Control] = ()
