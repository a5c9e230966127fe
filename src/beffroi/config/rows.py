"""``beffroi rows``: which rows are not what the journal says, and setting them right in the strict direction."""

import asyncio
from typing import TYPE_CHECKING

import click

from beffroi.config import wiring
from beffroi.config.contain import with_guard
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.settings import load

if TYPE_CHECKING:
    from beffroi.guard.duties import Work
    from beffroi.guard.folding.looking import Found


@click.command()
@click.option("--set-right", is_flag=True, help="Suspend, revoke, end, close or contain again whatever was put back.")
def rows(set_right: bool) -> None:
    """Compare every row with the journal, and list those that were put back, taken away or forged; 1 when there are.

    A guard that runs does so by itself, but leaves more than 20 rows at once for you to look at first. Setting right
    only ever takes away. To give back takes two people, on the guard's page.
    """
    settings = load(roles=(GUARD,))
    with open_database(settings):
        lines = asyncio.run(with_guard(wiring.guard_settings(settings), _set_right if set_right else _list))
    click.echo(lines or "Every row is what the journal says.")
    raise SystemExit(1 if lines else 0)


async def _list(work: "Work") -> str:
    from beffroi.guard.folding.watching import Watch

    return _said(await Watch(work.keys, lambda: work.policy).everything(work.conn))


async def _set_right(work: "Work") -> str:
    from beffroi.guard.folding.watching import Watch

    watch = Watch(work.keys, lambda: work.policy, most=None)
    found = await watch.everything(work.conn)
    await watch.answer(work.conn, found)
    left = await Watch(work.keys, lambda: work.policy).everything(work.conn)
    return _said(left)


def _said(found: "Found") -> str:
    return "\n".join(f"{each.table} {each.id} {each.kind}" for each in found.divergences)
