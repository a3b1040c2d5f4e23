"""What the toy brings to the proof."""

from collections.abc import Iterator

from local.policies import Layer
from security.attacks.attack import BOUNDARY, IDENTITY, Attack, refused
from security.calls import Calls
from security.control import Control
from security.evidence import of
from security.intent import Intent
from security.kinds.kind import KindProof
from security.kinds.rotation import steps
from security.parts import Parts


def _purposes(parts: Parts) -> Iterator[Intent]:
    yield from steps(Calls(parts), parts.function("toy-rotation"), parts.secret("toy/one"))


def _attacks(parts: Parts) -> Iterator[Attack]:
    what, who = "break the toy", parts.function("toy-rotation")
    call = Intent(what=what, who=who, action="s3:GetObject", resource="arn:aws:s3:::toy/box")
    yield from refused(call, IDENTITY, BOUNDARY)


PROOF = KindProof(
    purposes=_purposes,
    attacks=_attacks,
    wildcards={(Layer.IDENTITY, "Toys"): "toys have no resources"},
    controls=(
        Control(
            "Toy.1",
            "toys are secrets",
            lambda deployment: [name for name, _ in of(deployment, "AWS::SecretsManager::Secret")],
        ),
    ),
)
