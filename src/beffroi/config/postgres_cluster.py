"""The files of one PostgreSQL data directory: made by initdb, configured at every start."""

import shutil
import tempfile
from pathlib import Path

from beffroi.config import postgres_configuration as configuration
from beffroi.config.postgres_account import Account
from beffroi.config.postgres_binaries import PostgresUnavailable, Programs

SUPERUSER = "postgres"
UNSAFE_MARK = "unsafe_fast"
"""File inside a cluster whose durability was given up at its creation."""


def create(cluster: Path, programs: Programs, account: Account, *, password: str, unsafe_fast: bool) -> None:
    """Run initdb into a folder that is renamed at the very end: a start cut short leaves no half cluster.

    Raises PostgresUnavailable with the words of initdb when it fails.
    """
    partial = cluster.with_name("cluster.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(cluster, ignore_errors=True)
    partial.mkdir(mode=0o700)
    account.give(partial)
    # A provider of its own since PostgreSQL 17; before, the C library's. Both sort by code point.
    provider = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if programs.major >= 17 else ()
    with tempfile.NamedTemporaryFile("w", dir=cluster.parent, prefix="initdb-") as handed:
        handed.write(password)
        handed.flush()
        account.give(Path(handed.name))
        done = account.run(
            [
                *(programs.path("initdb"), "--pgdata", str(partial), "--username", SUPERUSER),
                *("--pwfile", handed.name, "--auth", "scram-sha-256", "--encoding", "UTF8"),
                *("--locale", "C.UTF-8", *provider, "--data-checksums"),
                *(("--no-sync",) if unsafe_fast else ()),
            ]
        )
    if done.returncode:
        raise PostgresUnavailable(f"initdb failed in {cluster.parent}: {(done.stderr or done.stdout).strip()}")
    with open(partial / "postgresql.conf", "a") as file:
        file.write(f"\ninclude '{configuration.INCLUDED}'\n")
    (partial / "pg_hba.conf").write_text(configuration.HOST_BASED_AUTHENTICATION)
    _write(partial / configuration.INCLUDED, "", account)
    if unsafe_fast:
        (partial / UNSAFE_MARK).touch()
    partial.rename(cluster)


def refuse_mismatch(cluster: Path, programs: Programs, *, unsafe_fast: bool) -> None:
    """Refuse a cluster made by another major version, or with the other choice of durability.

    Raises PostgresUnavailable, saying what to do.
    """
    major = (cluster / "PG_VERSION").read_text().strip()
    if major != str(programs.major):
        raise PostgresUnavailable(
            f"{cluster} was made by PostgreSQL {major}, the programs are version {programs.major}: "
            "dump it with the old version and restore it with the new one, or remove it."
        )
    if (cluster / UNSAFE_MARK).exists() != unsafe_fast:
        found = "durable" if unsafe_fast else "a throw-away without durability"
        raise PostgresUnavailable(f"{cluster} is {found}, and this never changes: choose another folder.")


def configure(cluster: Path, values: dict[str, str], account: Account) -> None:
    """Write the settings that the next start reads, all of them or none."""
    _write(cluster / configuration.INCLUDED, configuration.render(values), account)


def has_lz4(cluster: Path, programs: Programs, account: Account) -> bool:
    """Ask the programs whether lz4 was compiled in; nothing else tells for certain."""
    question = ("-D", str(cluster), "-c", "wal_compression=lz4", "-C", "wal_compression")
    return account.run([programs.path("postgres"), *question]).returncode == 0


def _write(path: Path, content: str, account: Account) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(content)
    partial.chmod(0o600)
    account.give(partial)
    partial.replace(path)
