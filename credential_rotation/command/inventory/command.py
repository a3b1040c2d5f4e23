"""`credential-rotation inventory`: what it prints."""

import argparse
import sys
from collections.abc import Sequence
from datetime import timedelta

import boto3
from rich.console import Console

from credential_rotation.command.inventory.errors import InventoryError
from credential_rotation.command.inventory.iam import told
from credential_rotation.command.inventory.inventory import Inventory, take
from credential_rotation.command.inventory.output import as_json, show

_CANNOT_LOOK = 2


def main(words: Sequence[str]) -> int:
    """Look at the account of the standard credentials, and print what is wrong.

    Returns:
        0 if nothing was found, 1 if something was, 2 if the account cannot be looked at.
    """
    parser = argparse.ArgumentParser(
        prog="credential-rotation inventory",
        description="List IAM users with console access without MFA, with keys that are old or "
        "were never used, or with policies of their own. Nothing is changed.",
        epilog="The account is that of the AWS SDK's environment. Status: 0 nothing found, "
        "1 something found, 2 the account cannot be looked at.",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--max-key-days", type=_days, default=90, help="how old a key may be (default: 90)"
    )
    options = parser.parse_args(words)
    try:
        inventory = _take(timedelta(days=options.max_key_days))
    except InventoryError as error:
        sys.stderr.write(f"inventory: failed: {error}\n")
        return _CANNOT_LOOK
    if options.json:
        sys.stdout.write(f"{as_json(inventory)}\n")
    else:
        show(Console(highlight=False, markup=False, emoji=False, soft_wrap=True), inventory)
    return 1 if inventory.findings else 0


def _take(longest: timedelta) -> Inventory:
    with told():
        iam = boto3.Session().client("iam")
    return take(iam, longest=longest)


def _days(text: str) -> int:
    days = int(text)
    if days < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return days
