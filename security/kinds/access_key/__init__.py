"""What the access key of an IAM user brings to the proof."""

from security.control import Control
from security.kinds.access_key.attacks import attacks
from security.kinds.access_key.evidence import access_keys_rotate
from security.kinds.access_key.purposes import purposes
from security.kinds.kind import KindProof

_IAM = "IAM's API"

PROOF = KindProof(
    purposes=purposes,
    attacks=attacks,
    outside={f"access-key-{name}": _IAM for name in ("reaper", "rotation", "users")},
    controls=(Control("IAM.3", "access keys are younger than 90 days", access_keys_rotate),),
)
