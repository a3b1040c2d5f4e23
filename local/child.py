"""A child process that dies with its parent and, if wanted, has fewer rights than it.

The command is started through this very file, which then becomes the command (execv): no helper
process stays, the process id is the command's. That needs no `preexec_fn`, which is unsafe once a
program has threads.

The kernel sends the signal when the *thread* that started the child ends
(https://man7.org/linux/man-pages/man2/pr_set_pdeathsig.2const.html), so start children from a
thread that lives as long as they shall. Systems without it (macOS) just go without: there a killed
parent leaves its children behind.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def child_command(
    command: Sequence[str], *, user: pwd.struct_passwd | None = None, death: signal.Signals
) -> list[str]:
    """Wraps a command so that it dies with its parent.

    Args:
        command: Program (its full path) and arguments.
        user: Whose rights it shall have; only root may ask for another's.
        death: What it is sent when its parent ends.

    Returns:
        The command to hand to `subprocess`.
    """
    ids = [str(user.pw_uid), str(user.pw_gid)] if user else ["-", "-"]
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(death)), *ids, *command]


def unprivileged_user() -> pwd.struct_passwd | None:
    """Whose rights a server shall have that refuses to run as root.

    Returns:
        `postgres`, or `nobody` where that does not exist; None if this program isn't run by root
        and children may just have its rights.
    """
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


def _become(parent: str, death: str, uid: str, gid: str, *command: str) -> None:
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    # After the change of user, which would clear it.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(death), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(f"{command[0]} was not started: its parent is gone already")
    os.execv(command[0], command)  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    _become(*sys.argv[1:])
