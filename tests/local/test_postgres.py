import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from local.child import child_command, unprivileged_user
from local.database_errors import (
    BinariesNotFoundError,
    DiskFullError,
    NotStartedError,
    PortInUseError,
)
from local.patience import wait_until
from local.postgres import PostgresServer
from local.postgres_binaries import find_binaries, reachable_binaries
from local.server_folder import shared_folder

SECRET = "tell-nobody-0123456789"


def raw(server: PostgresServer, sslmode: str, sslrootcert: str = "") -> None:
    """Logs in as the superuser with as much TLS as the test wants."""
    psycopg.connect(
        host=server.host,
        port=server.port,
        user=server.superuser,
        password=server.superuser_password,
        dbname="postgres",
        sslmode=sslmode,
        sslrootcert=sslrootcert,
    ).close()


def a_program(folder: Path, name: str, script: str) -> Path:
    """Makes an executable in a folder that anyone may enter."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_a_login_works_over_tls_only(postgres: PostgresServer) -> None:
    with postgres.connect() as connection:
        query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert connection.execute(query).fetchone() == (True,)
    with pytest.raises(psycopg.OperationalError, match=r"reject|no pg_hba.conf entry"):
        raw(postgres, sslmode="disable")


def test_a_wrong_password_is_refused(postgres: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        postgres.connect(password="wrong")


def test_the_certificate_is_for_localhost_and_from_our_authority(postgres: PostgresServer) -> None:
    raw(postgres, sslmode="verify-full", sslrootcert=str(postgres.ca))
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        raw(postgres, sslmode="verify-full", sslrootcert="system")


def test_passwords_are_kept_as_scram_verifiers(postgres: PostgresServer) -> None:
    with postgres.connect() as connection:
        row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'rdsadmin'")
        assert str(row.fetchone()).startswith("('SCRAM-SHA-256$")


def test_statements_are_logged_and_the_admins_password_is_not(postgres: PostgresServer) -> None:
    postgres.create_admin("logged", SECRET)
    log = postgres.log.read_text()
    assert 'CREATE ROLE "logged"' in log
    assert SECRET not in log
    assert postgres.superuser_password not in log


def test_the_admin_is_as_weak_as_the_one_on_rds(postgres: PostgresServer) -> None:
    postgres.create_admin("boss", SECRET)
    postgres.create_admin("boss", SECRET)
    postgres.create_database("boss_data", owner="boss")
    postgres.create_database("boss_data", owner="boss")
    with postgres.connect("boss", SECRET, dbname="boss_data") as connection:
        connection.execute("CREATE ROLE made_by_boss")
        connection.execute("CREATE SCHEMA mine")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER ROLE rdsadmin CONNECTION LIMIT 1")


def test_the_server_never_runs_as_root(postgres: PostgresServer) -> None:
    assert Path(f"/proc/{postgres.pid}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's children change their user")
def test_binaries_in_a_closed_home_are_used_all_the_same(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copytree(find_binaries().parent, home / "postgres", symlinks=True)
    with PostgresServer(binaries=home / "postgres" / "bin") as server:
        server.connect().close()


def test_it_stops_although_a_client_stays_and_leaves_nothing() -> None:
    with PostgresServer() as server:
        client = server.connect()
        folder, pid = server.ca.parent, server.pid
    with pytest.raises(psycopg.OperationalError):
        client.execute("SELECT 1")
    assert not folder.exists()
    assert not is_alive(pid)


def test_it_ends_with_a_parent_that_is_killed() -> None:
    program = (
        "import time; from local.postgres import PostgresServer; s = PostgresServer();"
        "s.start(); print(s.pid, s.ca.parent, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen(  # our own program
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    with parent, parent.stdout:
        pid, folder = parent.stdout.readline().split()
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not is_alive(int(pid)), what="the server's end")
    shutil.rmtree(folder)


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=f"port {port} on 127.0.0.1 is in use"):
            PostgresServer(port=port).start()


def test_a_free_port_that_is_lost_to_another_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken, socket.socket() as free:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        free.bind(("127.0.0.1", 0))
        ports = [taken.getsockname()[1], free.getsockname()[1]]
        free.close()
        expected = ports[1]
        monkeypatch.setattr("local.database_process._free_port", lambda: ports.pop(0))
        with PostgresServer() as server:
            assert server.port == expected


def test_a_server_that_does_not_start_shows_the_end_of_its_log() -> None:
    with pytest.raises(NotStartedError, match="nonsense") as caught:
        PostgresServer(settings={"nonsense": "1"}).start()
    assert "ended with status" in caught.value.why


def test_a_server_that_never_becomes_ready_is_given_up(tmp_path: Path) -> None:
    binaries = shared(tmp_path)
    make_data = 'for each; do case $each in --pgdata=*) mkdir "${each#--pgdata=}";; esac; done'
    a_program(binaries, "initdb", make_data)
    a_program(binaries, "postgres", "exec sleep 600")
    with pytest.raises(NotStartedError, match="not ready within"):
        PostgresServer(binaries=binaries, start_seconds=0.2).start()


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as another user")


@as_root
@pytest.mark.parametrize(
    ("closed", "mode"),
    [
        ("", 0o700),  # as a home, or what `mktemp -d` makes
        ("installation", 0o700),
        ("installation/bin", 0o750),
        ("installation/bin/initdb", 0o700),  # as umask 077 leaves it
        ("installation/bin/postgres", 0o744),
        ("installation/lib", 0o700),
        ("installation/lib/plpgsql.so", 0o600),
    ],
)
def test_an_installation_that_is_closed_to_others_is_copied_and_opened(closed, mode) -> None:
    user = unprivileged_user()
    assert user is not None
    with tempfile.TemporaryDirectory(dir=shared_folder(user)) as folder:
        place = Path(folder)
        place.chmod(0o755)
        binaries = shared(place / "root's own")
        (binaries.parent / "lib").mkdir()
        (binaries.parent / "lib" / "plpgsql.so").write_text("compiled")
        a_program(binaries, "initdb", 'cat "$(dirname "$0")/../lib/plpgsql.so"')
        a_program(binaries, "postgres", "exit 0")
        assert reachable_binaries(binaries, user, place / "copy") == binaries
        (binaries.parents[1] / closed).chmod(mode)
        found = reachable_binaries(binaries, user, place / "copy")
        assert found == place / "copy" / "bin"
        command = child_command([str(found / "initdb")], user=user, death=signal.SIGKILL)
        assert subprocess.check_output(command, cwd="/", text=True) == "compiled"


@as_root
def test_a_server_starts_whoever_may_enter_the_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o077)
    try:
        with PostgresServer() as server, server.connect() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        os.umask(before)


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    binaries = shared(tmp_path)
    a_program(binaries, "postgres", "exit 1")
    a_program(binaries, "initdb", "echo 'could not write: No space left on device' >&2; exit 1")
    with pytest.raises(DiskFullError, match="no space is left on the disk that holds"):
        PostgresServer(binaries=binaries).start()


def test_missing_binaries_are_told_with_the_places_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(BinariesNotFoundError, match=r"PG_BIN is /nowhere.*Install"):
        find_binaries({"PG_BIN": "/nowhere"})
    monkeypatch.setattr("local.postgres_binaries._packaged", lambda: iter([Path("/packaged")]))
    monkeypatch.setattr("local.postgres_binaries._SYSTEM", Path("/no-system"))
    with pytest.raises(BinariesNotFoundError, match="looked in /packaged"):
        find_binaries({"PATH": ""})


def test_pg_bin_goes_first(tmp_path: Path) -> None:
    for name in ("initdb", "postgres"):
        a_program(tmp_path, name, "exit 0")
    assert find_binaries({"PG_BIN": str(tmp_path)}) == tmp_path


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")")[-1].split()[0] != "Z"


def shared(tmp_path: Path) -> Path:
    """A folder for programs; the server copies it if its user can't enter pytest's."""
    folder = tmp_path / "installation" / "bin"
    folder.mkdir(parents=True)
    return folder
