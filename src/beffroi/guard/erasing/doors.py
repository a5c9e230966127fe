"""Doors of archive and erasure: POST /v1/erasures/lists, show, hold, release and gone.

For who may erase a file, at their own organisation; for founders, everywhere; approvers read what they are to sign
off. No answer holds a name: lists are random ids and dates.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.erasing import DAY, HOLD_REASONS, HoldReason, room
from beffroi.core.ids import OrganisationId, PersonId
from beffroi.core.policy import RoleKind
from beffroi.guard import stamped
from beffroi.guard.answers import erasing as answers
from beffroi.guard.answers.shape import Label, Place
from beffroi.guard.approvals.doors import objected
from beffroi.guard.duties import OnDuty, Work, at_work, with_duty
from beffroi.guard.erasing import holding, lists
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

MOST_LISTS: Final = 100
MOST_GONE: Final = 500
_LISTS: Final = """
SELECT e.*, o.name AS organisation_name FROM guard.erasure_list e
JOIN guard.organisation o ON o.id = e.organisation
WHERE ($1::uuid IS NULL OR e.organisation = $1)
ORDER BY e.status = 'done', e.prepared_at DESC, e.id LIMIT $2
"""
_SHOWN: Final = """
SELECT e.*, o.name AS organisation_name FROM guard.erasure_list e
JOIN guard.organisation o ON o.id = e.organisation WHERE e.id = $1
"""
_HOLDS: Final = """
SELECT * FROM guard.erasure_hold WHERE organisation = $1 AND ended_at IS NULL AND until_at > $2
ORDER BY held_at DESC, id LIMIT 500
"""
_ERASED: Final = "SELECT count(*) FROM guard.erased WHERE erased_at > $1"
_ARCHIVED: Final = """
SELECT count(*) FROM guard.relation
WHERE kind = 'archived' AND until_at IS NULL AND ($1::uuid IS NULL OR organisation = $1)
"""
_GONE: Final = """
SELECT person, erased_at FROM guard.erased WHERE (erased_at, person) > ($1, $2) ORDER BY erased_at, person LIMIT $3
"""
Reason = Literal["litigation", "person-asked", "minor", "investigation", "legal-duty"]


class Lists(bodies.Strict, frozen=True):
    """Body of /v1/erasures/lists."""


class OneList(bodies.Strict, frozen=True):
    """Body of /v1/erasures/show."""

    list: bodies.PersonText


class Hold(bodies.Strict, frozen=True):
    """Body of /v1/erasures/hold."""

    list: bodies.PersonText
    person: bodies.PersonText
    reason: Reason


class Release(bodies.Strict, frozen=True):
    """Body of /v1/erasures/release."""

    hold: bodies.PersonText


class Since(bodies.Strict, frozen=True):
    """Body of /v1/erasures/gone: the last row one was told of, to go on after it."""

    erased_at: Annotated[datetime, Meta(tz=True)]
    person: bodies.PersonText


_NONE: Final = msgspec.json.Decoder(Lists)
_ONE: Final = msgspec.json.Decoder(OneList)
_HOLD: Final = msgspec.json.Decoder(Hold)
_RELEASE: Final = msgspec.json.Decoder(Release)
_SINCE: Final = msgspec.json.Decoder(Since)


def _list(row: Mapping[str, Any], request: str | None) -> answers.ErasureList:
    return answers.ErasureList(
        str(row["id"]), Place(str(row["organisation"]), row["organisation_name"]), row["status"], row["people"],
        bytes(row["digest"]).hex(), row["prepared_at"], request, row["signed_at"], row["erased"], row["kept"],
        row["ended_at"],
    )  # fmt: skip


async def _request(work: Work, row: Mapping[str, Any]) -> str | None:
    open_ = row["status"] == lists.OPEN
    return await lists.pending(work, OrganisationId(str(row["organisation"]))) if open_ else None


async def all_lists(call: Call) -> Answer:
    """Lists within one's reach, those still to be signed or carried out first."""
    bodies.read(call, _NONE)

    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, policy, now = work
        place = None if by.everywhere else by.organisation.id
        rows = [stamped.genuine(keys, "erasure_list", row) for row in await conn.fetch(_LISTS, place, MOST_LISTS)]
        told = tuple([_list(row, await _request(work, row)) for row in rows])
        rules = policy.retention
        return json_answer(
            answers.ErasureLists(
                told, rules.archive_days, rules.erase_days,
                room(rules, await conn.fetchval(_ERASED, now - DAY)), rules.erased_a_day,
                by.role.kind is not RoleKind.APPROVER, await conn.fetchval(_ARCHIVED, place),
            )
        )  # fmt: skip

    return await with_duty(call, Duty.ERASE, act, writes=False)


async def show(call: Call) -> Answer:
    """One list: the lines whose turn has not come, and what is held back at its organisation."""
    body = bodies.read(call, _ONE)

    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, _, now = work
        row = await conn.fetchrow(_SHOWN, body.list)
        if row is None or not by.reaches(OrganisationId(str(row["organisation"]))):
            return objected(call, Objection.NOT_IN_THAT_STATE)
        stamped.genuine(keys, "erasure_list", row)
        lines = await lists.lines_of(work, body.list)
        if row["status"] != lists.DONE and not lists.is_whole(row, lines):
            raise stamped.Forged("erasure_line")
        holds = [
            stamped.genuine(keys, "erasure_hold", one) for one in await conn.fetch(_HOLDS, row["organisation"], now)
        ]
        return json_answer(
            answers.ErasureListShown(
                _list(row, await _request(work, row)),
                tuple(answers.ErasureLine(*line) for line in lists.to_come(row, lines)),
                tuple(
                    answers.ErasureHold(
                        str(one["id"]), str(one["person"]), one["reason"], one["held_at"], one["until_at"]
                    )
                    for one in holds
                ),
                tuple(
                    answers.HoldReason(code.value, Label(label.fr, label.en)) for code, label in HOLD_REASONS.items()
                ),
            )
        )

    return await with_duty(call, Duty.ERASE, act, writes=False)


async def hold(call: Call) -> Answer:
    """Hold a file back."""
    body = bodies.read(call, _HOLD)

    async def act(work: Work, by: OnDuty) -> Answer:
        if by.role.kind is RoleKind.APPROVER:
            return objected(call, Objection.OUT_OF_REACH)
        made = await holding.hold(work, by, body.list, PersonId(body.person), HoldReason(body.reason))
        if isinstance(made, Objection):
            return objected(call, made)
        return json_answer(answers.Held(str(made["id"]), made["until_at"]))

    return await with_duty(call, Duty.ERASE, act, writes=True)


async def release(call: Call) -> Answer:
    """End a hold."""
    body = bodies.read(call, _RELEASE)

    async def act(work: Work, by: OnDuty) -> Answer:
        if by.role.kind is RoleKind.APPROVER:
            return objected(call, Objection.OUT_OF_REACH)
        ended = await holding.release(work, by, body.hold)
        if isinstance(ended, Objection):
            return objected(call, ended)
        return json_answer(answers.Held(str(ended["id"]), work.now))

    return await with_duty(call, Duty.ERASE, act, writes=True)


async def gone(call: Call) -> Answer:
    """Random ids of people erased since, for an application that keeps dates by them: of nobody any more."""
    body = bodies.read(call, _SINCE)

    async def act(work: Work, by: OnDuty) -> Answer:
        rows = await work.conn.fetch(_GONE, body.erased_at, body.person, MOST_GONE + 1)
        told = tuple(answers.Gone(str(row["person"]), row["erased_at"]) for row in rows[:MOST_GONE])
        return json_answer(answers.GonePage(told, len(rows) > MOST_GONE))

    return await at_work(call, act)


ROUTES: Final[Routes] = {
    ("POST", "/v1/erasures/lists"): all_lists,
    ("POST", "/v1/erasures/show"): show,
    ("POST", "/v1/erasures/hold"): hold,
    ("POST", "/v1/erasures/release"): release,
    ("POST", "/v1/erasures/gone"): gone,
}
