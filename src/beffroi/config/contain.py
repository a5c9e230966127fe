"""``beffroi contain``: for the night, when nobody can sign in. Alone on the host one may only tighten."""

import asyncio
import getpass
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.settings import load

if TYPE_CHECKING:
    from beffroi.guard.settings import GuardSettings


@click.command()
@click.argument(
    "kind", type=click.Choice(["everything", "application", "organisation", "account", "groups", "suspend"])
)
@click.argument("scope", nargs=-1)
@click.option("--reason", required=True, help="Short code, such as stolen-session; never a name.")
def contain(kind: str, scope: tuple[str, ...], reason: str) -> None:
    """Cut off KIND now: everything, an application (its code), an organisation or an account (its id), field groups.

    `suspend ACCOUNT` suspends the account itself. Nothing here gives back: that takes two people.
    """
    expected = 0 if kind == "everything" else 8 if kind == "groups" else 1
    if len(scope) > expected or (expected and not scope):
        raise click.UsageError("Name what to contain." if expected else "Everything has no scope.")
    settings = load(roles=(GUARD,))
    with open_database(settings):
        click.echo(asyncio.run(_contain(wiring.guard_settings(settings), kind, scope, reason)))


async def _contain(given: "GuardSettings", kind: str, scope: Sequence[str], reason: str) -> str:
    import asyncpg

    from beffroi.core.fields import mask_of
    from beffroi.core.ids import AccountId
    from beffroi.guard import key_check, keys
    from beffroi.guard.containing.cutting import contain as cut
    from beffroi.guard.containing.cutting import suspend_account
    from beffroi.guard.process import read_policy

    policy = read_policy(given.policy_file.read_text("utf-8"), given.policy_file.name)
    held, operator = keys.load(given.key_file), getpass.getuser()
    groups = mask_of(scope) if kind == "groups" else 0
    if groups is None:
        raise click.UsageError("One of these is no field group.")
    conn = await asyncpg.connect(given.database)
    try:
        await key_check.verify(conn, held)
        if kind == "suspend":
            ended = await suspend_account(conn, held, policy, AccountId(scope[0]), reason=reason, operator=operator)
            return f"Suspended; {ended} sessions ended."
        named = "" if kind in ("everything", "groups") else scope[0]
        done = await cut(conn, held, policy, kind, named, groups=groups, reason=reason, operator=operator)
        return f"Contained ({done.id}); {done.sessions} sessions ended."
    finally:
        await conn.close()
