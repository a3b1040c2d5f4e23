"""What any database server here needs on disk, and the user that may read it.

The folder holds what everyone may read (the certificate authority) and a private part, which
belongs to the user that the server runs as.
"""

import errno
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import trustme

from local.child import child_command, unprivileged_user
from local.database_errors import DatabaseError, DiskFullError, NotStartedError

HOST = "localhost"
"""The name in a server's certificate (127.0.0.1 is in it too)."""

OTHER_NAMES = "*.rds.localhost"
"""Further names, for whoever is to know the server by another one; functions resolve them here."""


class ServerFolder:
    """The files of one server. They are there once `create` has been called.

    Attributes:
        path: Where everything is.
        ca: PEM file with the authority that signed the server's certificate; anyone may read it.
        private: What only the server's user may read.
        user: Whose rights the server has, if not ours.
    """

    def __init__(self, product: str) -> None:
        """Makes an empty folder.

        Args:
            product: Whose server it is, for its name and for errors.

        Raises:
            DatabaseError: The server's user may enter no folder for temporary files.
        """
        self.user = unprivileged_user()
        place = shared_folder(self.user)
        self.path = Path(tempfile.mkdtemp(prefix=f"local-{product.lower()}-", dir=place))
        self.ca = self.path / "ca.pem"
        self.private = self.path / "server"
        self._product = product

    @property
    def certificate(self) -> Path:
        """PEM file with the server's certificate."""
        return self.private / "server.pem"

    @property
    def key(self) -> Path:
        """PEM file with the certificate's private key."""
        return self.private / "server.key"

    def create(self) -> None:
        """Opens the folder for its users and writes the certificate, of an authority of its own."""
        self.path.chmod(0o755)
        self.private.mkdir(mode=0o700)
        self.give_away(self.private)
        authority = trustme.CA(organization_name=f"Local {self._product}")
        issued = authority.issue_cert(HOST, "127.0.0.1", OTHER_NAMES)
        authority.cert_pem.write_to_path(self.ca)
        chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems)
        self.write(self.certificate, chain.decode())
        self.write(self.key, issued.private_key_pem.bytes().decode())

    def write(self, path: Path, text: str) -> Path:
        """Writes a file that only the server's user may read; an existing one keeps its mode."""
        path.touch(mode=0o600)
        path.write_text(text)
        self.give_away(path)
        return path

    def run(self, command: Sequence[str], *, name: str, feed: str = "") -> None:
        """Runs a program of the product to its end, with the rights of the server's user.

        Args:
            command: Program (its full path) and arguments.
            name: What the program is called in an error.
            feed: Its standard input.

        Raises:
            DiskFullError: No space is left.
            NotStartedError: It failed for another reason.
        """
        done = subprocess.run(  # noqa: S603  # our own command
            child_command(command, user=self.user, death=signal.SIGKILL),
            input=feed.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.path,
            check=False,
        )
        if done.returncode:
            raise self.failure(f"{name} failed", done.stdout.decode(errors="replace"))

    def failure(self, why: str, log: str) -> DatabaseError:
        """Tells a full disk from other failures by what a program of the product printed.

        Args:
            why: The cause if it is not the disk.
            log: What was printed.
        """
        if os.strerror(errno.ENOSPC) in log:
            return DiskFullError(self._product, self.path)
        return NotStartedError(self._product, why, log)

    def remove(self) -> None:
        """Takes everything away."""
        shutil.rmtree(self.path, ignore_errors=True)

    def give_away(self, path: Path) -> None:
        """Makes a file or folder the server's user's own."""
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)


def shared_folder(user: pwd.struct_passwd | None) -> Path:
    """Find a folder for temporary files that a user can get into, whatever TMPDIR says.

    Args:
        user: Who will read the files; None for whoever runs this.

    Raises:
        DatabaseError: There is none.
    """
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108
    if user is None:
        return candidates[0]
    for folder in candidates:
        if folder.is_dir() and _may_enter(folder.resolve(), user):
            return folder
    raise DatabaseError(
        "A database server cannot be started",
        why=f"it refuses to run as root, and the user {user.pw_name} may enter none of"
        f" {', '.join(map(str, candidates))}",
        remedy="Let TMPDIR name a folder that everyone may enter, in folders that everyone may"
        " enter, or do not run this as root",
    )


def reachable(
    installation: Path,
    user: pwd.struct_passwd | None,
    *,
    folders: Iterable[Path],
    files: Iterable[Path] = (),
    programs: Iterable[Path] = (),
    copy_to: Path,
) -> Path:
    """Makes sure that a user may use an installation.

    One in a folder that is closed to others (root's home, one of `mktemp -d`), or that was made
    under the umask 077, is of no use to the user that the server runs as: then it is copied and
    opened, as servers find their files relative to themselves.

    Args:
        installation: The folder with everything; no link.
        user: Who will use it; None for whoever runs this.
        folders: What the user must be able to list, absolute.
        files: What the user must be able to read, absolute.
        programs: What the user must be able to execute, absolute.
        copy_to: Where a copy may be made; must not exist yet.

    Returns:
        The installation to use.
    """
    if user is None:
        return installation
    needed = [(path, 0o5) for path in (*folders, *programs)] + [(path, 0o4) for path in files]
    if _may_enter(installation, user) and all(_may_use(path, user, bits) for path, bits in needed):
        return installation
    shutil.copytree(installation, copy_to, symlinks=True)
    for path in (copy_to, *copy_to.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    return copy_to


def _may_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    return all(_may_use(each, user, 0o1) for each in (folder, *folder.parents))


def _may_use(path: Path, user: pwd.struct_passwd, bits: int) -> bool:
    status = path.stat()
    if status.st_uid == user.pw_uid:
        bits <<= 6
    elif status.st_gid == user.pw_gid:
        bits <<= 3
    return status.st_mode & bits == bits
