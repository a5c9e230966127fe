"""Names of agents, under each account's own key; served by doors within the reader's scope only."""

import logging
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from beffroi.guard import stamped
from beffroi.guard.keys import Keys, WrappedKeyRefused
from beffroi.guard.vault.records import Agent, decode_agent
from beffroi.guard.vault.sealing import SealRefused, owner_bytes, unseal_for

if TYPE_CHECKING:
    import asyncpg

_LOG: Final = logging.getLogger("beffroi.guard.vault")
ACCOUNTS: Final = "SELECT * FROM guard.account WHERE id = ANY ($1::uuid[])"


def unsealed(keys: Keys, account: stamped.Row) -> Agent:
    """Who an account is. Raises SealRefused, WrappedKeyRefused or msgspec.DecodeError: not as the guard wrote it."""
    owner = owner_bytes(str(account["id"]))
    return decode_agent(
        unseal_for(keys, owner, account["wrapped_key"], account["epoch"], "agent", account["personal"])
    )


def read(keys: Keys, account: stamped.Row) -> Agent | None:
    """The same; ``None`` (and an alert) when its ciphertext is not genuine."""
    try:
        return unsealed(keys, account)
    except (SealRefused, WrappedKeyRefused, msgspec.DecodeError) as error:
        _LOG.critical("integrity: account %s: %s", account["id"], type(error).__name__)
        return None


def display_name(agent: Agent) -> str:
    """First name and last name, as screens show a colleague."""
    return f"{agent.first_name} {agent.last_name}"


def names_of(keys: Keys, accounts: Iterable[stamped.Row]) -> dict[str, str]:
    """Display names by account; whoever cannot be read is left out."""
    found: dict[str, str] = {}
    for row in accounts:
        agent = read(keys, row)
        if agent is not None:
            found[str(row["id"])] = display_name(agent)
    return found


async def names(conn: "asyncpg.Connection", keys: Keys, accounts: Collection[str]) -> dict[str, str]:
    """The same of accounts by id. Whether the reader may know them is the caller's to say. Raises Forged."""
    rows: list[Any] = await conn.fetch(ACCOUNTS, list(accounts)) if accounts else []
    return names_of(keys, [stamped.genuine(keys, "account", row) for row in rows])
