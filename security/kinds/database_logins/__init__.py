"""What databases and their logins bring to the proof."""

from local.policies import Layer
from security.kinds.database_logins.attacks import attacks
from security.kinds.database_logins.controls import CONTROLS
from security.kinds.database_logins.purposes import purposes
from security.kinds.kind import KindProof

_THIS_KEY = "in a key's policy it means the key that carries it"
_NOT_LAUNCHED = "the channels have no resources, and the role is there before its instance"

PROOF = KindProof(
    purposes=purposes,
    attacks=attacks,
    outside={"*-adopt-*-users": "no value: it says what rotates a secret, and reads none"},
    wildcards={
        (Layer.KEY, "GrantThroughEc2"): _THIS_KEY,
        (Layer.KEY, "UseThroughEc2"): _THIS_KEY,
        (Layer.BOUNDARY, "Sessions"): _NOT_LAUNCHED,
        (Layer.ENDPOINT, "SessionManager"): _NOT_LAUNCHED,
        (Layer.IDENTITY, "SessionManager"): _NOT_LAUNCHED,
    },
    controls=CONTROLS,
)
