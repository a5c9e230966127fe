"""``beffroi contain``: for the night, when nobody can sign in. Alone on the host one may only tighten."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.settings import load

if TYPE_CHECKING:
    from beffroi.guard.duties import Work
    from beffroi.guard.settings import GuardSettings

KINDS = ("everything", "application", "organisation", "line", "account", "groups", "files", "suspend", "list")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("scope", nargs=-1)
@click.option("--reason", help="Short code, such as stolen-session; never a name.")
@click.option("--preview", is_flag=True, help="Only say what it would cost; cut nothing.")
def contain(kind: str, scope: tuple[str, ...], reason: str | None, preview: bool) -> None:
    """Cut off KIND now: everything, an application (its code), an organisation, a line or an account (by id), groups.

    `files ORGANISATION` closes the files of one organisation (its id, or a kind such as training-organisation for all
    of them) and stops nobody: quotes and invoices go on.
    `line ACCOUNT` cuts the account and everybody it brought into being. `suspend ACCOUNT` suspends the account
    itself. `list` says what is cut now. Nothing here gives back: that takes two people.
    """
    expected = 0 if kind in ("everything", "list") else 8 if kind == "groups" else 1
    if len(scope) > expected or (expected and not scope):
        raise click.UsageError("Name what to contain." if expected else f"`{kind}` has no scope.")
    if preview and kind in ("suspend", "list"):
        raise click.UsageError(f"`{kind}` has no preview.")
    if reason is None and kind != "list" and not preview:
        raise click.UsageError("Say why with --reason: a short code, such as stolen-session.")
    settings = load(roles=(GUARD,))
    act = _list if kind == "list" else _preview(kind, scope) if preview else _cut(kind, scope, reason or "")
    with open_database(settings):
        click.echo(asyncio.run(with_guard(wiring.guard_settings(settings), act)))


async def with_guard(given: "GuardSettings", act: "Callable[[Work], Awaitable[str]]") -> str:
    """Do something with the guard's role and keys, and what it says. Raises what these refuse."""
    import asyncpg

    from beffroi.guard import key_check, keys, stamped
    from beffroi.guard.duties import Work
    from beffroi.guard.process import read_policy

    policy = read_policy(given.policy_file.read_text("utf-8"), given.policy_file.name)
    held = keys.load(given.key_file)
    conn = await asyncpg.connect(given.database)
    try:
        await key_check.verify(conn, held)
        return await act(Work(conn, held, policy, await stamped.instant(conn)))
    finally:
        await conn.close()


def _cut(kind: str, scope: Sequence[str], reason: str) -> "Callable[[Work], Awaitable[str]]":
    async def act(work: "Work") -> str:
        from beffroi.core.ids import AccountId
        from beffroi.guard.containing.cutting import contain as cut
        from beffroi.guard.containing.cutting import suspend_account

        conn, held, policy, _ = work
        operator = getpass.getuser()
        if kind == "suspend":
            ended = await suspend_account(conn, held, policy, AccountId(scope[0]), reason=reason, operator=operator)
            return f"Suspended; {ended} sessions ended."
        groups, named = _named(kind, scope)
        done = await cut(conn, held, policy, kind, named, groups=groups, reason=reason, operator=operator)
        of_line = f" {done.accounts} accounts of the line;" if kind == "line" else ""
        return f"Contained ({done.id});{of_line} {done.sessions} sessions ended."

    return act


def _preview(kind: str, scope: Sequence[str]) -> "Callable[[Work], Awaitable[str]]":
    async def act(work: "Work") -> str:
        from beffroi.guard.containing import scopes
        from beffroi.guard.containing.cost import preview

        groups, named = _named(kind, scope)
        async with work.conn.transaction(isolation="repeatable_read", readonly=True):
            cost, people = await preview(work, scopes.read(kind, named, groups))
        lines = [
            f"agents stopped:          {cost.stopped} ({cost.working} working now, {cost.elsewhere} also elsewhere)",
            f"live sessions that end:  {cost.sessions}",
            f"organisations touched:   {cost.organisations} ({cost.emptied} left with nobody)",
            f"agents who open less:    {cost.reduced}",
            f"agents who go on:        {cost.going_on}, {cost.untouched} organisations untouched",
            f"watchers who stay up:    {cost.watchers}",
        ]
        if people:
            lines.insert(0, f"accounts cut by name:    {people}, those invited or suspended included")
        return "\n".join([*lines, "Nothing was cut."])

    return act


async def _list(work: "Work") -> str:
    from beffroi.core.fields import names
    from beffroi.guard.containing.listing import rows

    found = await rows(work, None, over=False, size=1_000)
    lines = []
    for row in found:
        what = row["scope"] or " ".join(names(row["groups"])) or "-"
        who = row["operator"] or row["made_by"] or "-"
        since = f"{row['since_at']:%Y-%m-%d %H:%M}Z"
        lines.append(f"{since}  {row['kind']:12}  {what}  {row['reason'] or '-'}  by {who}  ({row['id']})")
    return "\n".join(lines) or "Nothing is cut."


def _named(kind: str, scope: Sequence[str]) -> tuple[int, str]:
    """The bits of the groups, and the scope otherwise."""
    from beffroi.core.fields import mask_of

    groups = mask_of(scope) if kind == "groups" else 0
    if groups is None:
        raise click.UsageError("One of these is no field group.")
    return groups, "" if kind in ("everything", "groups") else scope[0]
