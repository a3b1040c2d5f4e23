"""The Python that stands for Lambda's managed runtime."""

import subprocess
from pathlib import Path

from local.errors import LocalError

PYTHON_RUNTIMES = ("python3.11", "python3.12", "python3.13", "python3.14")
"""Lambda's runtimes that any one of these Pythons stands for.

A function runs on the machine's Python, whichever of them it was deployed for. On another one the
zip's bytecode is not used, and a start takes longer.
"""

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
