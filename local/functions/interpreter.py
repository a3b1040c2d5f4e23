"""The Python and the Node.js that stand for Lambda's managed runtimes."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

PYTHON_RUNTIMES = ("python3.11", "python3.12", "python3.13", "python3.14")
"""Lambda's runtimes that any one of these Pythons stands for.

A function runs on the machine's Python, whichever of them it was deployed for. On another one the
zip's bytecode is not used, and a start takes longer.
"""

NODE_RUNTIMES = ("nodejs20.x", "nodejs22.x", "nodejs24.x")
"""Lambda's runtimes that one Node.js stands for, whichever a function was deployed for."""


@dataclass(frozen=True)
class Node:
    """A Node.js for functions.

    Attributes:
        program: The interpreter, version 22.15 or newer.
        modules: The folder with the packages of AWS's SDK that functions find, as on Lambda.
    """

    program: Path
    modules: Path


_PROBE = "import sys, awslambdaric; print('python%d.%d' % sys.version_info[:2])"


def runtime_of(interpreter: Path) -> str:
    """Find out which of Lambda's runtimes an interpreter is.

    Args:
        interpreter: A Python that has what the managed runtime has, and only that.

    Returns:
        Lambda's name of the runtime, for example `python3.13`.

    Raises:
        LocalError: There is no such interpreter, or it lacks the runtime interface client.
    """
    try:
        probe = subprocess.run(  # noqa: S603  # the interpreter that the caller chose
            [interpreter, "-I", "-c", _PROBE], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", None) or str(error)
        raise LocalError(
            f"functions cannot run with {interpreter}",
            why=why.strip().splitlines()[-1],
            remedy="Install local/runtime/requirements.txt into a virtual environment of its own",
        ) from error
    return probe.stdout.strip()
