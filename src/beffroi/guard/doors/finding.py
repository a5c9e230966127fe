"""POST /v1/find: an exact search through the blind indexes. Never a wildcard, at most five answers.

A question is counted first, whoever answers. Each person found is then an opening of its own: charged, journaled
``found``, shown to the person. Without a relation the answer says that the person is known and where, nothing more.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.ids import PersonId, PurposeCode
from beffroi.core.nir import NirRefusal
from beffroi.core.normalisation import NormalisationRefusal
from beffroi.core.policy import Action
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Agent, Granted, Manner, Outcome
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.doors.answers import followers, genuine, refused
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.doors.several import decide_each
from beffroi.guard.vault import blind
from beffroi.guard.vault.people import MOST_MATCHES, holding
from beffroi.guard.web import bodies
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

Typed = Annotated[str, Meta(min_length=1, max_length=300)]
_STRENGTH: Final = ("followed", "appointment", "enrolment", "prescription")
_RELATIONS: Final = """
SELECT * FROM guard.relation WHERE person = ANY ($1::uuid[]) AND organisation = $2
    AND since_at <= guard.instant() AND (until_at IS NULL OR until_at > guard.instant())
"""


class Search(bodies.Strict, frozen=True):
    """Body of /v1/find: ``value``, or last name, first name and birth date (AAAA-MM-JJ) when ``by`` is ``name``."""

    purpose: bodies.Code
    by: Literal["nir", "agency-id", "email", "phone", "name"]
    value: Typed | None = None
    last_name: Typed | None = None
    first_name: Typed | None = None
    birth_date: Annotated[str, Meta(max_length=10)] | None = None


class Follower(msgspec.Struct, frozen=True):
    """An organisation that follows somebody."""

    organisation: str
    name: str


class Match(msgspec.Struct, frozen=True):
    """Somebody found: the relation one's own organisation has with them, and who follows them."""

    person: bodies.PersonText
    known: bool
    relation: str | None
    followed_by: list[Follower]


class Found(msgspec.Struct, frozen=True):
    """Answer of /v1/find. ``more`` when the index holds more than five: be more precise."""

    matches: list[Match]
    more: bool = False


_SEARCH: Final = msgspec.json.Decoder(Search)


async def find(call: Call) -> Answer:
    """Count the question, look up, charge and journal each person found, answer."""
    body, caller = bodies.read(call, _SEARCH), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    index = wanted(call, body)
    services = call.services
    request = Request(Action.FIND, caller.application, PurposeCode(body.purpose), None, 0, None)
    asked = await services.worker.decide(
        request, caller.handle_hash, caller.client_hash, kind="question", manner=Manner.QUESTION
    )
    if not isinstance(asked, Granted):
        return await refused(call, asked)
    async with services.pool.acquire() as conn:
        people = await holding(conn, body.by, index)
    more = len(people) > MOST_MATCHES
    told = await reveal(call, caller, request, people[:MOST_MATCHES], asked.agent)
    if isinstance(told, Refusal | Fault):
        return await refused(call, told)
    return json_answer(Found(told, more))


def wanted(call: Call, body: Search) -> Any:
    """The blind index of what was typed. Raises Malformed, saying which field and nothing of its value."""
    by_name = body.by == "name"
    for name in ("value", "last_name", "first_name", "birth_date"):
        needed = by_name if name != "value" else not by_name
        if needed != (getattr(body, name) is not None):
            expected = "a value" if needed else "nothing: it does not go with this way of searching"
            raise Malformed(f"$.{name}", expected)
    index = blind.searched(
        call.services.keys,
        body.by,
        (body.last_name if by_name else body.value) or "",
        today=_today(),
        first_names=body.first_name or "",
        born=body.birth_date or "",
    )
    if isinstance(index, NirRefusal | NormalisationRefusal):
        where = "$.birth_date" if isinstance(index, NormalisationRefusal) and "date" in index.value else None
        raise Malformed(where or ("$.last_name" if by_name else "$.value"), index.value)
    return index


def _today() -> date:
    """Only to read two-digit or future birth dates: nothing is decided by it."""
    return datetime.now(PARIS).date()


async def reveal(
    call: Call, caller: Caller, request: Request, people: Sequence[PersonId], agent: Agent
) -> list[Match] | Refusal | Fault:
    """Charge and journal each person found, then say what may be said of those that were granted.

    A refusal for one of them (an exhausted budget) refuses the whole answer: part of a list would tell how many. Who
    was erased or merged away since the search looked is left out: nobody is there.
    """
    findings = [request._replace(action=Action.FIND, person=person, groups=0) for person in people]
    outcomes = await decide_each(call, caller, findings, kind="found")
    there = [(person, one) for person, one in zip(people, outcomes, strict=True) if not _is_gone(one)]
    denied = _denied([outcome for _, outcome in there])
    if denied is not None:
        return denied
    people = [person for person, _ in there]
    if not people:
        return []
    async with call.services.pool.acquire() as conn:
        keys = call.services.keys
        related = genuine(keys, await conn.fetch(_RELATIONS, list(people), agent.organisation.id))
        where = await followers(conn, keys, people)
    matches = []
    for person in people:
        own = [(row["kind"], row["referent"]) for row in related if str(row["person"]) == person]
        following = [Follower(**one) for one in where[person]]
        matches.append(Match(person, True, _relation(own, agent), following))
    return matches


def _denied(outcomes: Sequence[Outcome]) -> Refusal | Fault | None:
    return next((outcome for outcome in outcomes if not isinstance(outcome, Granted)), None)


def _is_gone(outcome: Outcome) -> bool:
    return isinstance(outcome, Refusal) and outcome.code is Code.PERSON_UNKNOWN


def _relation(own: Sequence[tuple[str, Any]], agent: Agent) -> str | None:
    if any(referent is not None and str(referent) == agent.account.id for _, referent in own):
        return "referent"
    kinds = [kind for kind, _ in own]
    return next((kind for kind in _STRENGTH if kind in kinds), None)


ROUTES: Final[Routes] = {("POST", "/v1/find"): find}
