"""``beffroi leavers``: a personnel file applied from the guard's host, where no manager's screen is at hand."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.settings import load

if TYPE_CHECKING:
    from beffroi.guard.background import Background
    from beffroi.guard.settings import GuardSettings
    from beffroi.guard.sweeping.departures import Applied
    from beffroi.guard.sweeping.personnel_file import PersonnelFile, Problem

WORDS: Final = {
    "too-large": "at most 200,000 characters",
    "too-many-lines": "at most 5,000 lines",
    "columns": "one column `email` and one `last_day`, separated by commas or semicolons",
    "every-column": "as many columns as the header",
    "address": "a professional address",
    "day": "a day, as 2026-12-31 or 31/12/2026",
    "named-once": "an address that no line above names",
    "csv": "valid CSV",
}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", required=True, help="Code of the organisation whose personnel the file lists.")
@click.option("--apply", "apply_", is_flag=True, help="Do it; without this, only say what would be done.")
def leavers(file: Path, organisation: str, apply_: bool) -> None:
    """Read who left and who will from FILE (CSV: professional address, last day).

    Wrong lines are named by number and change nothing; the others are done with --apply.
    """
    from beffroi.guard.sweeping import personnel_file

    with file.open("rb") as content:
        text = content.read(4 * personnel_file.CHARACTERS + 1).decode("utf-8", "replace")
    read = personnel_file.read(text)
    for problem in read.problems:
        click.echo(_in_words(problem), err=True)
    if not read.lines:
        raise click.ClickException("No line of this file can be read.")
    settings = load(roles=(GUARD,))
    with open_database(settings):
        click.echo(asyncio.run(_leavers(wiring.guard_settings(settings), organisation, read, apply_)))
    raise SystemExit(1 if read.problems else 0)


def _in_words(problem: "Problem") -> str:
    return f"line {problem.line}, {problem.field}: expected {WORDS[problem.expected]}"


async def _leavers(settings: "GuardSettings", code: str, read: "PersonnelFile", apply_: bool) -> str:
    from beffroi.guard import background

    opened = await background.opened(settings)
    try:
        return await _done(opened, code, read, apply_)
    finally:
        await background.closed(opened)


async def _done(opened: "Background", code: str, read: "PersonnelFile", apply_: bool) -> str:
    from beffroi.core.ids import OrganisationId
    from beffroi.guard import stamped, turnstile
    from beffroi.guard.duties import Work
    from beffroi.guard.sweeping import departures

    policy = await opened.policy()
    async with opened.pool.acquire() as conn:
        id_ = await conn.fetchval("SELECT id FROM guard.organisation WHERE code = $1", code)
        if id_ is None:
            raise click.ClickException("There is no organisation of this code.")
        organisation = OrganisationId(str(id_))
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            work = Work(conn, opened.keys, policy, await stamped.instant(conn))
            plan = await departures.plan(work, organisation, read.lines)
        said = f"{len(plan.now)} leave at once, {len(plan.later)} at the end of their last day"
        said += f"; {plan.unknown} addresses belong to nobody of this organisation"
        if not apply_:
            return f"Nothing was changed: {said}."
        done: list[Applied] = []
        while not done or done[-1].remaining:
            async with conn.transaction():
                await turnstile.take(conn)
                work = Work(conn, opened.keys, policy, await stamped.instant(conn))
                done.append(await departures.apply(work, organisation, read.lines, by=None))
    left, waiting, shortened = (sum(each[place] for each in done) for place in range(3))
    return (
        f"{left} left, {waiting} wait for a person, {shortened} end with their last day;"
        f" {plan.unknown} addresses belong to nobody of this organisation."
    )
