import os
import stat
import subprocess
from pathlib import Path

import pytest

from local import debian
from local.debian import DebianPackageError, DebianPackages, command, root_of
from local.mariadb import MariaDBServer

SMALL = DebianPackages("bookworm", "libaio1", alone=("hello",))


@pytest.fixture(autouse=True)
def empty_folder(mariadb: MariaDBServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing has been unpacked; where MariaDB could not be brought, neither can these be."""
    if debian.root_of(Path(mariadb.executable)) is None:
        pytest.skip("MariaDB is not Debian's: its mirror may be out of reach")
    folder = tmp_path / "debian"
    monkeypatch.setattr(debian, "_FOLDER", folder)
    return folder


def test_a_package_is_unpacked_with_what_it_needs_for_anyone_and_once(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o077)
    try:
        root = SMALL.bring()
    finally:
        os.umask(before)
    files = [root, *(path for path in root.rglob("[!.]*") if not path.is_symlink())]
    assert all(path.stat().st_mode & stat.S_IROTH for path in files)
    program = root / "usr" / "bin" / "hello"
    assert [path.name for path in root.glob("lib/*/libc.so.6")]  # what libaio1 needs
    assert root_of(program) == root
    [loader, option, libraries, started] = command(program)
    assert Path(loader).is_relative_to(root)
    assert (option, started) == ("--library-path", str(program))
    assert all(Path(each).is_relative_to(root) for each in libraries.split(":"))
    assert subprocess.check_output(command(program), text=True) == "Hello, world!\n"
    assert not (root / "usr" / "share" / "doc").exists()
    assert sorted(path.name for path in empty_folder.iterdir()) == [
        "libaio1-bookworm",
        "libaio1-bookworm.lock",
    ]
    monkeypatch.setenv("PATH", "")
    assert SMALL.bring() == root


def test_what_debian_lacks_is_told_and_leaves_nothing(empty_folder: Path) -> None:
    with pytest.raises(DebianPackageError, match=r"hello \(no-such-release\).*Release file"):
        DebianPackages("no-such-release", "hello").bring()
    assert [path.name for path in empty_folder.iterdir()] == ["hello-no-such-release.lock"]


def test_packages_that_debian_has_not_signed_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    others = tmp_path / "others.gpg"
    others.write_bytes(b"")
    monkeypatch.setattr(debian, "_KEYRING", others)
    with pytest.raises(DebianPackageError, match=r"update.*(NO_PUBKEY|not signed|verif)"):
        SMALL.bring()


def test_a_machine_without_apt_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DebianPackageError, match="there is no apt-get: this is not Debian"):
        SMALL.bring()


def test_debians_keys_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(debian, "_KEYRING", tmp_path / "missing")
    with pytest.raises(DebianPackageError, match="Debian's keys are not in"):
        SMALL.bring()


def test_a_program_of_the_machine_itself_is_started_as_it_is() -> None:
    assert command(Path("/bin/sh")) == ["/bin/sh"]
