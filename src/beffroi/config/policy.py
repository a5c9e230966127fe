"""``beffroi policy``: what needs no database is the guard's own; ``check`` also looks at who is there."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.settings import load
from beffroi.guard.commands import policy as commands

if TYPE_CHECKING:
    from beffroi.core.policy import Policy
    from beffroi.guard.commands.violations import Checked
    from beffroi.guard.keys import Keys


@click.group()
def policy() -> None:
    """Check, explain and compare policies."""


policy.add_command(commands.explain)
policy.add_command(commands.diff)


@policy.command()
@click.argument("file", type=commands.FILE, required=False)
@click.option("--file-only", is_flag=True, help="Read FILE and nothing else: no database, no key.")
@click.option("--json", "as_json", is_flag=True, help="Say what was found as one JSON document.")
def check(file: Path | None, file_only: bool, as_json: bool) -> None:
    """Say whether FILE is a valid policy, and who does not fit it now; without FILE, the policy in force.

    Lists accounts whose duties clash, roles the policy does not have or not there, attestations and reviews that
    ended, organisations whose contract ended with habilitations in force, rows that are not genuine.
    """
    if file_only and (file is None or as_json):
        raise click.UsageError("--file-only takes a FILE and finds nobody: leave out --json.")
    named = None if file is None else commands.read(file)
    if file is not None and named is not None and not as_json:
        for line in commands.validity(file, named):
            click.echo(line)
    if file_only:
        return
    checked = _checked(named)
    _say(checked, as_json=as_json)
    if checked.found:
        raise SystemExit(1)


def _say(checked: "Checked", *, as_json: bool) -> None:
    from beffroi.guard.commands import violations

    if as_json:
        click.echo(violations.in_json(checked))
        return
    click.echo(f"policy {checked.policy.version}")
    for line in violations.in_lines(checked):
        click.echo(line)


def _checked(named: "Policy | None") -> "Checked":
    from beffroi.guard import keys
    from beffroi.guard.process import read_policy

    settings = load(roles=(GUARD,))
    held = keys.load(wiring.key_file(settings))  # before a database is started for an installation that is not there
    fallback = named
    if fallback is None:
        applied = wiring.policy_file(settings)
        fallback = read_policy(applied.read_text("utf-8"), applied.name)
    with open_database(settings):
        return asyncio.run(look(settings.database(GUARD), held, named, fallback))


async def look(dsn: str, held: "Keys", named: "Policy | None", fallback: "Policy") -> "Checked":
    """Hold the population of a database to ``named``, or to the policy in force there, else to ``fallback``.

    Raises KeysRefused, MigrationRefused, PolicyRefused.
    """
    import asyncpg

    from beffroi.guard import key_check, migrations
    from beffroi.guard.commands import violations
    from beffroi.guard.process import active_policy

    conn = await asyncpg.connect(dsn)
    try:
        missing = await migrations.waiting(conn)
        if missing:
            raise migrations.MigrationRefused(f"The schema lacks {', '.join(missing)}: run `beffroi migrate`.")
        await key_check.verify(conn, held)
        return await violations.check(conn, held, named or await active_policy(conn, held, fallback))
    finally:
        await conn.close()
