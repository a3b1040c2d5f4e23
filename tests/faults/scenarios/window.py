"""How long a single user's AWSCURRENT does not log in."""

import statistics
import time

from tests.faults.bench import Bench
from tests.faults.consumers import Consumers
from tests.faults.scenarios.consumers import rotate
from tests.faults.site import Site
from tests.faults.tally import Tally, Verdict


def measured(bench: Bench, *, rounds: int) -> Tally:
    """From the server's time of the commit to the move of the label, with nothing else going on.

    Args:
        bench: Where.
        rounds: How many rotations.
    """
    tally = Tally("window in which AWSCURRENT is refused", "single")
    milliseconds: list[float] = []

    def check(site: Site, _: int) -> Verdict:
        verdict = Verdict("rotation")
        moved: list[float] = []
        site.secrets.after = lambda call: moved.append(time.time()) if "update" in call else None
        error = bench.function(site, "single").rotate(site.secrets.begin(site.arn))
        verdict.wrong([str(error)] if error else [], "")
        committed = bench.subject.changed_at(site.user)
        milliseconds.append(1000 * (moved[0] - committed))
        return verdict

    bench.run(tally, range(rounds), check, workers=1)
    tally.note = f"{statistics.median(milliseconds):.0f} ms, at most {max(milliseconds):.0f} ms"
    return tally


def felt(bench: Bench, *, rounds: int) -> Tally:
    """What consumers notice of it that read the secret once and don't try again.

    Nothing has to be zero here: it is what the strategy costs.

    Args:
        bench: Where.
        rounds: How many rotations.
    """
    tally = Tally("consumers without a second try", "single")

    def check(site: Site, _: int) -> Verdict:
        consumers, verdict = Consumers(site), Verdict("consumers")
        consumers.during(
            lambda: rotate(bench, "single", consumers, rounds, verdict), consumers.fresh
        )
        tally.note = f"{len(consumers.failures)} of {consumers.logins} logins refused"
        return verdict

    return bench.run(tally, [0], check)
