"""``beffroi mail``: whether mails leave, tried and counted from the guard's host."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import click

from beffroi.config.database import GUARD
from beffroi.config.mailing import mailing_of
from beffroi.config.open_database import open_database
from beffroi.config.settings import load

if TYPE_CHECKING:
    from beffroi.guard.notifying.settings import Mailing


@click.group()
def mail() -> None:
    """Mails that tell people what happened."""


@mail.command()
@click.option("--to", required=True, help="An address that you read.")
def test(to: str) -> None:
    """Send one mail to an address, now, by the settings of the worker."""
    click.echo(asyncio.run(_tried(mailing_of(load(roles=(GUARD,))), to)))


@mail.command()
def status() -> None:
    """What waits, what was sent and what failed: counts and codes, never who."""
    from beffroi.guard.notifying import counting

    async def show(conn: Any) -> str:
        counts = await counting.counts(conn)
        lines = [f"{name} {value:.0f}" for name, value in counts.items()]
        lines += [
            f"not sent: {each.times} {each.template} ({each.failure}), last {each.last_at:%Y-%m-%d %H:%M} UTC"
            for each in await counting.failed(conn)
        ]
        return "\n".join(lines)

    click.echo(_with_database(show))


@mail.command()
@click.option("--days", default=2, show_default=True, type=click.IntRange(1, 30), help="Those that failed since.")
def again(days: int) -> None:
    """Let mails that the server refused be sent again, once what was wrong is put right."""
    from beffroi.guard.notifying import counting

    async def restart(conn: Any) -> str:
        return f"{await counting.again(conn, days)} will be sent again."

    click.echo(_with_database(restart))


async def _tried(mailing: "Mailing", to: str) -> str:
    from datetime import UTC, datetime
    from uuid import uuid4

    from beffroi.guard.notifying import posting, writing

    identifier, post = str(uuid4()), posting.post_of(mailing)
    said = writing.trial(mailing.console_url)
    document = writing.document(said, to=to, sender=mailing.sender, identifier=identifier, at=datetime.now(UTC))
    try:
        outcome = await post.deliver(to, document, identifier)
    finally:
        await post.close()
    if outcome.fate is not posting.Fate.SENT:
        raise posting.Unreachable(outcome.code or outcome.fate.value)
    return "Taken by the mail server: look whether it arrives, and that it is not classed as unwanted."


def _with_database(work: Callable[[Any], Awaitable[str]]) -> str:
    settings = load(roles=(GUARD,))
    with open_database(settings):
        return asyncio.run(_work(settings.database(GUARD), work))


async def _work(dsn: str, work: Callable[[Any], Awaitable[str]]) -> str:
    import asyncpg

    conn = await asyncpg.connect(dsn)
    try:
        return await work(conn)
    finally:
        await conn.close()
