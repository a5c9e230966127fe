"""POST /v1/person/requests/make and list: a person asks something about their own data, and follows it.

After a proven identity alone: so the request stands as identified from the beginning, in the register of the
organisation that follows the person. What they write is sealed under their own key; the journal has codes. They read
it again while the request is open, and what they were answered for some time afterwards: journaled as a reading of
their own, before it leaves.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal
from uuid import uuid4

import msgspec
from msgspec import Meta

from beffroi.core.answering import KEPT
from beffroi.core.asking import KNOWING, LONGEST, MOST_OPEN, counts, may_ask
from beffroi.core.ids import OrganisationId
from beffroi.core.person_rights import MOVES, Article, Objection, State
from beffroi.core.personal import Objection as Missing
from beffroi.guard import stamped
from beffroi.guard.answers.personal import Asked, OwnRequest, OwnRequests, Place
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.merging import aliases
from beffroi.guard.notifying import telling
from beffroi.guard.person_rights.register import TABLE, standing_of
from beffroi.guard.person_rights.writing import DAY, Text, keep, key_of, opened, written
from beffroi.guard.personal.presence import Present, with_person
from beffroi.guard.relating.prescribing import begins
from beffroi.guard.signin import attempts
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.signin.integrity import report
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

_RELATIONS: Final = """
SELECT r.*, o.name FROM guard.relation r JOIN guard.organisation o ON o.id = r.organisation
WHERE o.active AND $3 < o.contract_until AND r.person = $1 AND r.kind = ANY ($2::text[])
    AND r.since_at <= $3 AND (r.until_at IS NULL OR $3 < r.until_at)
ORDER BY o.name, o.id
"""
_SAME: Final = """
SELECT 1 FROM guard.person_request WHERE person = ANY ($1::uuid[]) AND organisation = $2 AND article = $3
    AND state NOT IN ('answered', 'refused')
"""
_MADE: Final = """
SELECT * FROM guard.person_request WHERE person = ANY ($1::uuid[]) AND registered_by IS NULL
    AND (state NOT IN ('answered', 'refused') OR registered_at > $2)
"""
_OWN: Final = """
SELECT q.*, o.name FROM guard.person_request q JOIN guard.organisation o ON o.id = q.organisation
WHERE q.person = ANY ($1::uuid[]) ORDER BY q.registered_at DESC, q.id LIMIT 100
"""


class Asking(bodies.Strict, frozen=True):
    """Body of /v1/person/requests/make; ``text`` goes with a rectification and a restriction, and with no other."""

    organisation: bodies.PersonText
    article: Literal["access", "rectification", "restriction", "portability"]
    text: Annotated[str, Meta(max_length=LONGEST)] | None = None


class Following(bodies.Strict, frozen=True):
    """Body of /v1/person/requests/list."""


_ASKING: Final = msgspec.json.Decoder(Asking)
_FOLLOWING: Final = msgspec.json.Decoder(Following)


async def make(call: Call) -> Answer:
    """Register one's own request where one is followed."""
    body, keys, policy = bodies.read(call, _ASKING), call.services.keys, call.services.policy

    async def act(here: Present) -> Answer:
        conn, now, article = here.conn, here.now, Article(body.article)
        kin = await aliases.family(conn, keys, here.person)
        kinds = [kind for place, kind, _ in await _places(here, keys) if place == body.organisation]
        waiting, today = await _made(here, keys, kin)
        way = may_ask(article, body.text, kinds, waiting, today)
        if way is None and await conn.fetchval(_SAME, kin, body.organisation, article) is not None:
            way = Objection.EXISTS
        if way is not None:
            return problems.reply(call, way)
        held = await key_of(conn, here.person)
        if held is None:
            return problems.reply(call, Missing.FILE_GONE)
        id_, received_on = str(uuid4()), now.astimezone(PARIS).date()
        row = {
            "id": id_, "person": here.person, "organisation": body.organisation, "article": article.value,
            "received_at": begins(received_on), "state": State.IDENTIFIED.value, "extended": None, "reason": None,
            "registered_by": None, "registered_at": now, "moved_by": None, "moved_at": None, "version": 1,
        }  # fmt: skip
        await stamped.insert(conn, keys, TABLE, row)
        if body.text is not None:
            await keep(conn, keys, Text.REQUEST, id_, here.person, held, body.text, now)
        entry = Entry(
            now, "person-request-registered", here.person, session=here.id, organisation=body.organisation,
            application=here.session["application"], explanation=article.value, policy=policy.version,
            detail=f'{{"request":"{id_}"}}',
        )  # fmt: skip
        await append(conn, [entry])
        await telling.asked_on_line(Work(conn, keys, policy, now), id_, OrganisationId(body.organisation))
        return json_answer(Asked(id_, standing_of(row).due_on), 201)

    return await with_person(call, act, writes=True, identified=True)


async def listed(call: Call) -> Answer:
    """One's own requests, by any means they came, and where one may make another.

    With what one wrote or was answered it is a reading of one's own, counted, and journaled under the turnstile; else
    it is none. Words that do not open are reported, and said to be altered; the rest is shown.
    """
    bodies.read(call, _FOLLOWING)
    keys, worded = call.services.keys, list[str]()
    altered: dict[str, Exception] = {}

    async def look(here: Present) -> Answer:
        rows = await _own(here, keys)
        worded[:] = [one for text, ids in _read(here, rows).items() for one in await written(here.conn, text, ids)]
        return await _told(here, keys, rows, {text: {} for text in Text}, ())

    async def read(here: Present) -> Answer:
        if not await attempts.within(here.conn, keys, Limit.OWN_QUESTIONS, here.person, here.now):
            return problems.reply(call, Fault.TOO_MANY_QUESTIONS)
        entry = Entry(
            here.now, "own-file-read", here.person, session=here.id, application=here.session["application"],
            explanation="requests", policy=call.services.policy.version,
        )  # fmt: skip
        await append(here.conn, [entry])
        rows = await _own(here, keys)
        texts = dict[Text, Mapping[str, str]]()
        for text, ids in _read(here, rows).items():
            texts[text], refused = await opened(here.conn, keys, text, ids)
            altered.update(refused)
        return await _told(here, keys, rows, texts, altered)

    answer = await with_person(call, look, writes=False, identified=True)
    if worded:
        answer = await with_person(call, read, writes=True, identified=True)
        for error in altered.values():
            await report(call, error)
    return answer


async def _own(here: Present, keys: "Keys") -> list["Row"]:
    """Raises Forged."""
    kin = await aliases.family(here.conn, keys, here.person)
    return [stamped.genuine(keys, TABLE, row) for row in await here.conn.fetch(_OWN, kin)]


def _read(here: Present, rows: Sequence["Row"]) -> dict[Text, list[str]]:
    """Requests of which one reads what one wrote, and what one was answered: open ones, and those closed of late."""
    closed_at = {str(row["id"]): _closed_at(row) for row in rows}
    return {
        Text.REQUEST: [id_ for id_, at in closed_at.items() if at is None],
        Text.ANSWER: [id_ for id_, at in closed_at.items() if at is not None and here.now < at + KEPT],
    }


def _closed_at(row: "Row") -> datetime | None:
    return None if MOVES[standing_of(row).state] else row["moved_at"]


async def _told(
    here: Present,
    keys: "Keys",
    rows: Sequence["Row"],
    texts: Mapping[Text, Mapping[str, str]],
    altered: Collection[str],
) -> Answer:
    told = []
    for row in rows:
        standing, id_, closed_at = standing_of(row), str(row["id"]), _closed_at(row)
        answer = texts[Text.ANSWER].get(id_)
        until = closed_at + KEPT if closed_at is not None and answer is not None else None
        told.append(
            OwnRequest(
                id_, row["article"], row["name"], standing.received_on, standing.due_on, standing.state.value,
                standing.extended, row["reason"], row["registered_by"] is None, texts[Text.REQUEST].get(id_),
                closed_at, answer, until, id_ in altered,
            )
        )  # fmt: skip
    places = {place: name for place, _, name in await _places(here, keys)}
    waiting, _ = await _made(here, keys, await aliases.family(here.conn, keys, here.person))
    left = max(0, MOST_OPEN - waiting)
    return json_answer(OwnRequests(tuple(told), tuple(Place(*one) for one in places.items()), left))


async def _made(here: Present, keys: "Keys", kin: Sequence[str]) -> tuple[int, int]:
    """Requests made on line that wait within their delay, and those made in 24 hours. Raises Forged."""
    since, today = here.now - DAY, here.now.astimezone(PARIS).date()
    rows = [stamped.genuine(keys, TABLE, row) for row in await here.conn.fetch(_MADE, kin, since)]
    waiting = sum(counts(standing_of(row), today) for row in rows)
    return waiting, sum(row["registered_at"] > since for row in rows)


async def _places(here: Present, keys: "Keys") -> list[tuple[str, str, str]]:
    """Organisations under contract that answer this person now: id, kind of relation, name. Raises Forged."""
    return [
        (str(row["organisation"]), row["kind"], row["name"])
        for row in await here.conn.fetch(_RELATIONS, here.person, sorted(KNOWING), here.now)
        if stamped.genuine(keys, "relation", row)
    ]


ROUTES: Final[Routes] = {
    ("POST", "/v1/person/requests/make"): make,
    ("POST", "/v1/person/requests/list"): listed,
}
