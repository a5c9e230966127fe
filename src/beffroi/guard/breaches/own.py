"""Which breaches concern a person: those in whose scope the journal has an opening of their file.

The openings are those of the person's own list, so what a delay hides is not there before it is shown.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from beffroi.core.breaches import CAUSES, Cause
from beffroi.core.fields import names
from beffroi.guard.answers.breaches import OwnBreach, OwnBreaches
from beffroi.guard.answers.shape import Label as Words
from beffroi.guard.breaches import declared
from beffroi.guard.personal import consulting, questioning
from beffroi.guard.personal.presence import Present, with_person
from beffroi.guard.stamped import Row
from beffroi.guard.web.requests import Answer, Call, json_answer

if TYPE_CHECKING:
    pass

if TYPE_CHECKING:
    from beffroi.guard.forensics.answering import Answer as Found


async def answer(call: Call) -> Answer:
    """One question over the days of every breach; none where nothing is declared."""
    services = call.services
    rows: list[Row] = []

    async def look(here: Present) -> Answer:
        rows.extend(await declared.every(here.conn, services.keys))
        return json_answer(OwnBreaches(None, ()))

    nothing = await with_person(call, look, writes=False)
    if not rows:
        return nothing
    window = min(row["from_at"] for row in rows), max(row["until_at"] for row in rows)
    asked = await questioning.answered(call, *window, leafing=True)
    if isinstance(asked, Answer):
        return asked
    _, found = asked
    openings = _openings(found)
    async with services.pool.acquire() as conn:
        places = await consulting.named(conn, {one.place for one in openings})
    lost = found.lost_until
    kept = [row for row in rows if lost is None or row["until_at"] > lost]
    told = [one for row in kept if (one := _told(row, openings, places)) is not None]
    cut = lost is not None and any(row["from_at"] < lost for row in kept)
    return json_answer(OwnBreaches(lost if cut else None, tuple(told)))


class Opening(NamedTuple):
    """One opening of the person, as a breach looks at it; ``answering``: it answered a request of theirs."""

    at: datetime
    account: str | None
    organisation: str | None
    application: str | None
    place: bytes | None
    groups: int
    answering: bool


def _openings(found: "Found") -> list[Opening]:
    """Every opening once, by hour."""
    from beffroi.guard.retention.columns import instant

    rows: list[dict[str, Any]] = found.rows.to_pylist()
    return sorted(
        (
            Opening(
                instant(row["time_us"]), _text(row["account"]), _text(row["organisation"]), row["application"],
                row["organisation"], row["groups"], consulting.kind_of(row) == consulting.ANSWERING,
            )
            for row in rows
        ),
        key=_at,
    )  # fmt: skip


def _at(one: Opening) -> datetime:
    return one.at


def _told(row: Row, openings: Sequence[Opening], places: dict[bytes | None, str]) -> OwnBreach | None:
    """A breach as it concerns the person whose openings these are; None where it does not."""
    breach = declared.breach_of(row)
    first, last = (bisect_left(openings, at, key=_at) for at in (breach.from_at, breach.until_at))
    within = [
        one
        for one in openings[first:last]
        if breach.covers(one.at, account=one.account, organisation=one.organisation, application=one.application)
    ]
    if not within:
        return None
    groups = 0
    for one in within:
        groups |= one.groups
    return OwnBreach(
        breach=str(row["id"]), cause=row["cause"], sentence=Words(*CAUSES[Cause(row["cause"])]),
        declared_at=row["declared_at"], withdrawn_at=row["withdrawn_at"], groups=names(groups),
        answering=any(one.answering for one in within), consultations=len(within), first_at=within[0].at,
        last_at=within[-1].at,
        organisations=tuple(sorted({places[one.place] for one in within if one.place in places})),
    )  # fmt: skip


def _text(value: bytes | None) -> str | None:
    return None if value is None else str(UUID(bytes=value))
