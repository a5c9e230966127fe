"""``beffroi forensics``: who was read by whom, as a file of random ids. Every question is journaled first."""

import asyncio
import getpass
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.settings import Settings, load

if TYPE_CHECKING:
    from beffroi.guard.forensics.engines import Engine
    from beffroi.guard.forensics.questions import Question

PARIS = ZoneInfo("Europe/Paris")
NOT_WHOLE = 3
"""Status of an answer that the days no longer kept are missing from."""


class Instant(click.ParamType[datetime]):
    """A day or an instant: 2026-11-05, 2026-11-05T14:30, or with an offset; Paris time without one."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it, as an aware instant in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail("a day or an instant, such as 2026-11-05 or 2026-11-05T14:30", param, ctx)
        return (at if at.tzinfo else at.replace(tzinfo=PARIS)).astimezone(UTC)


@click.group()
def forensics() -> None:
    """Who was read by whom, over the database and the files of past days as one."""


FROM = click.option("--from", "from_at", type=Instant(), required=True, help="First instant of the window.")
UNTIL = click.option("--until", "until_at", type=Instant(), required=True, help="End of the window, excluded.")
FORMAT = click.option("--format", "form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
OUTPUT = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output for CSV."
)
ENGINE = click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
REMOTE = click.option("--remote", metavar="sc://HOST:PORT", help="Spark Connect server, with --engine spark.")


@forensics.command()
@click.option("--account", "accounts", multiple=True, type=click.UUID, help="An account; may be repeated.")
@click.option("--line", "lines", multiple=True, type=click.UUID, help="An account and all it brought into being.")
@click.option("--organisation", "organisations", multiple=True, type=click.UUID)
@click.option("--application", "applications", multiple=True)
@click.option("--session", "sessions", multiple=True, type=click.UUID)
@FROM
@UNTIL
@FORMAT
@OUTPUT
@ENGINE
@REMOTE
def readers(
    accounts: tuple[object, ...],
    lines: tuple[object, ...],
    organisations: tuple[object, ...],
    applications: tuple[str, ...],
    sessions: tuple[object, ...],
    from_at: datetime,
    until_at: datetime,
    form: str,
    output: Path | None,
    engine: str,
    remote: str | None,
) -> None:
    """Distinct people that these read, the field groups of all their openings together, and how many there were.

    Scopes of one kind add up; name one kind only.
    """
    named = {
        "account": accounts, "line": lines, "organisation": organisations, "application": applications,
        "session": sessions,
    }  # fmt: skip
    given = {kind: tuple(map(str, ids)) for kind, ids in named.items() if ids}
    if len(given) != 1:
        raise click.UsageError("Name one kind of scope: accounts, lines, organisations, applications or sessions.")
    [(kind, ids)] = given.items()
    _run(kind, ids, (from_at, until_at), form, output, engine, remote)


@forensics.command("read-by")
@click.argument("person", type=click.UUID)
@FROM
@UNTIL
@FORMAT
@OUTPUT
@ENGINE
@REMOTE
def read_by(
    person: object,
    from_at: datetime,
    until_at: datetime,
    form: str,
    output: Path | None,
    engine: str,
    remote: str | None,
) -> None:
    """Every opening of PERSON (its random id): when, by whom, which field groups, why."""
    _run("person", (str(person),), (from_at, until_at), form, output, engine, remote)


def _run(
    kind: str,
    ids: tuple[str, ...],
    window: tuple[datetime, datetime],
    form: str,
    output: Path | None,
    engine: str,
    remote: str | None,
) -> None:
    if window[0] >= window[1]:
        raise click.UsageError("--from comes before --until.")
    if (engine == "spark") is not (remote is not None):
        raise click.UsageError("--engine spark and --remote go together.")
    if form == "parquet" and output is None:
        raise click.UsageError("Parquet is written to a file: name it with --output.")
    settings = load(roles=(GUARD,))
    with open_database(settings):
        lost = asyncio.run(_ask(settings, kind, ids, window, form, output, remote))
    if lost is not None:
        click.echo(f"Not whole: what was before {lost.isoformat()} is no longer kept.", err=True)
        sys.exit(NOT_WHOLE)


async def _ask(
    settings: Settings,
    kind: str,
    ids: tuple[str, ...],
    window: tuple[datetime, datetime],
    form: str,
    output: Path | None,
    remote: str | None,
) -> datetime | None:
    """Put the question and write the answer; until when the window is no longer kept."""
    import asyncpg

    from beffroi.guard import key_check, keys, stamped
    from beffroi.guard.duties import Work
    from beffroi.guard.forensics import asking, scopes, writing
    from beffroi.guard.forensics.sources import gather
    from beffroi.guard.process import read_policy
    from beffroi.guard.retention.catalogue import Verified

    held, folder = keys.load(wiring.key_file(settings)), wiring.cold_folder(settings)
    policy = wiring.policy_file(settings)
    conn = await asyncpg.connect(settings.database(GUARD))
    try:
        await key_check.verify(conn, held)
        now = await stamped.instant(conn)
        work = Work(conn, held, read_policy(policy.read_text("utf-8"), policy.name), now)
        question = await scopes.question(work, kind, ids, window)
        chosen = _engine(remote, folder)
        await scopes.journal(conn, question, operator=getpass.getuser())
        sources = await gather(conn, held, question)
    finally:
        await conn.close()
    with ExitStack() as held_open:
        held_open.callback(chosen.close)
        writer = held_open.enter_context(writing.opened(type(question), form, output))
        rows = 0
        for batch in asking.run(chosen, question, sources, folder, Verified()):
            writer.take(batch)
            rows += batch.num_rows
            _progress(rows, question)
    click.echo(f"{rows} {_what(question)}.", err=True)
    return sources.lost_until


def _engine(remote: str | None, folder: Path) -> "Engine":
    if remote is not None:
        from beffroi.guard.forensics.spark import Spark

        return Spark(remote)
    from beffroi.guard.forensics.duck import Duck

    return Duck(folder)


def _progress(rows: int, question: "Question") -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{rows} {_what(question)}…", err=True, nl=False)


def _what(question: "Question") -> str:
    from beffroi.guard.forensics.questions import ReadBy

    return "openings" if isinstance(question, ReadBy) else "people"
