"""One strategy under load."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.load.database import Database
from benchmarks.load.front import Front
from benchmarks.load.libraries import LOADS, OTHERS, OURS
from benchmarks.load.plan import Plan
from benchmarks.load.process import applications
from benchmarks.load.record import Task
from benchmarks.load.site import Site
from benchmarks.load.tally import Absences, Tally
from local.local_aws import LocalAws


@dataclass(frozen=True)
class Outcome:
    """What became of the load.

    Attributes:
        strategy: How the secret was rotated.
        plan: How often, and with which faults.
        libraries: What applications got their credentials from, ours first.
        tally: The counts.
        rotation_seconds: How long a rotation took on average.
    """

    strategy: str
    plan: Plan
    libraries: tuple[str, ...]
    tally: Tally
    rotation_seconds: float


def run(
    aws: LocalAws,
    database: Database,
    strategy: str,
    plan: Plan,
    *,
    others: bool,
    tell: Callable[[str], None],
) -> Outcome:
    """Let applications run through rotations.

    Args:
        aws: A running local AWS.
        database: The server, which the applications' processes trust.
        strategy: How the secret is rotated.
        plan: The rotations and the faults.
        others: Whether applications on other libraries run beside ours.
        tell: Is told what is done.

    Raises:
        RotationFailedError: A rotation failed.
    """
    site = Site(aws, database, strategy=strategy)
    site.rotate()  # makes the second user, once for all
    absences = Absences()
    tally = Tally(absences)
    names = (OURS, *(OTHERS if others else ()))
    with Front(aws.server.url) as front, ExitStack() as stack:
        tasks = [
            Task(
                library=name,
                engine=database.product.engine,
                coroutines=coroutines,
                url=front.url,
                secret_id=site.arn,
            )
            for name in names
            for coroutines in LOADS[database.product.engine]
        ]
        for begin in [stack.enter_context(applications(task, tally)) for task in tasks]:
            begin()
        seconds = plan.run(site, front, absences, tell)
    return Outcome(strategy, plan, names, tally, seconds)
