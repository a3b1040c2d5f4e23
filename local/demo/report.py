"""What the person sees at the end."""

from collections import Counter
from collections.abc import Mapping

from rich import box
from rich.console import Console
from rich.table import Table

from local.aws.rotations import STEPS
from local.demo.attempt import Attempt
from local.demo.consumers import Tally
from local.demo.rotation_follower import FinishedRotation
from local.demo.scenario import Result

NEEDED_ROTATIONS = 3
_SHOWN_FROM = 2
"""How many parts of a secret's name are the same for all: application and environment."""


def rotation_table(result: Result) -> Table:
    """A line per rotation, oldest first, with the user as whom consumers logged in after it.

    What the schedule has rotated besides the consumers' login is left to `tell_others`: on the fast
    clock a schedule of a week comes to more lines than all else.
    """
    users = result.tally.users
    shown = [each for each in result.rotations if not _is_another(each, result)]
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        title="Rotations (seconds per step)",
        title_justify="left",
    )
    for heading in ("secret", "invoked by", "user", "version"):
        table.add_column(heading, no_wrap=True)
    for heading in (*STEPS, "total"):
        table.add_column(heading.removesuffix("Secret"), justify="right")
    for rotation in shown:
        table.add_row(
            "/".join(rotation.secret.split("/")[_SHOWN_FROM:]),
            rotation.invoked_by,
            users.get(rotation.version, ""),
            rotation.version[:8],
            *(f"{rotation.seconds.get(step, 0.0):.2f}" for step in STEPS),
            f"{rotation.total:.2f}",
        )
    return table


def tell_others(console: Console, result: Result) -> None:
    """Tell how often the schedule has rotated other secrets meanwhile."""
    others = Counter(each.secret for each in result.rotations if _is_another(each, result))
    for secret, count in others.items():
        console.print(f"The schedule has rotated {secret} as well, {count} times")


def _is_another(rotation: FinishedRotation, result: Result) -> bool:
    return rotation.secret != result.consumed and rotation.invoked_by == "schedule"


def attempt_table(attempts: list[Attempt]) -> Table:
    """A line per thing that was tried; all of them came out as intended."""
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        title="Who tried what",
        title_justify="left",
    )
    for heading in ("who", "tried to", ""):
        table.add_column(heading, no_wrap=True)
    for attempt in attempts:
        table.add_row(attempt.who, attempt.what, attempt.outcome)
    return table


def tell_consumers(console: Console, tally: Tally) -> None:
    """Tell how the consumers fared."""
    by_user = ", ".join(f"{user} {count}" for user, count in sorted(tally.by_user.items()))
    console.print(
        f"Consumers: {tally.logins} logins ({by_user}) with {len(tally.users)} versions of the "
        f"secret, {len(tally.failures)} failed"
    )
    for failure in tally.failures[:3]:
        console.print(f"  failed: {failure}")


def shortcoming(rotations: list[FinishedRotation], tally: Tally) -> str | None:
    """Return what is missing for a success, or None.

    Args:
        rotations: Those of the secret that the consumers log in with.
        tally: What they met.
    """
    if tally.failures:
        return f"{len(tally.failures)} logins failed, the first with: {tally.failures[0]}"
    if not tally.logins:
        return "no consumer has logged in"
    if len(rotations) < NEEDED_ROTATIONS:
        return f"only {len(rotations)} of {NEEDED_ROTATIONS} rotations succeeded"
    if not any(rotation.invoked_by == "schedule" for rotation in rotations):
        return "no rotation was fired by the schedule"
    return None


def tell_how_to_go_on(console: Console, exports: Mapping[str, str], *, kept: bool) -> None:
    """Tell what to do next.

    Args:
        console: Where to.
        exports: The variables that point AWS tools at the local AWS.
        kept: Whether it stays up.
    """
    if kept:
        console.print("It stays up until Ctrl-C. In another shell, for aws, boto3 and cdk:")
        for name, value in exports.items():
            console.print(f"  export {name}={value}")
    else:
        console.print("Stay and look around:   make local KEEP=1")
    console.print('Change a setting:       make local ARGS="-c rotation.strategy=single"')
    console.print("Deploy to your account: make deploy   (see README.md)\n")
