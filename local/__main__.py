"""``python -m local``: see `local.demo`."""

import argparse
import contextlib
import signal
import sys
import threading

from rich.console import Console

from local import toolchain
from local.demo import report
from local.demo.scenario import Result, Scenario
from local.errors import LocalError
from local.local_aws import LocalAws

_INTERRUPTED = 130


def main() -> int:
    """Run the demonstration.

    Returns:
        0 if everything went well, 130 after Ctrl-C, otherwise 1.
    """
    parser = argparse.ArgumentParser(
        prog="make local",
        description="Deploy the stacks on this machine and watch them rotate.",
        epilog="Everything else goes to cdk deploy, for example: -c rotation.strategy=single",
    )
    parser.add_argument("--keep", action="store_true", help="stay up until Ctrl-C")
    parser.add_argument(
        "--speed", type=float, help="seconds of the schedule that pass in a real second"
    )
    options, for_cdk = parser.parse_known_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
    try:
        return _run(console, for_cdk, speed=options.speed, keep=options.keep)
    except LocalError as error:
        console.print(f"local: failed: {error}")
        return 1
    except KeyboardInterrupt:
        console.print("local: interrupted; no process and no file was left behind")
        return _INTERRUPTED


def _run(console: Console, for_cdk: list[str], *, speed: float | None, keep: bool) -> int:
    aws = LocalAws(toolchain.find())
    with contextlib.ExitStack() as stack:
        with console.status("PostgreSQL and the local AWS start …"):
            stack.enter_context(aws)
        result = Scenario(aws, console).play(for_cdk, speed=speed)
        status = _tell(console, aws, result, kept=keep)
        if keep and status == 0:
            with contextlib.suppress(KeyboardInterrupt):
                threading.Event().wait()
    return status


def _tell(console: Console, aws: LocalAws, result: Result, *, kept: bool) -> int:
    console.print()
    console.print(report.rotation_table(result))
    report.tell_others(console, result)
    report.tell_consumers(console, result.tally)
    console.print()
    console.print(report.attempt_table(result.attempts))
    report.tell_how_to_go_on(console, aws.exports, kept=kept)
    rotations, tally = result.rotations, result.tally
    counts = f"{len(rotations)} rotations, {tally.logins} logins, {len(tally.failures)} failed"
    consumed = [each for each in rotations if each.secret == result.consumed]
    missing = report.shortcoming(consumed, tally)
    if missing:
        aws.keep_files = True
        console.print(f"local: failed: {counts}: {missing}. The logs are in {aws.logs}")
        return 1
    console.print(f"local: ok: {counts}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
