"""Setting right what departs from the journal, in the strict direction only, which needs nobody's agreement.

A row that was put back to an older version is written again as one that gives nothing: suspended, revoked, ended,
closed. What denies and is gone is made again from the journal. To give back takes people, as always: two of them
restore an account or lift a containment.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.folding import GONE, Divergence, Fact, Kind, forbids
from beffroi.guard import stamped
from beffroi.guard.folding import recording

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

Row = Mapping[str, Any]
_CONTAINED: Final = """
SELECT at, detail FROM guard.journal WHERE kind = 'contained' AND strpos(detail, $1) > 0 ORDER BY entry
"""
_THERE: Final = "SELECT EXISTS (SELECT FROM guard.person WHERE id = $1)"


def _unless_closed(row: Row) -> dict[str, Any]:
    return {} if row["status"] == "closed" else {"status": "suspended"}


def _not_pending(row: Row, now: datetime) -> dict[str, Any]:
    return {"status": "withdrawn", "decided_at": now} if row["status"] == "pending" else {}


def _ends(column: str) -> Callable[[Row, datetime], dict[str, Any]]:
    """The column says since when the row gives nothing; the earliest counts."""
    return lambda row, now: {} if row[column] is not None and row[column] <= now else {column: now}


def _relation(row: Row, now: datetime) -> dict[str, Any]:
    """What lets people know somebody ends; what refuses holds."""
    return {"until_at": None} if row["kind"] == "restricted" else _ends("until_at")(row, now)


STRICT: Final[Mapping[str, Callable[[Row, datetime], dict[str, Any]]]] = {
    "account": lambda row, _: _unless_closed(row),
    "habilitation": lambda row, _: _unless_closed(row),
    "habilitation_application": _ends("ended_at"),
    "session": _ends("revoked_at"),
    "factor": _ends("revoked_at"),
    "scim_token": _ends("revoked_at"),
    "application_key": _ends("revoked_at"),
    "enrolment": _ends("expires_at"),
    "invitation": _ends("ended_at"),
    "presence_code": _ends("ended_at"),
    "person_alias": _ends("ended_at"),
    "relation": _relation,
    "cover": lambda row, now: {"until_at": min(row["until_at"], now)},
    "roster_domain": _ends("ended_at"),
    "roster_person": _ends("ended_at"),
    "organisation_provider": _ends("withdrawn_at"),
    "contract": _ends("ended_at"),
    "request": _not_pending,
    "containment": lambda _row, _now: {"lifted_at": None},
    "application": lambda _row, _now: {"open": False},
    "organisation": lambda _row, _now: {"active": False},
    "breaker": lambda _row, _now: {"frozen": True},
    "exam": lambda row, now: {} if row["ended_at"] is not None else {"ended_at": now, "score": 0, "passed": False},
    "line_member": lambda _row, _now: {},
}
"""What a row becomes whose latest version is lost. A row of any other table gives nobody access by being older: it is
reported, and left as it was found for people to see."""


DRAFT: Final = "sitting"
"""Rows that the guard deletes when nobody signed them: a restored dump brings them back, and they are nothing."""
_FORGET_DRAFT: Final = "DELETE FROM guard.sitting WHERE id = $1 AND signed_at IS NULL"


class Outcome(StrEnum):
    """What became of a row: exactly as it was; made to give nothing; as it was found."""

    RESTORED = "restored"
    TIGHTENED = "tightened"
    LEFT = "left"


async def set_right(
    conn: "asyncpg.Connection",
    keys: "Keys",
    divergence: Divergence,
    fact: Fact | None,
    row: Row | None,
    now: datetime,
) -> Outcome:
    """Write the row anew where that can be done, and let the journal say what is there from now on.

    Inside the caller's transaction, under the turnstile. Raises Forged when the row was changed since it was read.
    """
    table = divergence.table
    if divergence.kind is Kind.MISSING:
        return await _gone(conn, keys, fact, now) if fact is not None else Outcome.LEFT
    if row is None or divergence.kind is Kind.FORGED:
        return Outcome.LEFT
    if table == "policy":
        return await _activated_again(conn, keys, fact, row)
    if table == DRAFT and fact is not None and fact.mac == GONE:
        await conn.execute(_FORGET_DRAFT, row["id"])
        return Outcome.RESTORED
    if table not in STRICT:
        return Outcome.LEFT
    after = recording.version_of(table, row) if fact is None else fact.version
    await stamped.assert_again(conn, keys, table, row, after, **STRICT[table](row, now))
    return Outcome.RESTORED if table == "containment" else Outcome.TIGHTENED


async def _gone(conn: "asyncpg.Connection", keys: "Keys", fact: Fact, now: datetime) -> Outcome:
    """Make again what denies; of what gives nothing once it is gone, the journal says that it is gone."""
    if fact.table == "containment" and await _contained_again(conn, keys, fact):
        return Outcome.RESTORED
    if fact.table == "line_member":
        account, line = fact.id.split("/")
        row = {"account": account, "line": line, "since_at": now, "version": 1}
        await stamped.insert(conn, keys, "line_member", row)
        return Outcome.RESTORED
    if forbids(fact.table, fact.id):
        return await _restricted_again(conn, keys, fact, now)
    if fact.table == "contract":
        return Outcome.LEFT  # what it demanded is not known any more: its organisation stays refused
    await stamped.record_facts(conn, keys, [fact._replace(mac=GONE)])
    return Outcome.TIGHTENED


async def _restricted_again(conn: "asyncpg.Connection", keys: "Keys", fact: Fact, now: datetime) -> Outcome:
    """Restrict a file again, from now on: whether its restriction had been lifted is not known any more.

    Of somebody who was erased since, nothing comes back (I-13): that it is gone is what the journal then says.
    """
    person, organisation, kind = fact.id.split("/")
    if not await conn.fetchval(_THERE, person):
        await stamped.record_facts(conn, keys, [fact._replace(mac=GONE)])
        return Outcome.TIGHTENED
    row = {
        "person": person, "organisation": organisation, "kind": kind, "referent": None, "since_at": now,
        "until_at": None, "version": fact.version + 1,
    }  # fmt: skip
    await stamped.record(conn, keys, "relation", [await stamped.insert(conn, keys, "relation", row)])
    return Outcome.RESTORED


async def _activated_again(conn: "asyncpg.Connection", keys: "Keys", fact: Fact | None, row: Row) -> Outcome:
    """Give a policy back the instant at which it was last activated, which is its version."""
    if fact is None:
        return Outcome.LEFT
    at = recording.instant_of(fact.version)
    whole = {**dict(row), "activated_at": at}
    whole["mac"] = keys.authenticator.stamp_row("policy", whole)
    if recording.mac_of(whole) != fact.mac:
        return Outcome.LEFT
    await conn.execute(
        "UPDATE guard.policy SET activated_at = $2, mac = $3 WHERE version = $1", row["version"], at, whole["mac"]
    )
    return Outcome.RESTORED


async def _contained_again(conn: "asyncpg.Connection", keys: "Keys", fact: Fact) -> bool:
    """Insert a containment that is gone, exactly as it was; False when the journal does not say how it was."""
    for entry in await conn.fetch(_CONTAINED, fact.id):
        told = json.loads(entry["detail"])
        row = {
            "id": told.get("containment"), "kind": told.get("kind"), "scope": told.get("scope"),
            "groups": told.get("groups"), "since_at": entry["at"], "lifted_at": None, "version": 1,
        }  # fmt: skip
        if row["id"] != fact.id:
            continue
        written = {**row, "mac": keys.authenticator.stamp_row("containment", row)}
        if recording.mac_of(written) == fact.mac:
            await stamped.insert(conn, keys, "containment", row)
            return True
    return False
