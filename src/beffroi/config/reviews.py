"""``beffroi reviews``: what the worker does for campaigns, once, from this host."""

import asyncio
from typing import TYPE_CHECKING

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.settings import load

if TYPE_CHECKING:
    from beffroi.guard.settings import GuardSettings


@click.group()
def reviews() -> None:
    """Open the campaigns that are due, remind, and end those whose deadline has passed."""


@reviews.command("open")
@click.option("--organisation", metavar="CODE", help="Open this organisation's campaign now, before its day.")
def open_(organisation: str | None) -> None:
    """Open campaigns: those whose day has come, or one organisation's now."""
    click.echo(_done("open", organisation))


@reviews.command()
@click.option("--organisation", metavar="CODE", help="Of this organisation alone.")
def sweep(organisation: str | None) -> None:
    """Give reminders; suspend what nobody kept by its deadline, and close."""
    click.echo(_done("sweep", organisation))


def _done(what: str, organisation: str | None) -> str:
    settings = load(roles=(GUARD,))
    with open_database(settings):
        return asyncio.run(_do(wiring.guard_settings(settings), what, organisation))


async def _do(given: "GuardSettings", what: str, code: str | None) -> str:
    import asyncpg

    from beffroi.core.ids import OrganisationId
    from beffroi.guard import key_check, keys, stamped
    from beffroi.guard.process import active_policy, read_policy
    from beffroi.guard.reviewing import closing, opening

    held = keys.load(given.key_file)
    fallback = read_policy(given.policy_file.read_text("utf-8"), given.policy_file.name)
    conn = await asyncpg.connect(given.database)
    try:
        await key_check.verify(conn, held)
        policy, now = await active_policy(conn, held, fallback), await stamped.instant(conn)
        place = (
            None if code is None else await conn.fetchval("SELECT id FROM guard.organisation WHERE code = $1", code)
        )
        if code is not None and place is None:
            raise click.UsageError(f"No organisation has the code {code}.")
        if what == "sweep":
            counts = await closing.sweep(conn, held, policy, now, None if place is None else str(place))
            return ", ".join(f"{name}: {count}" for name, count in sorted(counts.items())) or "Nothing was due."
        if place is None:
            return f"Opened: {await opening.open_due(conn, held, policy, now)}."
        return f"Opened: {await opening.open_now(conn, held, policy, now, OrganisationId(str(place)))}."
    finally:
        await conn.close()
