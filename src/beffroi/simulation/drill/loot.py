"""Everything that leaves with a stolen server, but the keys: dump, data files, write-ahead log, other files, logs."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg

from beffroi.simulation.drill.scratch import Scratch, ScratchDatabase
from beffroi.simulation.drill.searching import Item

LARGEST_FILE = 1 << 30


def dump(scratch: Scratch, database: ScratchDatabase) -> Item:
    """The whole database as text: every schema, every row, read as its administrator."""
    done = subprocess.run(
        [str(scratch.programs / "pg_dump"), "--format=plain", "--no-password", f"--dbname={database.admin}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"pg_dump failed: {done.stderr.decode(errors='replace')[-500:]}")
    return Item("dump of every schema", done.stdout, text=True)


def everything(scratch: Scratch, database: ScratchDatabase) -> Iterator[Item]:
    """The dump, then every file of the server and of the installation; key files alone stay out of reach."""
    yield dump(scratch, database)
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute("CHECKPOINT")  # so that the data files hold what the log holds
    yield from files(scratch.cluster, "server")
    yield from files(
        scratch.folder,
        "installation",
        leave=(scratch.folder / "keys", scratch.folder / "console" / "keys", scratch.cluster),
    )


def files(folder: Path, label: str, leave: tuple[Path, ...] = ()) -> Iterator[Item]:
    """Every plain file below a folder; logs and other texts are told apart by their suffix."""
    for path in sorted(folder.rglob("*")):
        if any(kept in path.parents for kept in leave) or path.is_symlink() or not path.is_file():
            continue
        try:
            if path.stat().st_size > LARGEST_FILE:
                raise RuntimeError(f"{path.name} is too large to be searched")
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # a temporary file of the living server
        text = path.suffix in {".log", ".csv", ".txt", ".json", ".toml", ".env", ".conf", ".html", ".eml"}
        yield Item(f"{label}: {path.relative_to(folder)}", content, text)
