"""Sessions of functions and of the instance, carried out of the network."""

from collections.abc import Iterator
from dataclasses import replace

from security.attacks.attack import RESOURCE, Attack, refused
from security.attacks.needs import Needs
from security.parts import Parts


def attacks(parts: Parts, needs: Needs) -> Iterator[Attack]:
    """List what whoever steals such a session tries from a machine of their own.

    Readers of other applications are not bound to the endpoint; and where the settings want none,
    nothing is.
    """
    for intent in needs.calls(parts.way):
        about_a_secret_of_ours = intent.resource in parts.secrets()
        if about_a_secret_of_ours and intent.who.role_arn in parts.boundaries:
            what = "use a stolen session from elsewhere"
            yield from refused(replace(intent, what=what, endpoint=""), RESOURCE)
