"""``beffroi worker`` and ``beffroi sweep``: what is done without anybody asking, and what would be."""

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.mailing import mailing_of
from beffroi.config.open_database import open_database
from beffroi.config.settings import load
from beffroi.config.wall import refuse_guard_within_reach

if TYPE_CHECKING:
    from beffroi.guard.settings import GuardSettings
    from beffroi.guard.sweeping.sweep import Planned


@click.command()
@click.option("--once", is_flag=True, help="Do everything once and end: for cron and for tests.")
def worker(once: bool) -> None:
    """Seal the journal, sweep accounts, run reviews, put past days away and send mails until a signal."""
    said = load(roles=(GUARD,))
    refuse_guard_within_reach(said)
    settings, period, mailing = wiring.guard_settings(said), wiring.sweep_seconds(said), mailing_of(said)
    journal = wiring.journal_settings(said)
    from beffroi.guard import background, logs

    tasks = background.tasks(period, mailing, journal, wiring.cold_place(said))
    if not once:
        background.run(settings, tasks, wiring.heartbeat_file(said))
        return
    logs.configure()
    with open_database(said):
        done = asyncio.run(background.once(settings, tasks))
    for name, counts in done.items():
        click.echo(f"{name}: {_in_words(counts)}")


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, account by account, and change nothing.")
def sweep(dry_run: bool) -> None:
    """Warn and suspend idle and lapsed accounts now, administrators first."""
    said = load(roles=(GUARD,))
    with open_database(said):
        settings = wiring.guard_settings(said)
        if dry_run:
            _show(asyncio.run(_planned(settings)))
            return
        from beffroi.guard import background

        done = asyncio.run(background.once(settings, background.tasks(wiring.sweep_seconds(said))))
    click.echo(_in_words(done["sweep"]))


async def _planned(settings: "GuardSettings") -> "list[Planned]":
    from beffroi.guard import background
    from beffroi.guard.sweeping.sweep import plan

    opened = await background.opened(settings)
    try:
        policy = await opened.policy()
        async with opened.pool.acquire() as conn:
            return await plan(conn, opened.keys, policy)
    finally:
        await background.closed(opened)


def _show(planned: "list[Planned]") -> None:
    counts: Counter[str] = Counter()
    for account, dues in planned:
        for due in dues:
            counts[f"{due.step.value} {due.reason.value}"] += 1
            held = f" habilitation {due.habilitation}" if due.habilitation else ""
            click.echo(f"{due.step.value} {due.reason.value} account {account}{held} since {due.since:%Y-%m-%d}")
    click.echo(f"Nothing was changed. {_in_words(counts)}")


def _in_words(counts: "Counter[str]") -> str:
    return ", ".join(f"{name} {times}" for name, times in sorted(counts.items())) or "nothing to do"
