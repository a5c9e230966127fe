"""What the figures were measured on: processors, memory, kernel, the disk's fsync; and CPU time of processes."""

import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

_TICK = os.sysconf("SC_CLK_TCK")


def description() -> dict[str, object]:
    """Machine and date, as committed beside the figures."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "processors": os.cpu_count(),
        "model": model,
        "memory_gib": round(memory, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "python_of_the_system": sys.base_prefix == "/usr",  # compiled with profiles: a third faster
        "date": datetime.now(UTC).date().isoformat(),
    }


def fsync_ms(folder: Path, times: int = 300) -> float:
    """Median of an 8 KiB write made durable (fdatasync, as PostgreSQL's WAL) in ``folder``, in milliseconds."""
    taken = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"\0" * (8192 * times))
        file.flush()
        os.fsync(file.fileno())
        for number in range(times):
            os.pwrite(file.fileno(), b"\1" * 8192, 8192 * number)
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - started)
    return round(1000 * median(taken), 3)


def family(pid: int) -> list[int]:
    """A process and its children, grandchildren excepted: a postmaster and its backends."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of living processes, their dead children included."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15])
    return total / _TICK
