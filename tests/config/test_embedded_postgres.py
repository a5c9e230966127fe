"""The embedded PostgreSQL: closed by default, durable, and back on its feet after any kill."""

import os
import signal
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from beffroi.config.embedded_postgres import AlreadyRunning, EmbeddedPostgres
from beffroi.config.postgres_account import Identity
from beffroi.config.postgres_binaries import PostgresUnavailable
from beffroi.config.postgres_postmaster import is_alive, processes_of, wait_until
from tests.databases import FreshDatabase, fresh_database, scratch_folder, test_bin_dir

SMALL = {"shared_buffers": "32MB"}


def instance(folder: Path, **choices: object) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder / "pg", bin_dir=test_bin_dir(), **(SMALL | choices))  # type: ignore[arg-type]


def setting(dsn: str, name: str) -> str:
    with closing(psycopg.connect(dsn)) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        assert row is not None
        return str(row[0])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_server_started_without_options_is_durable_and_has_no_tcp(durable_postgres: EmbeddedPostgres) -> None:
    dsn = durable_postgres.dsn()
    assert {name: setting(dsn, name) for name in ("fsync", "full_page_writes", "synchronous_commit", "jit")} == {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "jit": "off",
    }
    assert setting(dsn, "listen_addresses") == ""
    listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    inodes = {line.split()[9] for line in listening.splitlines() if "local_address" not in line}
    for pid in processes_of(durable_postgres.cluster):
        held = {os.readlink(entry.path) for entry in os.scandir(f"/proc/{pid}/fd")}
        assert not {f"socket:[{inode}]" for inode in inodes} & held


def test_server_folders_and_secrets_are_private(durable_postgres: EmbeddedPostgres) -> None:
    socket_dir = Path(setting(durable_postgres.dsn(), "unix_socket_directories"))
    assert mode(socket_dir) == 0o700
    assert mode(durable_postgres.cluster) == 0o700
    assert mode(durable_postgres.credentials_dir) == 0o700
    for secret in durable_postgres.credentials_dir.iterdir():
        assert mode(secret) == 0o600
    assert mode(durable_postgres.log_path) == 0o600


def test_stranger_with_wrong_password_is_refused(durable_postgres: EmbeddedPostgres) -> None:
    dsn = durable_postgres.dsn()
    with closing(psycopg.connect(dsn)):
        pass
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(dsn, password="guess")


def test_server_log_after_failing_insert_holds_no_value(durable_postgres: EmbeddedPostgres) -> None:
    with closing(psycopg.connect(durable_postgres.dsn(), autocommit=True)) as connection:
        connection.execute("CREATE TABLE unique_names (name text PRIMARY KEY)")
        connection.execute("INSERT INTO unique_names VALUES (%s)", ["Zoé-Télémaque"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO unique_names VALUES (%s)", ["Zoé-Télémaque"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO unique_names VALUES ('Zoé-Télémaque')")
    log = durable_postgres.log_path.read_text()
    assert "unique_names_pkey" in log
    assert "Zoé" not in log


@pytest.mark.crash
def test_postmaster_killed_then_started_keeps_what_was_committed(durable_postgres: EmbeddedPostgres) -> None:
    with closing(psycopg.connect(durable_postgres.dsn(), autocommit=True)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        durable_postgres.kill()

        def refuses() -> bool:
            # A backend notices the death of its postmaster when it next waits: it may answer once more.
            try:
                connection.execute("SELECT 1")
            except psycopg.OperationalError:
                return True
            return False

        assert wait_until(refuses, 10)
    durable_postgres.start()
    assert setting(durable_postgres.dsn(), "fsync") == "on"
    with closing(psycopg.connect(durable_postgres.dsn())) as connection:
        assert connection.execute("SELECT one FROM kept").fetchall() == [(1,)]


@pytest.mark.crash
def test_backend_killed_lets_the_server_serve_again(durable_postgres: EmbeddedPostgres) -> None:
    with closing(psycopg.connect(durable_postgres.dsn())) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")

    def serves() -> bool:
        try:
            return setting(durable_postgres.dsn(), "fsync") == "on"
        except psycopg.OperationalError:
            return False

    assert wait_until(serves, 30)


SUPERVISOR = """
import sys
from pathlib import Path
from beffroi.config.embedded_postgres import EmbeddedPostgres
bin_dir = Path(sys.argv[3]) if sys.argv[3] else None
server = EmbeddedPostgres(
    Path(sys.argv[1]), shared_buffers="32MB", stays_behind=sys.argv[2] == "stays", bin_dir=bin_dir
).start()
print(server.postmaster_pid, flush=True)
sys.stdin.read()
"""


def killed_supervisor(folder: Path, choice: str) -> int:
    """Start a server from another process, kill that process, and return the postmaster's pid."""
    words = [sys.executable, "-c", SUPERVISOR, str(folder / "pg"), choice, str(test_bin_dir() or "")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        supervisor.kill()
    return pid


@pytest.mark.crash
def test_supervisor_killed_takes_its_server_down_cleanly() -> None:
    with scratch_folder() as folder:
        pid = killed_supervisor(folder, "leaves")
        assert wait_until(lambda: not is_alive(pid), 30)
        with instance(folder) as server:
            assert "database system was shut down" in server.log_path.read_text()
            assert "not properly shut down" not in server.log_path.read_text()


@pytest.mark.crash
def test_postmaster_left_by_a_killed_supervisor_is_replaced() -> None:
    with scratch_folder() as folder:
        pid = killed_supervisor(folder, "stays")
        assert is_alive(pid)
        with instance(folder) as server:
            assert server.postmaster_pid not in (None, pid)
            assert not is_alive(pid)
            assert setting(server.dsn(), "fsync") == "on"


@pytest.mark.crash
def test_supervisor_and_postmaster_killed_together_leave_nothing_in_the_way() -> None:
    with scratch_folder() as folder:
        pid = killed_supervisor(folder, "stays")
        os.kill(pid, signal.SIGKILL)
        with instance(folder) as server:
            assert setting(server.dsn(), "fsync") == "on"
            cluster = server.cluster
        assert wait_until(lambda: not processes_of(cluster), 10)


def test_stale_pid_file_naming_a_live_stranger_does_not_stop_the_start() -> None:
    with scratch_folder() as folder:
        with instance(folder, unsafe_fast=True) as server:
            pid_file = server.cluster / "postmaster.pid"
            lines = pid_file.read_text().splitlines()
        # A reboot or a new container gives the same number to another process: this very one.
        pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
        with instance(folder, unsafe_fast=True) as server:
            assert server.is_ready()


def test_second_starter_is_refused_and_may_attach(durable_postgres: EmbeddedPostgres) -> None:
    other = EmbeddedPostgres(durable_postgres.data_dir, bin_dir=test_bin_dir())
    with pytest.raises(AlreadyRunning):
        other.start()
    with other.attach_or_start():
        assert setting(other.dsn(), "fsync") == "on"
    assert durable_postgres.is_ready()


def test_durable_start_of_a_throw_away_cluster_is_refused() -> None:
    with scratch_folder() as folder:
        instance(folder, unsafe_fast=True).start().stop()
        with pytest.raises(PostgresUnavailable, match="throw-away"):
            instance(folder).start()
        with instance(folder, unsafe_fast=True) as server:
            assert setting(server.dsn(), "fsync") == "off"


def test_folder_too_deep_for_a_socket_still_works() -> None:
    with scratch_folder() as folder:
        server = instance(folder / ("d" * 100), unsafe_fast=True)
        with server:
            socket_dir = Path(setting(server.dsn(), "unix_socket_directories"))
            assert len(os.fsencode(socket_dir / ".s.PGSQL.65535")) <= 107
            assert mode(socket_dir) == 0o700
        server.destroy()
        assert not socket_dir.exists()


def test_tcp_when_asked_listens_on_loopback_with_a_password() -> None:
    with scratch_folder() as folder, instance(folder, unsafe_fast=True, tcp_port=0) as server:
        assert setting(server.dsn(tcp=True), "listen_addresses") == "127.0.0.1"
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.dsn(tcp=True), password="guess")


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser has to become somebody else")
@pytest.mark.parametrize("identity", [Identity.NAMESPACE, Identity.NOBODY])
def test_superuser_starts_a_server_that_is_not_root(identity: Identity) -> None:
    with scratch_folder() as folder, instance(folder, unsafe_fast=True, identity=identity) as server:
        pid = server.postmaster_pid
        assert pid is not None
        outside = os.stat(f"/proc/{pid}").st_uid
        capabilities = next(
            line.split()[1]
            for line in Path(f"/proc/{pid}/status").read_text().splitlines()
            if line.startswith("CapEff")
        )
        assert int(capabilities, 16) == 0
        assert (outside == 0) is (identity is Identity.NAMESPACE)


def test_fresh_database_is_copied_with_roles_and_mark(fresh: FreshDatabase) -> None:
    with closing(psycopg.connect(fresh.console)) as connection:
        row = connection.execute(
            "SELECT current_user, current_database(), to_regnamespace('beffroi_scratch') IS NOT NULL"
        ).fetchone()
    assert row == ("beffroi_console", fresh.name, True)


def test_two_fresh_databases_share_nothing(postgres: EmbeddedPostgres) -> None:
    with fresh_database(postgres) as first, fresh_database(postgres) as second:
        with closing(psycopg.connect(first.owner, autocommit=True)) as connection:
            connection.execute("CREATE TABLE console.mine (i int)")
        other = closing(psycopg.connect(second.owner))
        with other as connection, pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT * FROM console.mine")


@pytest.mark.crash
def test_machine_that_stops_keeps_what_was_committed_and_nothing_else(durable_postgres: EmbeddedPostgres) -> None:
    with (
        closing(psycopg.connect(durable_postgres.dsn(), autocommit=True)) as committed,
        closing(psycopg.connect(durable_postgres.dsn())) as open_transaction,
    ):
        committed.execute("CREATE TABLE kept AS SELECT 1 AS one")
        open_transaction.execute("INSERT INTO kept VALUES (2)")
        durable_postgres.kill(whole=True)
        assert wait_until(lambda: not processes_of(durable_postgres.cluster), 10)
    durable_postgres.start()
    with closing(psycopg.connect(durable_postgres.dsn())) as connection:
        assert connection.execute("SELECT one FROM kept").fetchall() == [(1,)]
