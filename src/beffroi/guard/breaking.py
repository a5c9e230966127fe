"""The breakers of applications kept up to date: their use noted every minute, their caps judged at every new hour.

What an application used is read from its budget, whose row carries a MAC, and never from what a caller says. Notes
only grow, so several guards may take them; what is missed between two notes makes the caps smaller, never larger.
Every function takes the turnstile: a batch sees the caps before or after, never between.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from beffroi.core import breaker, budgets
from beffroi.core.breaker import HOURS, WEEKS, Breaker, UsedDay
from beffroi.core.budgets import Caps, Window
from beffroi.core.policy import EVERYTHING, Policy
from beffroi.guard import stamped, turnstile
from beffroi.guard.budget_rows import window_of
from beffroi.guard.decisions.facts import PARIS, clock_at
from beffroi.guard.journal import Entry, append

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard")
_HOURS: Final = Struct(f">{HOURS}I")
_KEPT_DAYS: Final = 7 * (WEEKS + 2)
FIRST_CEILING: Final = 10
"""Ceiling of an application registered without one, in times its first caps."""


async def keep(conn: Any, keys: "Keys", policy: Policy) -> int:
    """Note what every application used, and judge its caps when the hour is new; how many caps changed.

    A row that is not genuine is left as it is and reported: the decision refuses it too. Takes a transaction.
    """
    changed = 0
    async with conn.transaction():
        await turnstile.take(conn)
        now = await stamped.instant(conn)
        for application in await conn.fetch("SELECT * FROM guard.application ORDER BY id"):
            try:
                changed += await _one(conn, keys, policy, stamped.genuine(keys, "application", application), now)
            except stamped.Forged as error:
                _LOG.critical("integrity: breaker of %s: guard.%s", application["id"], error.table)
        await conn.execute("DELETE FROM guard.application_day WHERE day < $1", clock_at(now).day - _KEPT_DAYS)
    return changed


async def register(
    conn: Any, keys: "Keys", application: str, first: Caps, now: datetime, *, ceiling: Caps | None = None
) -> Mapping[str, Any]:
    """Give a registered application its breaker; ``first`` are the caps of its row. Inside a transaction.

    Without ``ceiling`` there is room to grow up to ``FIRST_CEILING`` times the first caps.
    """
    top = ceiling or Caps(*[min(breaker.MOST, FIRST_CEILING * cap) for cap in first])
    row: dict[str, Any] = {
        "id": application, "since_day": clock_at(now).day,
        "first_hour": first.hour, "first_day": first.day, "first_week": first.week, "first_month": first.month,
        "hour_ceiling": top.hour, "day_ceiling": top.day, "week_ceiling": top.week, "month_ceiling": top.month,
        "frozen": False, "judged_hour": 0, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, "breaker", row)
    detail = json.dumps(top._asdict(), sort_keys=True)
    await append(conn, [Entry(now, "breaker-registered", application=application, detail=detail)])
    return {**row, "mac": keys.authenticator.stamp_row("breaker", row)}


async def freeze(conn: Any, keys: "Keys", application: str) -> bool:
    """Keep an application's caps as they are while an alert is open, in a transaction; False when there is none."""
    async with conn.transaction():
        await turnstile.take(conn)
        row = await conn.fetchrow("SELECT * FROM guard.breaker WHERE id = $1", application)
        if row is None:
            return False
        await stamped.amend(conn, keys, "breaker", row, frozen=True)
        await append(conn, [Entry(await stamped.instant(conn), "breaker-frozen", application=application)])
    return True


async def _one(conn: Any, keys: "Keys", policy: Policy, application: Mapping[str, Any], now: datetime) -> int:
    name, clock = application["id"], clock_at(now)
    present = Caps(*[application[f"{span}_cap"] for span in Caps._fields])
    standing = await conn.fetchrow("SELECT * FROM guard.breaker WHERE id = $1", name)
    if standing is None:  # imported: the caps it came with are its ceiling, so that it can only be tightened
        standing = await register(conn, keys, name, present, now, ceiling=present)
    stamped.genuine(keys, "breaker", standing)
    if not standing["frozen"]:
        await _note(conn, keys, name)
    if standing["judged_hour"] >= clock.hour:
        return 0
    law = Breaker(
        standing["since_day"],
        Caps(*[standing[f"first_{span}"] for span in Caps._fields]),
        Caps(*[standing[f"{span}_ceiling"] for span in Caps._fields]),
        standing["frozen"],
    )
    rows = await conn.fetch("SELECT * FROM guard.application_day WHERE application = $1 ORDER BY day", name)
    used = [_used(stamped.genuine(keys, "application_day", row)) for row in rows]
    hour = now.astimezone(PARIS).hour
    caps = breaker.caps(law, used, clock.day, hour, policy.application, present)
    await stamped.amend(conn, keys, "breaker", standing, judged_hour=clock.hour)
    if caps == present:
        return 0
    changes = {f"{span}_cap": cap for span, cap in caps._asdict().items()}
    await stamped.amend(conn, keys, "application", application, **changes)
    detail = json.dumps(caps._asdict(), sort_keys=True)
    entry = Entry(now, "breaker-judged", application=name, policy=policy.version, detail=detail)
    await append(conn, [entry])
    return 1


async def _note(conn: Any, keys: "Keys", application: str) -> None:
    """Keep the greatest counts of the last day and hour in which the application's budget was charged."""
    key = budgets.Scope("application", application, EVERYTHING).key
    budget = await conn.fetchrow("SELECT * FROM guard.budget WHERE key = $1", key)
    if budget is None:
        return
    stamped.genuine(keys, "budget", budget)
    seen = _seen(window_of(budget))
    row = await conn.fetchrow(
        "SELECT * FROM guard.application_day WHERE application = $1 AND day = $2", application, seen.day
    )
    known = None if row is None else _used(stamped.genuine(keys, "application_day", row))
    used = breaker.merged(known, seen)
    if used == known:
        return
    values = {
        "application": application, "day": used.day, "hours": _HOURS.pack(*used.hours), "people": used.people,
        "week": used.week, "month": used.month, "version": 1 if row is None else row["version"] + 1,
    }  # fmt: skip
    await conn.execute("DELETE FROM guard.application_day WHERE application = $1 AND day = $2", application, used.day)
    await stamped.insert(conn, keys, "application_day", values)


def _seen(window: Window) -> UsedDay:
    began = datetime.fromtimestamp(3600 * window.hour, UTC).astimezone(PARIS)
    hours = [0] * HOURS
    if began.toordinal() == window.day:
        hours[began.hour] = window.in_hour
    spent = budgets.spent(window)
    return UsedDay(window.day, tuple(hours), spent.day, spent.week, spent.month)


def _used(row: Mapping[str, Any]) -> UsedDay:
    return UsedDay(row["day"], _HOURS.unpack(row["hours"]), row["people"], row["week"], row["month"])
