"""``beffroi journal export`` and ``beffroi journal retire``: past days into files, old months out of PostgreSQL."""

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD, OWNER
from beffroi.config.open_database import open_database
from beffroi.config.settings import Settings, load

if TYPE_CHECKING:
    from beffroi.guard.retention.catalogue import ColdFile


@click.command()
def export() -> None:
    """Write every day that is over and sealed, and every month that is over; what was begun is taken up again.

    The worker does it every hour. Files go to BEFFROI_COLD_FOLDER; each one's digest is an entry of the journal.
    """
    settings = load(roles=(GUARD,))
    with open_database(settings):
        done = asyncio.run(_export(settings))
    click.echo(", ".join(f"{name} {count}" for name, count in sorted(done.items())) or "nothing to do")


async def _export(settings: Settings) -> Counter[str]:
    import asyncpg

    from beffroi.guard import key_check, keys
    from beffroi.guard.retention import exporting

    def told(file: "ColdFile") -> None:
        click.echo(f"{file.name}: {file.rows} entries, {file.size} bytes", err=True)

    given = wiring.guard_settings(settings)
    held = keys.load(given.key_file)
    conn = await asyncpg.connect(given.database)
    try:
        await key_check.verify(conn, held)
        sealed_until = await exporting.sealed_until(conn, held)
        return await exporting.export(conn, held, wiring.cold_place(settings), sealed_until, progress=told)
    finally:
        await conn.close()


@click.command()
def retire() -> None:
    """Take months past BEFFROI_HOT_MONTHS out of PostgreSQL, once their file is compared with them row by row.

    Run it as the operator who migrates: the guard's own role can take nothing away.
    """
    settings = load(roles=(OWNER, GUARD))
    with open_database(settings):
        gone = asyncio.run(_retire(settings))
    click.echo(f"Taken out of PostgreSQL: {', '.join(gone)}." if gone else "No month is old enough.")


async def _retire(settings: Settings) -> list[str]:
    import asyncpg

    from beffroi.guard import key_check, keys
    from beffroi.guard.retention import ending

    held = keys.load(wiring.key_file(settings))
    conn = await asyncpg.connect(settings.database(OWNER))
    try:
        await key_check.verify(conn, held)
        return await ending.retire(
            conn, held, wiring.cold_folder(settings), wiring.hot_months(settings),
            progress=lambda said: click.echo(said, err=True),
        )  # fmt: skip
    finally:
        await conn.close()
