"""Which breaches concern a person: those in whose scope the journal has an opening of their file.

The openings are those of the person's own list, so what a delay hides is not there before it is shown.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from beffroi.core.breaches import CAUSES, Cause
from beffroi.core.fields import names
from beffroi.guard.answers.breaches import OwnBreach, OwnBreaches
from beffroi.guard.answers.shape import Label as Words
from beffroi.guard.breaches import declared
from beffroi.guard.personal import consulting, delays, questioning
from beffroi.guard.personal.presence import Present, with_person
from beffroi.guard.personal.unreadable import unreadable
from beffroi.guard.stamped import Forged, Row
from beffroi.guard.web.requests import Answer, Call, json_answer

if TYPE_CHECKING:
    pass


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
    here, found = asked
    async with services.pool.acquire() as conn:
        try:
            found = delays.shown(found, await delays.in_force(conn, services.keys, here.now), here.now)
        except Forged as error:
            return await unreadable(call, error)
        openings = found.rows.to_pylist()
        places = await consulting.named(conn, {one["organisation"] for one in openings})
    told = (_told(row, openings, places) for row in rows)
    lost = found.lost_until if found.lost_until is not None and found.lost_until > window[0] else None
    return json_answer(OwnBreaches(lost, tuple(one for one in told if one is not None)))


def _told(row: Row, openings: Iterable[dict[str, Any]], places: dict[bytes | None, str]) -> OwnBreach | None:
    """A breach as it concerns the person whose openings these are; None where it does not."""
    from beffroi.guard.retention.columns import instant

    breach = declared.breach_of(row)
    within = [
        (at, one)
        for one in openings
        for at in (instant(one["time_us"]),)
        if breach.covers(
            at, account=_text(one["account"]), organisation=_text(one["organisation"]),
            application=one["application"],
        )
    ]  # fmt: skip
    if not within:
        return None
    groups, times = 0, [at for at, _ in within]
    for _, one in within:
        groups |= one["groups"]
    names_of = {places[one["organisation"]] for _, one in within if one["organisation"] in places}
    return OwnBreach(
        breach=str(row["id"]), cause=row["cause"], sentence=Words(*CAUSES[Cause(row["cause"])]),
        declared_at=row["declared_at"], withdrawn_at=row["withdrawn_at"], groups=names(groups),
        consultations=len(within), first_at=min(times), last_at=max(times), organisations=tuple(sorted(names_of)),
    )  # fmt: skip


def _text(value: bytes | None) -> str | None:
    return None if value is None else str(UUID(bytes=value))
