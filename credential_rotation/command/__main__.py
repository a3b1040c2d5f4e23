"""`credential-rotation`: which of its commands runs."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module, metadata

COMMANDS = {
    "authorities": "credential_rotation.command.authorities",
    "inventory": "credential_rotation.command.inventory.command",
}
"""Where the `main` of each command is, which takes its words and returns an exit status."""

DISTRIBUTION = "credential-rotation"
_CANNOT_RUN = 2


def main(words: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        words: Those after the program's name; by default the command line's.

    Returns:
        What the command returns; 2 where what it needs is not installed.
    """
    parser = argparse.ArgumentParser(
        prog="credential-rotation",
        description="authorities: bring those of Amazon RDS in a region that does not ship. "
        "inventory: list the static credentials of an AWS account. "
        "version: tell which release this is.",
    )
    parser.add_argument("command", choices=[*COMMANDS, "version"])
    parser.add_argument("words", nargs=argparse.REMAINDER, help="of the command: see its --help")
    given = parser.parse_args(words)
    if given.command == "version":
        sys.stdout.write(f"{version()}\n")
        return 0
    try:
        command = import_module(COMMANDS[given.command])
    except ModuleNotFoundError as error:
        sys.stderr.write(
            f"credential-rotation {given.command}: {error.name} is not installed. Run "
            "`python -m pip install 'credential-rotation[cli]'`.\n"
        )
        return _CANNOT_RUN
    return int(command.main(given.words))


def version() -> str:
    """Tell the version that is installed; a checkout has none."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "none: this is a checkout, not an installed release"


if __name__ == "__main__":
    sys.exit(main())
