"""`python -m tools.prove_on_aws`: see `tools.prove_on_aws`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.errors import LocalError
from tools.prove_on_aws.account import Account, confirm
from tools.prove_on_aws.bill import bill
from tools.prove_on_aws.errors import ProofError, RefusedError
from tools.prove_on_aws.leftovers import leftovers
from tools.prove_on_aws.report import billed, write
from tools.prove_on_aws.runner import Run, run_steps
from tools.prove_on_aws.step import Step
from tools.prove_on_aws.steps import STEPS
from tools.prove_on_aws.trial import NAME, RUNS, Trial

_FAILED, _REFUSED = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the proof.

    Returns:
        0 if all was proven (or shown, or cleaned up), 1 if not, 2 if nothing was begun.
    """
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(options)
    except (ProofError, LocalError) as error:
        _say(f"prove-on-aws: nothing was begun: {error}")
        return _REFUSED
    except KeyboardInterrupt:
        _say("prove-on-aws: nothing was begun: somebody stopped it")
        return _REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make prove-on-aws",
        description="Deploy the stack to a sandbox account, prove what docs/unproven.md lists, and "
        "take everything away again.",
        epilog="The account and the region are those of the AWS SDK's environment.",
    )
    parser.add_argument("--plan", action="store_true", help="only show what would be done")
    parser.add_argument("--yes", action="store_true", help="do not ask; --account has to match")
    parser.add_argument("--account", help="id of the account that is meant")
    parser.add_argument("--report", type=Path, help="folder for the report (default: .prove/NAME)")
    parser.add_argument(
        "--clean-up", metavar="NAME", help="only take away what a run that was killed has left"
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    session = boto3.Session()
    account = Account.of(session)
    trial = _trial(options.clean_up, session)
    if options.clean_up:
        steps: Sequence[Step] = [each for each in STEPS if each.always]
        _say(f"Takes away {trial.prefix} from {account}.")
    else:
        steps = STEPS
        account.check_bootstrapped(session)
        _warn_of_others(trial)
        trial.cdk.synth(*trial.settings())
        _plan(trial, account)
        if options.plan:
            return 0
    confirm(account, given=options.account, unattended=options.yes)
    run = Run(trial, account.id)
    folder = options.report or trial.folder
    run_steps(run, steps, say=_say, keep=lambda so_far: write(so_far, folder))
    if not run.taken_away:
        _tell_what_is_left(trial)
    _say(f"The report is in {folder}")
    return 0 if run.succeeded else _FAILED


def _tell_what_is_left(trial: Trial) -> None:
    """Say what a person has to delete, as far as AWS still answers."""
    _say(f'Not everything is gone. Try again: make prove-on-aws ARGS="--clean-up {trial.name}"')
    try:
        for each in leftovers(trial):
            _say(f"  left: {each.what}. Delete it: {each.command}")
    except (BotoCoreError, ClientError) as error:
        _say(f"  What else is left could not be asked: {error}")


def _trial(name: str | None, session: boto3.Session) -> Trial:
    if name is None:
        return Trial.new(session)
    if not NAME.fullmatch(name):
        raise RefusedError(f"{name} is no run", remedy="Runs are named prove- and eight digits")
    return Trial(name, session)


def _warn_of_others(trial: Trial) -> None:
    """Tell of stacks of other runs, which may be under way, or were killed."""
    pages = trial.client("cloudformation").get_paginator("describe_stacks").paginate()
    for stack in (each for page in pages for each in page["Stacks"]):
        name = stack["StackName"].rpartition("-")[0]
        if NAME.fullmatch(name):
            _say(
                f"There is {stack['StackName']} ({stack['StackStatus']}) of another run. If that "
                f'is over: make prove-on-aws ARGS="--clean-up {name}"'
            )


def _plan(trial: Trial, account: Account) -> None:
    template = trial.template()
    kinds = [each["Type"] for each in template["Resources"].values()]
    shortest, longest = (sum(each.minutes[which] for each in STEPS) / 60 for which in (0, 1))
    _say(f"In {account}, the stack {trial.prefix} with {len(kinds)} resources:")
    for kind in sorted(set(kinds)):
        _say(f"  {kinds.count(kind):3} {kind}")
    _say("Besides, for a moment, empty parameter groups of RDS. It then:")
    for number, step in enumerate(STEPS, start=1):
        _say(f"  {number:2}. {step.title}")
    _say("Billed by AWS is:")
    hours = f"{shortest:.1f} to {longest:.1f} hours, which the limits of the steps add up to"
    for line in billed(bill(template), hours):
        _say(f"  {line}" if line else "")
    _say(
        "Kept afterwards: keys until their deletion after 30 days, which are not billed; metrics; "
        "the log group RDSOSMetrics; what the CDK has put into its bucket."
    )
    _say(f"Files: {RUNS / trial.name}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
