"""What happens to a file is a row and an entry of the journal, in one transaction."""

import json
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.retention.catalogue import OPENINGS, ColdFile, ColdRefused, read
from beffroi.guard.retention.layouts import OPENINGS_ONLY, Layout
from beffroi.guard.retention.writing import Written

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys


async def written(
    conn: "asyncpg.Connection",
    keys: "Keys",
    name: str,
    layout: Layout,
    span: tuple[datetime, datetime],
    what: Written,
) -> ColdFile:
    """Record a file that is in its place. Raises ColdRefused when another live one has its name."""
    async with conn.transaction():
        await turnstile.take(conn)
        if await conn.fetchval("SELECT 1 FROM guard.cold_file WHERE name = $1 AND ended_at IS NULL", name):
            raise ColdRefused(f"{name} was recorded meanwhile by another export.")
        now = await stamped.instant(conn)
        row = await stamped.insert(
            conn, keys, "cold_file",
            {
                "id": str(uuid4()), "name": name, "layout": layout.value, "from_at": span[0], "until_at": span[1],
                "rows": what.rows, "first_entry": what.first, "last_entry": what.last, "size": what.size,
                "sha256": what.sha256, "kinds": OPENINGS if layout in OPENINGS_ONLY else "", "written_at": now,
                "ended_at": None, "version": 1,
            },
        )  # fmt: skip
        file = read(row)
        await append(conn, [Entry(now, "cold-written", detail=_detail(file))])
    return file


async def ended(conn: "asyncpg.Connection", keys: "Keys", file: ColdFile, why: str) -> None:
    """Record that a file is about to be deleted: ``merged`` or ``expired``. Raises Forged."""
    async with conn.transaction():
        await turnstile.take(conn)
        now = await stamped.instant(conn)
        row = await conn.fetchrow("SELECT * FROM guard.cold_file WHERE id = $1 FOR UPDATE", file.id)
        assert row is not None, "rows of files are never deleted"
        await stamped.amend(conn, keys, "cold_file", row, ended_at=now)
        await append(conn, [Entry(now, "cold-ended", explanation=why, detail=_detail(file))])


def _detail(file: ColdFile) -> str:
    said = {
        "file": file.name, "sha256": file.sha256.hex(), "rows": file.rows, "first": file.first_entry,
        "last": file.last_entry, "from": file.from_at.isoformat(), "until": file.until_at.isoformat(),
    }  # fmt: skip
    return json.dumps(said, sort_keys=True, separators=(",", ":"))
