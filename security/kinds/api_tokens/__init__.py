"""What tokens of HTTP APIs bring to the proof."""

from security.kinds.api_tokens.attacks import attacks
from security.kinds.api_tokens.purposes import purposes
from security.kinds.kind import KindProof

_API = "an API on the internet"

PROOF = KindProof(
    purposes=purposes,
    attacks=attacks,
    outside={f"token-*-{name}": _API for name in ("reaper", "rotation", "users")},
)
