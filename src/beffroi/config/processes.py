"""The supervisor: starts processes in order, waits until each answers, and stops the whole when one ends.

Nothing is restarted silently. A process that ends takes the others down, with the last lines of its log.
"""

import ctypes
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Self

from beffroi.config.secret_files import private_opener

POLL_SECONDS = 0.1
LARGEST_KEPT_LOG = 20_000_000
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartRefused(RuntimeError):
    """The whole cannot start; the message says which process failed and how, or which port is taken."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process: what to run, where it answers (any HTTP status under 500 counts), what it is told besides.

    A process without a port says that it lives by a file: ``health`` is then its path, absent until it does.
    """

    name: str
    words: Sequence[str]
    health: str | Path
    port: int | None
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)


class Supervisor:
    """Runs `services` in order, their output below `logs`, until a stop signal comes or one of them ends.

    `watch` is asked at each turn for the sentence of something else that ended (the database), None while
    all is well.
    """

    def __init__(
        self, services: Sequence[Service], logs: Path, *, watch: Callable[[], str | None] = lambda: None
    ) -> None:
        self._services = tuple(services)
        self._logs = logs
        self._watch = watch
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stop_asked = False
        self._previous: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        for number in STOP_SIGNALS:
            self._previous[number] = signal.signal(number, self._ask_to_stop)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_asked = True

    @property
    def stop_asked(self) -> bool:
        """Whether a stop signal came."""
        return self._stop_asked

    def start(self, *, seconds: float = 60.0) -> None:
        """Start every service and wait until each answers; give up at once on a stop signal.

        Raises StartRefused when a port is taken, a process ends, or one does not answer within `seconds`.
        """
        for service in self._services:
            _refuse_taken_port(service)
        self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        for service in self._services:
            if self._stop_asked:
                return
            self._running[service.name] = self._spawn(service)
            self._wait_until_healthy(service, seconds)

    def wait(self) -> str | None:
        """Block until a stop signal (None) or until something ended (a sentence, with its last words)."""
        while not self._stop_asked:
            ended = self._ended()
            if ended is not None:
                return ended
            time.sleep(POLL_SECONDS)
        return None

    def stop(self, *, seconds: float = 15.0) -> None:
        """Stop the services in the reverse order of their start, by SIGTERM and then, too late, by SIGKILL."""
        for name in reversed(list(self._running)):
            process = self._running.pop(name)
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        if isinstance(service.health, Path):
            service.health.unlink(missing_ok=True)
        log_path = self.log_path(service.name)
        if log_path.exists() and log_path.stat().st_size > LARGEST_KEPT_LOG:
            log_path.replace(log_path.with_suffix(".log.1"))
        with open(log_path, "ab", opener=private_opener) as log:
            return subprocess.Popen(
                list(service.words),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **service.environ},
                start_new_session=True,
                preexec_fn=_ends_with_supervisor,  # noqa: PLW1509 - one system call, no Python lock taken
            )

    def _wait_until_healthy(self, service: Service, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._stop_asked and not _answers(service.health):
            ended = self._ended()
            if ended is not None:
                raise StartRefused(ended)
            if time.monotonic() > deadline:
                raise StartRefused(
                    f"{service.name} does not answer at {service.health} after {seconds:.0f} s. "
                    f"The end of {self.log_path(service.name)}:\n{self.log_tail(service.name)}"
                )
            time.sleep(POLL_SECONDS)

    def _ended(self) -> str | None:
        for name, process in self._running.items():
            status = process.poll()
            if status is not None:
                how = f"status {status}" if status >= 0 else f"signal {-status}"
                return f"{name} ended ({how}). The end of {self.log_path(name)}:\n{self.log_tail(name)}"
        return self._watch()

    def log_path(self, name: str) -> Path:
        """The log of a service."""
        return self._logs / f"{name}.log"

    def log_tail(self, name: str, lines: int = 20) -> str:
        """The last lines of a service's log."""
        with open(self.log_path(name), "rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 20_000))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


def _refuse_taken_port(service: Service) -> None:
    if service.port is None:
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", service.port))
        except OSError:
            setting = f"BEFFROI_{service.name.upper().replace('-', '_')}_PORT"
            raise StartRefused(
                f"Port {service.port} is taken: stop the other program or choose another port with {setting}."
            ) from None


def _answers(health: str | Path) -> bool:
    if isinstance(health, Path):
        return health.exists()
    try:
        with _DIRECT.open(health, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, ValueError):
        return False


# A proxy set in the environment is for the outside world, not for our own processes; nor are redirects followed.
class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)

_libc = ctypes.CDLL(None)


def _ends_with_supervisor() -> None:
    """Ask Linux for a SIGTERM when the supervisor dies, kill -9 included; prctl(2), PR_SET_PDEATHSIG = 1."""
    with suppress(AttributeError):
        _libc.prctl(1, int(signal.SIGTERM), 0, 0, 0)
