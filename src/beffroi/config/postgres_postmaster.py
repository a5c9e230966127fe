"""The processes of one PostgreSQL data directory: who is alive, who is left over, and how to end them.

Sources: PostgreSQL documentation, "Shutting Down the Server" (SIGTERM, SIGINT, SIGQUIT) and
``src/include/utils/pidfile.h`` (lines of ``postmaster.pid``).
"""

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class PidFile:
    """What a postmaster says of itself in its data directory."""

    pid: int
    port: int
    socket_dir: str
    ready: bool


def read_pid_file(cluster: Path) -> PidFile | None:
    """Return the content of ``postmaster.pid``, or None when it is absent or not completely written yet."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return PidFile(pid=int(lines[0]), port=int(lines[3]), socket_dir=lines[4], ready=lines[7].strip() == "ready")
    except (OSError, ValueError, IndexError):
        return None


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and waits to be reaped by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError, IndexError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX"
    return True


def processes_of(cluster: Path) -> frozenset[int]:
    """Return the live processes whose working directory is the data directory: a postmaster and its children.

    PostgreSQL enters its data directory at start and stays there. Without /proc, the pid file alone is asked.
    """
    try:
        identity = cluster.stat()
    except FileNotFoundError:
        return frozenset()
    if not Path("/proc/self/cwd").exists():
        written = read_pid_file(cluster)
        return frozenset({written.pid}) if written and is_alive(written.pid) else frozenset()
    found = set()
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                there = os.stat(f"/proc/{entry.name}/cwd")
                if (there.st_dev, there.st_ino) == (identity.st_dev, identity.st_ino):
                    found.add(int(entry.name))
    found.discard(os.getpid())
    return frozenset(pid for pid in found if is_alive(pid))


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until `condition` holds; return whether it did before the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def end_leftovers(cluster: Path, *, seconds: float) -> None:
    """End what an earlier, killed supervisor or postmaster left running, then drop its stale pid file.

    The caller holds the instance's lock, so nobody else owns these processes. A postmaster is asked for a
    fast shutdown first; children without a postmaster notice its death by themselves and get the time to
    do so. PostgreSQL's own protection (shared memory still attached) stays in force after that.

    Raises TimeoutError when processes survive even SIGKILL.
    """
    written = read_pid_file(cluster)
    living = processes_of(cluster)
    if written and written.pid in living:
        _signal({written.pid}, signal.SIGINT)
    for request, patience in ((None, seconds), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if request is not None:
            _signal(processes_of(cluster), request)
        if wait_until(lambda: not processes_of(cluster), patience):
            break
    else:
        raise TimeoutError(f"Processes of {cluster} do not end: {sorted(processes_of(cluster))}.")
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def kill_all(cluster: Path) -> None:
    """Kill every process of the data directory (SIGKILL)."""
    _signal(processes_of(cluster), signal.SIGKILL)


def _signal(pids: Iterable[int], request: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, request)
