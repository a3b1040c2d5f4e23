"""Whether what the settings name is where the CDK CLI is going to deploy."""

from credential_rotation.errors import SynthError
from stacks.settings import Settings
from stacks.settings.places import places


class ElsewhereError(SynthError):
    """What a setting names is in another account or region, where it is of no use."""


def check_places(region: str, account: str, *, settings: Settings) -> None:
    """End the synth where a deployment would fail, or nothing would be told or read.

    Args:
        region: Where the CDK CLI is going to deploy; empty if it is not known.
        account: Likewise.
        settings: What the team decided.

    Raises:
        ElsewhereError: Names each setting, with where it is.
    """
    lines = []
    for place in places(settings):
        if region and place.region and place.region != region:
            lines.append(f"  {place.setting} is in {place.region}, the deployment in {region}.")
        if account and place.account and place.account != account:
            lines.append(f"  {place.setting} is of the account {place.account}, not {account}.")
    if lines:
        raise ElsewhereError(
            "\n".join(("Settings that name what another place has:", *dict.fromkeys(lines)))
        )
