"""POST /v1/relations/preview and assign: people of one's office are given another referent, one or hundreds.

Each person is a decision of its own, charged and journaled; a budget that ends stops there, and the answer says what
was done. Asking again does what was left: who is already the new referent's costs nothing.
"""

from collections import Counter
from typing import Final

import msgspec

from beffroi.core.decision import Refusal
from beffroi.core.ids import AccountId, OrganisationId, PersonId, PurposeCode
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.core.relating import MOST_AT_ONCE, Obstacle, handing, taking
from beffroi.guard.answers import relating as answers
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.doors.agents import names_there
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import OnDuty, Work, with_action
from beffroi.guard.relating import colleagues, relations
from beffroi.guard.relating.bodies import Handing, Purposed
from beffroi.guard.relating.commanding import Came, Change, Doing, carry_out, obstacle, question, refusal
from beffroi.guard.vault.agents import names_of
from beffroi.guard.web import bodies
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

_HANDING: Final = msgspec.json.Decoder(Handing)
_PURPOSED: Final = msgspec.json.Decoder(Purposed)
_UNKNOWN: Final = frozenset({Code.PERSON_UNKNOWN, Code.NOT_FOLLOWED})


def _handing(call: Call) -> Handing:
    body = bodies.read(call, _HANDING)
    if (body.people is None) == (body.portfolio_of is None):
        raise Malformed("$.people", "either people or portfolio_of")
    return body


async def list_colleagues(call: Call) -> Answer:
    """Colleagues of one's office who can follow people, by name, how many each follows, and whom others left."""
    body = bodies.read(call, _PURPOSED)

    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, policy, now = work
        there = await colleagues.at_work(conn, keys, policy, by.organisation.id, now)
        names = names_of(keys, [one.account for one in there])
        sizes = await relations.sizes(conn, by.organisation.id, [one.id for one in there], now)
        left = await relations.left_behind(conn, by.organisation.id, list(colleagues.following(policy)), now)
        theirs = await names_there(conn, keys, by.organisation.id, left)
        former = [answers.Former(account, theirs.get(account, ""), people) for account, people in left.items()]
        rows = [
            answers.Colleague(one.id, names[one.id], sizes.get(one.id, 0), one.most, one.id == by.account.id)
            for one in there
            if one.id in names
        ]
        return json_answer(
            answers.Colleagues(
                tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.account))),
                tuple(sorted(former, key=lambda row: (row.name.casefold(), row.account))),
            )
        )

    return await with_action(call, Action.RELATE, body.purpose, act, writes=False)


async def preview(call: Call) -> Answer:
    """How many people would change hands, whose they are, and what the colleague would follow then: a question."""
    body, caller = _handing(call), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    asked = await question(call, caller, PurposeCode(body.purpose))
    if not isinstance(asked, Granted):
        return denial(call, asked)

    async def act(work: Work, by: OnDuty) -> Answer:
        conn, keys, policy, now = work
        office, to = by.organisation.id, AccountId(body.to)
        there = await colleagues.at_work(conn, keys, policy, office, now, only=to)
        if not there:
            return obstacle(call, Obstacle.COLLEAGUE_UNKNOWN)
        colleague = there[0]
        people = await _wanted(work, office, body)
        rows = await relations.followed(conn, keys, people, office, now)
        moving = [row for row in rows if row["referent"] is None or str(row["referent"]) != to]
        from_whom = Counter(None if row["referent"] is None else str(row["referent"]) for row in moving)
        size = (await relations.sizes(conn, office, [to], now)).get(to, 0)
        return json_answer(
            answers.Preview(
                people=len(people), changing=len(moving), unchanged=len(rows) - len(moving),
                unknown=len(people) - len(rows),
                by_referent=tuple(answers.Share(account, count) for account, count in from_whom.most_common()),
                before=size, after=size + len(moving), most=colleague.most,
                over=size + len(moving) > colleague.most,
            )
        )  # fmt: skip

    return await with_action(call, Action.RELATE, body.purpose, act, writes=False)


async def _wanted(work: Work, office: OrganisationId, body: Handing) -> list[PersonId]:
    if body.people is not None:
        return list(dict.fromkeys(PersonId(person) for person in body.people))
    assert body.portfolio_of is not None, "one of the two"
    return await relations.people_of(work.conn, AccountId(body.portfolio_of), office, work.now)


async def assign(call: Call) -> Answer:
    """Hand people of one's office to a colleague, or take them on oneself."""
    body, caller = _handing(call), caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    people: list[PersonId] = []
    already: set[PersonId] = set()
    own: list[AccountId] = []

    async def gather(work: Work, by: OnDuty) -> Answer:
        office = by.organisation.id
        wanted = await _wanted(work, office, body)
        for row in await relations.followed(work.conn, work.keys, wanted, office, work.now):
            if row["referent"] is not None and str(row["referent"]) == body.to:
                already.add(PersonId(str(row["person"])))
        people.extend(person for person in wanted if person not in already)
        own.append(by.account.id)
        return json_answer(None)

    gathered = await with_action(call, Action.RELATE, body.purpose, gather, writes=False)
    if not own:
        return gathered
    if not people:  # nothing to decide: a question, and no decision for each
        asked = await question(call, caller, PurposeCode(body.purpose))
        if not isinstance(asked, Granted):
            return denial(call, asked)
    to, tried, unknown, meanwhile = AccountId(body.to), 0, 0, 0
    stopped: Refusal | Fault | Obstacle | None = None
    for person in people[:MOST_AT_ONCE]:
        came = await _one(call, caller, PurposeCode(body.purpose), person, to, to_oneself=to == own[0])
        if came is None:
            meanwhile += 1
        elif isinstance(came, Refusal) and came.code in _UNKNOWN and len(people) + len(already) > 1:
            unknown += 1
        elif not isinstance(came, Granted):
            stopped = came
            break
        tried += 1
    done, unchanged = tried - unknown - meanwhile, len(already) + meanwhile
    if stopped is not None and not done:
        return refusal(call, stopped)
    why = None if stopped is None else _code(stopped)
    return json_answer(answers.Assigned(done, unchanged, unknown, tuple(people[tried:]), why))


def _code(came: Refusal | Fault | Obstacle) -> str:
    return str(came.code) if isinstance(came, Refusal) else str(came)


async def _one(
    call: Call, caller: Caller, purpose: PurposeCode, person: PersonId, to: AccountId, *, to_oneself: bool
) -> Came | None:
    """One person handed over; ``None`` where they are that colleague's already."""
    keys, policy = call.services.keys, call.services.policy
    same: list[bool] = []

    async def act(doing: Doing) -> Obstacle | dict[str, str | None]:
        conn, granted, now = doing
        office = granted.agent.organisation.id
        row = await relations.live(conn, keys, person, office, relations.FOLLOWED, now)
        assert row is not None, "the law saw it in this very transaction"
        before = None if row["referent"] is None else str(row["referent"])
        same.clear()
        if before == to:
            same.append(True)
            return Obstacle.ALREADY_FOLLOWED
        found = await colleagues.at_work(conn, keys, policy, office, now, only=to)
        if not found:
            return Obstacle.COLLEAGUE_UNKNOWN
        if await colleagues.room_of(conn, office, found[0], now) < 1:
            return Obstacle.PORTFOLIO_FULL
        await relations.hand(conn, keys, row, to, now)
        return {"from": before, "to": to}

    law = taking if to_oneself else handing
    came = await carry_out(call, caller, Change("assigned", person, purpose), law, act)
    return None if same else came


ROUTES: Final[Routes] = {
    ("POST", "/v1/relations/colleagues"): list_colleagues,
    ("POST", "/v1/relations/preview"): preview,
    ("POST", "/v1/relations/assign"): assign,
}
