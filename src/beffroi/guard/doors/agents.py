"""POST /v1/agents: names of colleagues of one's own organisation, for screens that show who did what."""

import logging
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from beffroi.core.ids import OrganisationId
from beffroi.guard import stamped
from beffroi.guard.duties import OnDuty, Work, at_work
from beffroi.guard.keys import Keys
from beffroi.guard.vault.agents import names_of
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    import asyncpg

_LOG: Final = logging.getLogger("beffroi.guard.doors")
HELD: Final = "SELECT * FROM guard.habilitation WHERE organisation = $1 AND account = ANY ($2::uuid[])"
ACCOUNTS: Final = "SELECT * FROM guard.account WHERE id = ANY ($1::uuid[])"


class Colleagues(bodies.Strict, frozen=True):
    """Body of /v1/agents."""

    accounts: Annotated[tuple[bodies.PersonText, ...], Meta(max_length=100)]


class Named(msgspec.Struct, frozen=True):
    """Answer of /v1/agents: display names by account; those of other organisations are left out, as unknown ones."""

    names: dict[str, str]


_COLLEAGUES: Final = msgspec.json.Decoder(Colleagues)


async def agents(call: Call) -> Answer:
    """Names within the reader's scope only: there is no directory of everybody."""
    body = bodies.read(call, _COLLEAGUES)

    async def act(work: Work, by: OnDuty) -> Answer:
        return json_answer(Named(await names_there(work.conn, work.keys, by.organisation.id, body.accounts)))

    return await at_work(call, act)


async def names_there(
    conn: "asyncpg.Connection", keys: Keys, organisation: OrganisationId, accounts: Collection[str]
) -> dict[str, str]:
    """Display names of those who hold or held a role of this organisation, by account; the others are left out."""
    held = _genuine(keys, "habilitation", await conn.fetch(HELD, organisation, list(accounts)))
    colleagues = list({row["account"] for row in held})
    return names_of(keys, _genuine(keys, "account", await conn.fetch(ACCOUNTS, colleagues)))


def _genuine(keys: Keys, table: str, rows: Sequence[stamped.Row]) -> list[stamped.Row]:
    """The rows that the guard wrote; the others name nobody, and are said in the log."""
    forged = [row["id"] for row in rows if not keys.authenticator.genuine_row(table, row)]
    if forged:
        _LOG.critical("integrity: names of colleagues: guard.%s %s", table, ", ".join(map(str, forged)))
    return [row for row in rows if row["id"] not in forged]


ROUTES: Final[Routes] = {("POST", "/v1/agents"): agents}
