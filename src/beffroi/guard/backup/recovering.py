"""The end of a restore: the copy becomes the database.

When the last increment closed the old database, nothing is unknown. Otherwise what happened between the last known
instant and now is lost, and the worst is assumed: every budget has been spent on each of the days between, codes
handed out are void; and everything is contained until two people on duty lift it, as any containment
(:mod:`beffroi.guard.containing.giving_back`): whoever holds the host alone accepts no loss. Either way no session
survives.
"""

import json
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core import budgets
from beffroi.core.budgets import EMPTY, Caps
from beffroi.core.containing import Extent
from beffroi.core.policy import EVERYTHING, Policy
from beffroi.guard import key_check, place, stamped, turnstile
from beffroi.guard.budget_rows import RECENT, window_of
from beffroi.guard.containing.cutting import cut_off
from beffroi.guard.containing.scopes import By, Scope
from beffroi.guard.decisions.facts import PARIS, clock_at
from beffroi.guard.duties import Work
from beffroi.guard.folding import recording
from beffroi.guard.journal import Entry, append
from beffroi.guard.sessions.ending import revoke

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys


REASON: Final = "loss-accepted"


class Recovered(NamedTuple):
    """What the recovery changed: sessions ended, codes voided, budgets counted as spent, the last instant known."""

    sessions: int
    codes: int
    budgets: int
    known_until: datetime | None


async def recover(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, *, operator: str, closing: str | None
) -> Recovered:
    """Claim the place of a restored database, in one transaction, journaled.

    ``closing`` is the id of the containment that closed the old database when the restore is complete: it is lifted.
    None: what happened since the last journal entry is unknown; every budget is counted as spent, and everything
    contained until two people lift it. Raises KeysRefused; Forged when a row was written behind the guard.
    """
    await key_check.verify_keys(conn, keys)
    async with conn.transaction():
        await turnstile.take(conn)
        known: datetime | None = await conn.fetchval("SELECT at FROM guard.journal ORDER BY entry DESC LIMIT 1")
        now = await stamped.instant(conn)
        live = await conn.fetch("SELECT * FROM guard.session WHERE revoked_at IS NULL ORDER BY id FOR UPDATE")
        sessions = await revoke(conn, keys, live, now, "restored")
        await _past_what_is_lost(conn, keys, [row["id"] for row in live])
        await conn.execute("DELETE FROM guard.handover; DELETE FROM guard.sign_in")
        await conn.execute("DELETE FROM guard.person_handover; DELETE FROM guard.person_session")
        codes = spent = 0
        if closing is None:
            codes = await _void_codes(conn, keys, now)
            spent = await _exhaust(conn, keys, known or datetime.fromtimestamp(0, UTC), now)
            await _keep_caps_today(conn, keys, now)
        else:
            row = await conn.fetchrow("SELECT * FROM guard.containment WHERE id = $1", closing)
            if row is not None and row["lifted_at"] is None:
                await stamped.amend(conn, keys, "containment", row, lifted_at=now)
        await place.claim(conn, keys)
        told = {"budgets": spent, "codes": codes, "operator": operator, "sessions": sessions}
        detail = json.dumps(told | {"known_until": known and known.isoformat()}, sort_keys=True)
        await append(
            conn, [Entry(now, "recovered", explanation="complete" if closing else "accepted", detail=detail)]
        )
        if closing is None:
            work = Work(conn, keys, policy, now)
            await cut_off(work, Scope(Extent.EVERYTHING, "", 0), REASON, By(operator=operator))
    return Recovered(sessions, codes, spent, known)


async def _past_what_is_lost(conn: "asyncpg.Connection", keys: "Keys", sessions: list[Any]) -> None:
    """Sessions are of the dump, and the journal may tell of later versions of them: these end past all of those."""
    for row in await conn.fetch("SELECT * FROM guard.session WHERE id = ANY ($1::uuid[]) FOR UPDATE", sessions):
        if keys.authenticator.genuine_row("session", row):
            await stamped.assert_again(conn, keys, "session", row, row["version"] + recording.LEAP)


async def _void_codes(conn: "asyncpg.Connection", keys: "Keys", now: datetime) -> int:
    """A code of enrolment that was used since, or fell into other hands, must not serve again."""
    rows = await conn.fetch("SELECT * FROM guard.enrolment WHERE used_at IS NULL AND expires_at > $1 FOR UPDATE", now)
    for row in rows:
        await stamped.amend(conn, keys, "enrolment", row, expires_at=now)
    return len(rows)


async def _exhaust(conn: "asyncpg.Connection", keys: "Keys", known: datetime, now: datetime) -> int:
    """Fill every budget for the days since ``known``, and each application's even where it never counted anybody.

    The application's budget stands on every opening: full for today, nothing opens before tomorrow, not even for an
    account whose own budget has no row yet.
    """
    clock = clock_at(now)
    days = clock.day - clock_at(known).day
    rows = {row["key"]: dict(row) for row in await conn.fetch("SELECT * FROM guard.budget")}
    for row in rows.values():
        stamped.genuine(keys, "budget", row)
    for application in await conn.fetch("SELECT * FROM guard.application"):
        stamped.genuine(keys, "application", application)
        scope = budgets.Scope("application", application["id"], EVERYTHING)
        caps = {name: application[name] for name in ("hour_cap", "day_cap", "week_cap", "month_cap")}
        empty = {"key": scope.key, "hour": 0, "day": 0, "recent": RECENT.pack(*EMPTY.recent), "hour_spent": 0}
        rows.setdefault(scope.key, empty | {"version": 0}).update(caps)
    written = []
    for row in rows.values():
        caps_now = Caps(row["hour_cap"], row["day_cap"], row["week_cap"], row["month_cap"])
        window = window_of(row)
        full = budgets.exhausted(budgets.at(window, clock.day, clock.hour), caps_now, days)
        within = Caps(*map(max, caps_now, budgets.spent(full)))
        values = (
            row["key"], full.hour, full.day, RECENT.pack(*full.recent), *budgets.spent(full), *within,
            row["version"] + 1,
        )  # fmt: skip
        written.append((*values, keys.authenticator.stamp("budget", values)))
    await conn.executemany(
        "INSERT INTO guard.budget (key, hour, day, recent, hour_spent, day_spent, week_spent, month_spent, hour_cap,"
        " day_cap, week_cap, month_cap, version, mac) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)"
        " ON CONFLICT (key) DO UPDATE SET hour = excluded.hour, day = excluded.day, recent = excluded.recent,"
        " hour_spent = excluded.hour_spent, day_spent = excluded.day_spent, week_spent = excluded.week_spent,"
        " month_spent = excluded.month_spent, hour_cap = excluded.hour_cap, day_cap = excluded.day_cap,"
        " week_cap = excluded.week_cap, month_cap = excluded.month_cap, version = excluded.version,"
        " mac = excluded.mac",
        written,
    )
    return len(written)


async def _keep_caps_today(conn: "asyncpg.Connection", keys: "Keys", now: datetime) -> None:
    """Judge no application's caps again before tomorrow: a higher one would open what was just counted as spent."""
    midnight = datetime.combine(now.astimezone(PARIS).date() + timedelta(days=1), time(), PARIS)
    last = clock_at(midnight).hour - 1
    for row in await conn.fetch("SELECT * FROM guard.breaker WHERE judged_hour < $1 FOR UPDATE", last):
        await stamped.amend(conn, keys, "breaker", row, judged_hour=last)
