"""POST /v1/exports/…: files of several people.

Each line is a decision of its own, charged and journaled as an opening is; then the copy's row is written; then the
answer leaves. Killed in between, people are counted who were not handed out, never the other way round.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import msgspec

from beffroi.core import exporting
from beffroi.core.approvals import Objection, State, standing
from beffroi.core.duty import Duty
from beffroi.core.exporting import Hindrance
from beffroi.core.facts import Request
from beffroi.core.fields import mask_of, names
from beffroi.core.ids import PersonId, PurposeCode
from beffroi.core.marks import in_groups, read_mark
from beffroi.core.policy import EXPORTS, Action
from beffroi.guard import journal, own_budgets
from beffroi.guard.answers.exporting import Copy, Export, ExportRow, Exports, Reason, Traced
from beffroi.guard.answers.shape import Nothing
from beffroi.guard.approvals import making
from beffroi.guard.approvals.doors import objected
from beffroi.guard.decisions.asks import Granted, Outcome
from beffroi.guard.doors.answers import budget, denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.doors.opening import in_clear
from beffroi.guard.doors.several import decide_each
from beffroi.guard.duties import OnDuty, Work, entry_of, with_action, with_duty
from beffroi.guard.exporting import copies
from beffroi.guard.exporting.bodies import Exporting, Marked, OneExport, Purposed
from beffroi.guard.exporting.copies import Wanted
from beffroi.guard.exporting.requests import EXPORT
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

_EXPORTING: Final = msgspec.json.Decoder(Exporting)
_PURPOSED: Final = msgspec.json.Decoder(Purposed)
_ONE: Final = msgspec.json.Decoder(OneExport)
_MARKED: Final = msgspec.json.Decoder(Marked)
Wish = Callable[[Work, OnDuty], Awaitable[Wanted | Hindrance]]


async def ask(call: Call) -> Answer:
    """Ask a second person to agree to a file of more people than one may export alone."""
    body = bodies.read(call, _EXPORTING)

    async def act(work: Work, by: OnDuty) -> Answer:
        made = await making.make(work, by, EXPORT, body)
        if isinstance(made, Objection):
            return objected(call, made)
        return json_answer({"request": str(made["id"]), "needed": made["needed"]}, 201)

    return await with_action(call, Action.EXPORT, body.purpose, act, writes=True)


async def mine(call: Call) -> Answer:
    """What may be exported, and one's own requests."""
    body = bodies.read(call, _PURPOSED)

    async def act(work: Work, by: OnDuty) -> Answer:
        rules = work.policy.exports
        rule = by.role.rules[PurposeCode(body.purpose)]
        reasons = tuple(Reason(code, label.fr, label.en) for code, label in rules.reasons.items())
        held = await copies.mine(work, by)
        made = await copies.made(work.conn, [str(row["id"]) for row in held])
        author = await making.author(work, by.account.id)
        rows = [_told(work, row, author, made[str(row["id"])]) for row in held]
        offered = names(rules.groups & rule.read)
        left = await own_budgets.left(work, by, EXPORTS)
        return json_answer(Exports(offered, rules.people, left, rules.copies, reasons, tuple(rows)))

    return await with_action(call, Action.EXPORT, body.purpose, act, writes=False)


def _told(work: Work, row: Any, author: Any, made: int) -> Export:
    asked = making.read_of(work, row, author)
    body, agreed = asked.content["body"], copies.agreed_at(row)
    until = None if agreed is None else agreed + timedelta(days=work.policy.exports.days)
    state = standing(State(row["status"]), row["expires_at"], work.now)
    return Export(
        asked.id, state.value, len(body["people"]), tuple(body["groups"]), body["reason"], row["created_at"],
        row["decided_at"], made, until,
    )  # fmt: skip


async def withdraw(call: Call) -> Answer:
    """Take back one's own request while it waits."""
    body = bodies.read(call, _ONE)

    async def act(work: Work, by: OnDuty) -> Answer:
        if not await copies.is_own(work, by, body.request):
            return problems.reply(call, Hindrance.UNKNOWN)
        done = await making.withdraw(work, by, body.request)
        return objected(call, done) if isinstance(done, Objection) else json_answer(Nothing())

    return await with_action(call, Action.EXPORT, body.purpose, act, writes=True)


async def hand_out_alone(call: Call) -> Answer:
    """A copy that nobody else agreed to: past the account's own budget of a day, its lines come masked."""
    body = bodies.read(call, _EXPORTING)
    rules = call.services.policy.exports
    people = tuple(PersonId(person) for person in dict.fromkeys(body.people))
    if len(people) > rules.people:
        raise Malformed("$.people", f"at most {rules.people} people")
    groups = mask_of(body.groups)
    if not groups:
        raise Malformed("$.groups", "at least one group")
    wanted = Wanted(PurposeCode(body.purpose), groups, body.reason, people, None)

    async def wish(work: Work, by: OnDuty) -> Wanted | Hindrance:
        return wanted if body.reason in work.policy.exports.reasons else Hindrance.NO_SUCH_REASON

    return await _handed_out(call, body.purpose, wish)


async def hand_out_agreed(call: Call) -> Answer:
    """A copy of what a second person agreed to."""
    body = bodies.read(call, _ONE)

    async def wish(work: Work, by: OnDuty) -> Wanted | Hindrance:
        found = await copies.agreed(work, by, body.request)
        other = isinstance(found, Wanted) and found.purpose != body.purpose
        return Hindrance.UNKNOWN if other else found

    return await _handed_out(call, body.purpose, wish)


async def _handed_out(call: Call, purpose: str, wish: Wish) -> Answer:
    caller = caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    found: list[Wanted] = []

    async def look(work: Work, by: OnDuty) -> Answer:
        wanted = await wish(work, by)
        if isinstance(wanted, Hindrance):
            return problems.reply(call, wanted)
        found.append(wanted)
        return json_answer(None)

    looked = await with_action(call, Action.EXPORT, purpose, look, writes=False)
    if not found:
        return looked
    copy, wanted = str(uuid4()), found[0]
    outcomes = await _decided(call, caller, wanted, copy)
    granted = [one for one in outcomes if isinstance(one, Granted)]
    if not granted:
        first = outcomes[0]
        assert not isinstance(first, Granted), "none is"
        return denial(call, first)

    rows = [_row(call, *one) for one in zip(wanted.people, outcomes, strict=True)]

    async def write(work: Work, by: OnDuty) -> Answer:
        again = await wish(work, by)
        if isinstance(again, Hindrance):  # another copy was handed out meanwhile
            return problems.reply(call, again)
        row = await copies.keep(work, by, wanted, copy, len(granted))
        return json_answer(Copy(copy, in_groups(row["mark"]), work.now, rows, budget(granted[-1].paid)))

    return await with_action(call, Action.EXPORT, purpose, write, writes=True)


async def _decided(call: Call, caller: Caller, wanted: Wanted, copy: str) -> list[Outcome]:
    """Each person's own decision, in the order of the file; its entry names the copy."""
    detail = json.dumps({"copy": copy}, separators=(",", ":"))
    law = exporting.alone if wanted.request is None else exporting.agreed
    asked = [
        Request(Action.EXPORT, caller.application, wanted.purpose, person, wanted.groups, None)
        for person in wanted.people
    ]
    return await decide_each(call, caller, asked, sealed=True, detail=detail, law=law)


def _row(call: Call, person: PersonId, outcome: Outcome) -> ExportRow:
    fields: Any = in_clear(call, person, outcome)
    if not isinstance(outcome, Granted) or isinstance(fields, str):
        return ExportRow(person, {}, masked=True, code=fields)
    return ExportRow(person, fields, outcome.entry)


async def trace(call: Call) -> Answer:
    """Whose copy carries a mark: for who investigates, and journaled."""
    body = bodies.read(call, _MARKED)
    mark = read_mark(body.mark)

    async def act(work: Work, by: OnDuty) -> Answer:
        row = None if mark is None else await copies.marked(work, mark)
        if row is None or not (by.everywhere or str(row["organisation"]) == by.organisation.id):
            return problems.reply(call, Hindrance.UNKNOWN)
        named = await agents.names(work.conn, work.keys, {str(row["account"])})
        await journal.append(work.conn, [entry_of(work, by, "copy-traced", {"copy": str(row["id"])})])
        return json_answer(
            Traced(
                str(row["id"]), row["made_at"], str(row["account"]), named.get(str(row["account"]), ""),
                str(row["organisation"]), row["organisation_name"], row["purpose"], names(row["groups"]),
                row["reason"], row["people"], None if row["request"] is None else str(row["request"]),
            )
        )  # fmt: skip

    return await with_duty(call, Duty.INVESTIGATE, act, writes=True)


ROUTES: Final[Routes] = {
    ("POST", "/v1/exports/ask"): ask,
    ("POST", "/v1/exports/mine"): mine,
    ("POST", "/v1/exports/withdraw"): withdraw,
    ("POST", "/v1/exports/alone"): hand_out_alone,
    ("POST", "/v1/exports/agreed"): hand_out_agreed,
    ("POST", "/v1/exports/trace"): trace,
}
