"""What the doors have in common on the way out: problems of a refusal, budgets, where a person is followed."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from beffroi.core.decision import Refusal
from beffroi.core.ids import PersonId
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Paid
from beffroi.guard.keys import Keys
from beffroi.guard.sessions import handles
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call

_LOG: Final = logging.getLogger("beffroi.guard.doors")
EXPLAINED: Final = frozenset({Code.NOT_FOLLOWED, Code.RESTRICTED})
"""Refusals of which more is told to whoever may know that the person is known."""
FOLLOWERS: Final = """
SELECT r.*, o.name FROM guard.relation r JOIN guard.organisation o ON o.id = r.organisation
WHERE r.person = ANY ($1::uuid[]) AND r.kind = 'followed' AND r.since_at <= guard.instant()
    AND (r.until_at IS NULL OR r.until_at > guard.instant())
ORDER BY r.person, o.name, o.id
"""
RESTRICTED: Final = """
SELECT r.*, o.name FROM guard.relation r JOIN guard.organisation o ON o.id = r.organisation
WHERE r.person = $1 AND r.kind = 'restricted' AND r.since_at <= guard.instant()
    AND (r.until_at IS NULL OR r.until_at > guard.instant())
ORDER BY r.since_at, o.name
"""
ARCHIVED: Final = "SELECT * FROM guard.relation WHERE person = $1 AND kind = 'archived' AND until_at IS NULL"


def step_up_url(call: Call) -> str:
    """The guard's page where a person proves more; the application adds who it is and where to come back."""
    services, handle = call.services, call.header(b"beffroi-session") or ""
    return handles.step_up_url(services.settings.public_url, services.keys.session, handle)


def denial(call: Call, outcome: Refusal | Fault) -> Answer:
    """The problem document of a denial."""
    if isinstance(outcome, Fault):
        return problems.reply(call, outcome)
    if outcome.demand is None and outcome.span is None:
        return problems.reply(call, outcome.code)
    return problems.reply(call, outcome.code, problems.extensions_of(outcome, step_up_url(call)))


async def refused(call: Call, outcome: Refusal | Fault, person: PersonId | None = None) -> Answer:
    """The problem document of a denial. Somebody found by a search today is said to be followed, and where;
    of a restricted file, who decided that, and for which reasons it opens all the same."""
    if person is None or not isinstance(outcome, Refusal) or outcome.code not in EXPLAINED:
        return denial(call, outcome)
    if outcome.code is Code.RESTRICTED:
        return await _restricted(call, person)
    async with call.services.pool.acquire() as conn:
        where = (await followers(conn, call.services.keys, [person]))[person]
        archived = bool(genuine(call.services.keys, await conn.fetch(ARCHIVED, person)))
    told = {"followed_by": where, "archived": archived}
    return problems.reply(call, outcome.code, told)


async def _restricted(call: Call, person: PersonId) -> Answer:
    async with call.services.pool.acquire() as conn:
        rows = genuine(call.services.keys, await conn.fetch(RESTRICTED, person))
        archived = bool(genuine(call.services.keys, await conn.fetch(ARCHIVED, person)))
    by = [
        {"organisation": str(row["organisation"]), "name": row["name"], "since_at": row["since_at"]} for row in rows
    ]  # fmt: skip
    reasons = [] if archived else sorted(call.services.policy.restriction.reasons)
    return problems.reply(call, Code.RESTRICTED, {"restricted_by": by, "reasons": reasons})


async def followers(conn: Any, keys: Keys, people: Sequence[PersonId]) -> dict[PersonId, list[dict[str, str]]]:
    """Organisations that follow each person now, by their public names."""
    found: dict[PersonId, list[dict[str, str]]] = {person: [] for person in people}
    for row in genuine(keys, await conn.fetch(FOLLOWERS, list(people))):
        found[PersonId(str(row["person"]))].append({"organisation": str(row["organisation"]), "name": row["name"]})
    return found


def genuine(keys: Keys, rows: Iterable[Any]) -> list[Any]:
    """Rows of guard.relation that this guard wrote; a forged one is left out, and said (integrity alert)."""
    kept = []
    for row in rows:
        if keys.authenticator.genuine_row("relation", row):
            kept.append(row)
        else:
            _LOG.critical("integrity: a relation of person %s is not genuine", row["person"])
    return kept


class Budget(msgspec.Struct, frozen=True):
    """A budget of distinct people: what is spent of which caps, by hour, day, week and month."""

    bucket: str
    spent: dict[str, int]
    caps: dict[str, int]


def budget(paid: Paid | None) -> Budget | None:
    """A budget as answers show it."""
    return None if paid is None else Budget(paid.bucket, _by_span(*paid.spent), _by_span(*paid.caps))


def _by_span(hour: int, day: int, week: int, month: int) -> dict[str, int]:
    return {"hour": hour, "day": day, "week": week, "month": month}
