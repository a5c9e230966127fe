"""``beffroi scim``: tokens of partners' directories, issued, listed and revoked on the guard's host."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from beffroi.config import wiring
from beffroi.config.database import GUARD
from beffroi.config.open_database import open_database
from beffroi.config.settings import load

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys


@click.group()
def scim() -> None:
    """Tokens of partners' directories (SCIM 2.0)."""


@scim.command()
@click.option("--organisation", required=True, help="Code of the organisation whose directory it is.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 365), help="How long it lives.")
def token(organisation: str, days: int) -> None:
    """Issue a token and print it, once. It asks and takes away for that organisation alone; it never grants."""
    from beffroi.guard.scim import tokens

    async def issue(conn: Any, keys: "Keys") -> str:
        id_, secret = await tokens.issue(
            conn, keys, organisation, life=timedelta(days=days), operator=getpass.getuser()
        )
        return f"{secret}\nToken {id_}, for {days} days. It is not shown again; revoke it: beffroi scim revoke {id_}"

    click.echo(_with_guard(issue))


@scim.command("tokens")
@click.option("--organisation", required=True, help="Code of the organisation.")
def tokens_(organisation: str) -> None:
    """List the tokens of an organisation; never the secrets."""
    from beffroi.guard.scim import tokens

    async def show(conn: Any, keys: "Keys") -> str:
        rows = await tokens.issued(conn, keys, organisation)
        return "\n".join(map(_line, rows))

    click.echo(_with_guard(show) or "This organisation has no token.")


@scim.command()
@click.argument("token_id", type=click.UUID)
def revoke(token_id: object) -> None:
    """End a token now."""
    from beffroi.guard.scim import tokens

    async def end(conn: Any, keys: "Keys") -> str:
        await tokens.revoke(conn, keys, str(token_id), operator=getpass.getuser())
        return "Revoked."

    click.echo(_with_guard(end))


def _line(row: Any) -> str:
    used = "never used" if row["last_used_at"] is None else f"last used {row['last_used_at']:%Y-%m-%d %H:%M}"
    state = "live" if row["revoked_at"] is None else "revoked"
    return f"{row['id']}  {state}  until {row['expires_at']:%Y-%m-%d}  {used}"


def _with_guard(work: Callable[[Any, "Keys"], Awaitable[str]]) -> str:
    settings = load(roles=(GUARD,))
    with open_database(settings):
        return asyncio.run(_work(settings.database(GUARD), wiring.key_file(settings), work))


async def _work(dsn: str, key_file: Any, work: Callable[[Any, "Keys"], Awaitable[str]]) -> str:
    import asyncpg

    from beffroi.guard import key_check, keys

    held = keys.load(key_file)
    conn = await asyncpg.connect(dsn)
    try:
        await key_check.verify(conn, held)
        return await work(conn, held)
    finally:
        await conn.close()
