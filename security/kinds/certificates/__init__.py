"""What certificates and their authorities bring to the proof."""

from local.policies import Layer
from security.kinds.certificates.attacks import attacks
from security.kinds.certificates.purposes import purposes
from security.kinds.kind import KindProof

_KMS = "KMS and Systems Manager"
_THIS_KEY = "in a key's policy it means the key that carries it"

PROOF = KindProof(
    purposes=purposes,
    attacks=attacks,
    outside={f"certificates-{name}": _KMS for name in ("rotation", "users")},
    wildcards={
        (Layer.KEY, sid): _THIS_KEY
        for sid in ("SignedByItsFunctionsOnly", "ThePublicHalf", "PairsForItsFunctionsOnly")
    },
)
