"""An installation on a test's database, whose commands run as processes of their own."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg

from beffroi.guard import keys
from tests.databases import FreshDatabase


class Place:
    """An installation's state folder with keys, and a world made with them."""

    def __init__(self, folder: Path, database: FreshDatabase) -> None:
        self.folder, self.database = folder, database
        self.keys = keys.generate(folder / "keys" / "guard.key")
        keys.generate_journal_key(folder / "keys" / "journal.key")
        self.heartbeat = folder / "worker" / "heartbeat.json"

    def spawn(self, *words: str) -> subprocess.Popen[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("BEFFROI_", "DATABASE_"))}
        told = {
            "BEFFROI_STATE": str(self.folder),
            "BEFFROI_MODE": "demonstration",
            "BEFFROI_GUARD_DATABASE_URL": self.database.guard,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "beffroi", *words],
            env=clean | told,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def entries(self, kind: str = "swept-warned") -> list[str]:
        with closing(psycopg.connect(self.database.guard, autocommit=True)) as conn:
            rows = conn.execute("SELECT account::text FROM guard.journal WHERE kind = %s", [kind]).fetchall()
        return [row[0] for row in rows]
