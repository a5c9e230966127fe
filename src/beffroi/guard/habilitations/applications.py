"""In which applications a habilitation serves: a row for each, written with it; none, none (I-06)."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from beffroi.core.ids import ApplicationId, HabilitationId
from beffroi.guard import key_check, stamped
from beffroi.guard.journal import Entry, append

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

MOST: Final = 20
"""Applications that one request may name."""
_SERVED: Final = """
SELECT * FROM guard.habilitation_application WHERE habilitation = ANY ($1::uuid[]) AND ended_at IS NULL
ORDER BY application
"""
_OPEN: Final = "SELECT * FROM guard.application WHERE open ORDER BY name, id"
_KEPT: Final = "SELECT * FROM guard.habilitation WHERE status <> 'closed' ORDER BY id"
_REGISTERED: Final = "SELECT * FROM guard.application ORDER BY id"


async def give(
    conn: "asyncpg.Connection", keys: "Keys", habilitation: str, applications: Iterable[ApplicationId]
) -> None:
    """Let a habilitation serve in these applications; the caller's transaction holds the turnstile and journals."""
    for application in applications:
        await stamped.insert(conn, keys, "habilitation_application", _row(habilitation, application))


async def served(
    conn: "asyncpg.Connection", keys: "Keys", habilitations: Iterable[object]
) -> Mapping[HabilitationId, tuple[ApplicationId, ...]]:
    """The applications of each of these habilitations, in order; one that serves nowhere is not there.

    Raises Forged.
    """
    found: dict[HabilitationId, tuple[ApplicationId, ...]] = {}
    for row in await conn.fetch(_SERVED, list(habilitations)):
        stamped.genuine(keys, "habilitation_application", row)
        one = HabilitationId(str(row["habilitation"]))
        found[one] = (*found.get(one, ()), ApplicationId(row["application"]))
    return found


async def on_offer(conn: "asyncpg.Connection", keys: "Keys") -> dict[ApplicationId, str]:
    """Names of the applications that may be asked for: those that are open. Raises Forged."""
    rows = [stamped.genuine(keys, "application", row) for row in await conn.fetch(_OPEN)]
    return {ApplicationId(row["id"]): row["name"] for row in rows}


async def adopt(conn: "asyncpg.Connection", load_keys: "Callable[[], Keys]") -> None:
    """Let every habilitation that exists serve where it did until now: in every application that is registered.

    The step of migration 0018, in its transaction, once: whoever comes to write the database afterwards cannot have
    it done again. Habilitations that are closed, or not genuine, get nothing. Keys are loaded only where there is
    something to authenticate. Raises KeysRefused, and what ``load_keys`` raises.
    """
    rows = await conn.fetch(_KEPT)
    registered = await conn.fetch(_REGISTERED)
    if not rows or not registered:
        return
    keys = load_keys()
    await key_check.verify_keys(conn, keys)
    names = [ApplicationId(row["id"]) for row in registered if keys.authenticator.genuine_row("application", row)]
    genuine = [str(row["id"]) for row in rows if keys.authenticator.genuine_row("habilitation", row)]
    made = [_row(habilitation, name) for habilitation in genuine for name in names]
    records = [(*row.values(), keys.authenticator.stamp_row("habilitation_application", row)) for row in made]
    if not made:
        return
    columns = (*made[0], "mac")
    await conn.copy_records_to_table(
        "habilitation_application", schema_name="guard", columns=columns, records=records
    )
    detail = {"applications": names, "habilitations": len(genuine), "left": len(rows) - len(genuine)}
    await conn.execute("SELECT guard.ensure_journal_partitions(0)")
    now = await stamped.instant(conn)
    text = json.dumps(detail, separators=(",", ":"), sort_keys=True)
    await append(conn, [Entry(now, "applications-adopted", detail=text)])


def _row(habilitation: str, application: ApplicationId) -> dict[str, "str | int | None"]:
    return {
        "id": str(uuid4()), "habilitation": habilitation, "application": application, "ended_at": None, "version": 1,
    }  # fmt: skip
