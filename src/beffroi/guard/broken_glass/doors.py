"""POST /v1/break-glass/list, show and judge: for security officers of the organisation, or of the network.

Who opened is named, the person is not: an officer reads no file. The text that was typed may speak of somebody, so
reading it is journaled.
"""

from typing import Annotated, Final, Literal
from uuid import uuid4

import msgspec
from msgspec import Meta

from beffroi.core.broken_glass import Objection, Verdict, may_judge
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId
from beffroi.guard import journal, stamped
from beffroi.guard.answers.broken_glass import Judged, Shown
from beffroi.guard.broken_glass import reading
from beffroi.guard.duties import OnDuty, Work, entry_of, with_duty
from beffroi.guard.lines import within_own_line
from beffroi.guard.stamped import Row
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/break-glass/list. ``every`` asks for those that were judged too."""

    every: bool = False
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1


class OneOpening(bodies.Strict, frozen=True):
    """Body of /v1/break-glass/show: the entry of the journal."""

    entry: Annotated[int, Meta(ge=1, le=1 << 62)]


class Judging(bodies.Strict, frozen=True):
    """Body of /v1/break-glass/judge."""

    entry: Annotated[int, Meta(ge=1, le=1 << 62)]
    verdict: Literal["justified", "questioned", "unjustified"]


_LISTING: Final = msgspec.json.Decoder(Listing)
_ONE: Final = msgspec.json.Decoder(OneOpening)
_JUDGING: Final = msgspec.json.Decoder(Judging)


async def list_openings(call: Call) -> Answer:
    """Those that wait for a verdict."""
    body = bodies.read(call, _LISTING)

    async def act(work: Work, by: OnDuty) -> Answer:
        return json_answer(await reading.listed(work, by, every=body.every, page=body.page))

    return await with_duty(call, Duty.INVESTIGATE, act, writes=False)


async def show(call: Call) -> Answer:
    """One of them, with the text that was typed."""
    body = bodies.read(call, _ONE)

    async def act(work: Work, by: OnDuty) -> Answer:
        row = await reading.one(work, by, body.entry)
        if row is None:
            return problems.reply(call, Objection.UNKNOWN)
        [opening] = await reading.told(work, [row])
        against = await _against(work, by, row)
        text = None if against is Objection.OWN else await reading.text(work, row)
        await journal.append(work.conn, [entry_of(work, by, "glass-read", {"entry": body.entry})])
        return json_answer(Shown(opening, text, await reading.again(work, row), against and against.value))

    return await with_duty(call, Duty.INVESTIGATE, act, writes=True)


async def judge(call: Call) -> Answer:
    """Say what it was."""
    body = bodies.read(call, _JUDGING)
    verdict = Verdict(body.verdict)

    async def act(work: Work, by: OnDuty) -> Answer:
        row = await reading.one(work, by, body.entry)
        if row is None:
            return problems.reply(call, Objection.UNKNOWN)
        before = (await reading.verdicts(work, [body.entry])).get(body.entry)
        said = None if before is None else Verdict(before["verdict"])
        if await within_own_line(work.conn, work.keys, work.policy, _author(row), by.account.id, work.now):
            return problems.reply(call, Objection.OWN)
        if not may_judge(said, verdict):
            return problems.reply(call, Objection.JUDGED)
        if before is None:
            kept = {
                "id": str(uuid4()), "entry": body.entry, "opened_at": row["at"], "account": str(row["account"]),
                "organisation": str(row["organisation"]), "verdict": verdict.value, "judged_by": by.account.id,
                "judged_at": work.now, "version": 1,
            }  # fmt: skip
            await stamped.insert(work.conn, work.keys, "glass_verdict", kept)
        else:
            await stamped.amend(
                work.conn, work.keys, "glass_verdict", before, verdict=verdict.value, judged_by=by.account.id,
                judged_at=work.now,
            )  # fmt: skip
        detail = {"entry": body.entry, "verdict": verdict.value}
        await journal.append(work.conn, [entry_of(work, by, "glass-judged", detail)])
        return json_answer(Judged(verdict.value))

    return await with_duty(call, Duty.INVESTIGATE, act, writes=True)


async def _against(work: Work, by: OnDuty, row: Row) -> Objection | None:
    if await within_own_line(work.conn, work.keys, work.policy, _author(row), by.account.id, work.now):
        return Objection.OWN
    said = (await reading.verdicts(work, [row["entry"]])).get(row["entry"])
    closed = said is not None and Verdict(said["verdict"]) is not Verdict.QUESTIONED
    return Objection.JUDGED if closed else None


def _author(row: Row) -> AccountId:
    return AccountId(str(row["account"]))


ROUTES: Final[Routes] = {
    ("POST", "/v1/break-glass/list"): list_openings,
    ("POST", "/v1/break-glass/show"): show,
    ("POST", "/v1/break-glass/judge"): judge,
}
