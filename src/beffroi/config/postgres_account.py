"""As whom PostgreSQL runs.

PostgreSQL refuses to run with the effective user id 0. An ordinary user runs it directly. The superuser
gives it, in order of preference, a user namespace in which the superuser is mapped to ``nobody`` (the
files keep their owner and nothing has to be copied), or the account ``nobody`` itself.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from typing import IO

NOBODY_ID = 65534


class Identity(Enum):
    """As whom the server runs."""

    SELF = "self"
    """The user who starts it."""
    NAMESPACE = "namespace"
    """The superuser, seen as ``nobody`` inside a user namespace of its own."""
    NOBODY = "nobody"
    """The account ``nobody``, from a copy of the programs that it can read."""


@cache
def available_identity() -> Identity:
    """Tell as whom the server can run here; a user namespace is tried for real, as containers forbid it."""
    if os.geteuid() != 0:
        return Identity.SELF
    if shutil.which("unshare"):
        trial = subprocess.run(
            [*_namespace_prefix(), "id", "-u"],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if trial.returncode == 0 and trial.stdout.strip() == str(NOBODY_ID):
            return Identity.NAMESPACE
    return Identity.NOBODY


def _namespace_prefix() -> list[str]:
    return ["unshare", "--user", f"--map-user={NOBODY_ID}", f"--map-group={NOBODY_ID}", "--"]


def nobody() -> tuple[int, int]:
    """Return the ids of the account ``nobody`` and its group, the customary ones where it has no entry."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return NOBODY_ID, NOBODY_ID
    return entry.pw_uid, entry.pw_gid


class Account:
    """Runs programs under one `identity`, with a clean environment, in no particular folder."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self._prefix = _namespace_prefix() if identity is Identity.NAMESPACE else []
        self._dropped = nobody() if identity is Identity.NOBODY else None

    @property
    def user_id(self) -> int:
        """Owner of the files that the programs write, seen from outside."""
        return self._dropped[0] if self._dropped else os.geteuid()

    def give(self, path: Path) -> None:
        """Make the account the owner of `path`."""
        if self._dropped:
            os.chown(path, *self._dropped)

    def run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a program to its end and return its status and both outputs."""
        process = self._spawn(words, subprocess.PIPE, None)
        output, errors = process.communicate()
        return subprocess.CompletedProcess(
            list(words), process.returncode, output.decode(errors="replace"), errors.decode(errors="replace")
        )

    def start(self, words: Sequence[str], log: IO[bytes], *, stays_behind: bool) -> subprocess.Popen[bytes]:
        """Start a program that writes both outputs to `log`; the process returned is the program itself.

        Unless it `stays_behind`, the program is asked to shut down when its starter dies. That request
        follows the starting *thread*, so it is made from the main one only, which lives as long as the
        process.
        """
        in_main_thread = threading.current_thread() is threading.main_thread()
        return self._spawn(words, log, dies_with_starter if in_main_thread and not stays_behind else None)

    def _spawn(
        self, words: Sequence[str], output: IO[bytes] | int, before: Callable[[], None] | None
    ) -> subprocess.Popen[bytes]:
        user, group = self._dropped or (None, None)
        return subprocess.Popen(
            [*self._prefix, *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=_clean_environment(),
            # A Ctrl-C on the terminal is for the supervisor, which then stops the server in order.
            start_new_session=True,
            preexec_fn=before,  # noqa: PLW1509 - one system call, no Python lock taken
            umask=0o077,
            user=user,
            group=group,
            extra_groups=[] if self._dropped else None,
        )


_libc = ctypes.CDLL(None)


def dies_with_starter() -> None:
    """Ask Linux to send this process a fast-shutdown request (SIGINT) when the thread that started it ends.

    Runs between fork and exec; prctl(2), PR_SET_PDEATHSIG = 1. Elsewhere than on Linux it does nothing.
    """
    prctl = getattr(_libc, "prctl", None)
    if prctl is not None:
        prctl(1, int(signal.SIGINT), 0, 0, 0)


def _clean_environment() -> dict[str, str]:
    """Return an environment without the PG* variables that would redirect the programs."""
    kept = ("PATH", "TMPDIR", "HOME", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
