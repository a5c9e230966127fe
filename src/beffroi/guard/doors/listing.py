"""POST /v1/list: a page of one's own people, of one's organisation's, or people given by their ids; each opened.

Each row of the page is a decision of its own, charged and journaled; a refused row comes masked, after the others.
An organisation is listed by recency only. One's own people may be sorted by name, on this side of the wall, as long
as all rows are released: the place of a refused name among known ones would tell it to whoever may rename one.
People whose file is restricted are put after the others before anything is sorted.
People given by their ids come in the order given; somebody unknown and somebody of another office are masked alike.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.decision import Refusal
from beffroi.core.facts import Request
from beffroi.core.fields import Group
from beffroi.core.ids import AccountId, PersonId, PurposeCode
from beffroi.core.normalisation import NormalisationRefusal, first_name_key, name_key
from beffroi.core.policy import Action
from beffroi.guard import stamped
from beffroi.guard.decisions.asks import Agent, Granted, Manner, Outcome
from beffroi.guard.doors.answers import Budget, budget, refused
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.doors.opening import in_clear
from beffroi.guard.doors.several import decide_each
from beffroi.guard.keys import Keys, WrappedKeyRefused
from beffroi.guard.vault.records import Identity
from beffroi.guard.vault.sealing import SealRefused, open_groups, owner_bytes
from beffroi.guard.web import bodies
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

_LOG: Final = logging.getLogger("beffroi.guard.doors")
MOST_ROWS: Final = 50
MOST_SORTED: Final = 5_000
"""Beyond so many people a page is ordered by recency: sorting names would decrypt too much for one page."""
_AT_ONCE: Final = 32
_REMEMBERED: Final = 20_000
UNSORTED_SECONDS: Final = 86_400.0
"""How long after a refused row an account's people are paged by recency, whatever order is asked."""

PORTFOLIO: Final = """
SELECT r.person, max(r.since_at) AS since_at FROM guard.relation r
WHERE r.referent = ANY ($1::uuid[]) AND r.organisation = $2 AND r.kind <> 'archived' AND r.since_at <= guard.instant()
    AND (r.until_at IS NULL OR r.until_at > guard.instant())
GROUP BY r.person ORDER BY 2 DESC, 1 LIMIT $3
"""
ORGANISATION: Final = """
SELECT r.person, max(r.since_at) AS since_at FROM guard.relation r
WHERE r.organisation = $1 AND r.kind NOT IN ('archived', 'restricted') AND r.since_at <= guard.instant()
    AND (r.until_at IS NULL OR r.until_at > guard.instant())
GROUP BY r.person ORDER BY 2 DESC, 1 LIMIT $2
"""
WITHOUT_REFERENT: Final = """
SELECT r.person, r.since_at FROM guard.relation r
WHERE r.organisation = $1 AND r.kind = 'followed' AND r.referent IS NULL AND r.since_at <= guard.instant()
    AND (r.until_at IS NULL OR r.until_at > guard.instant())
ORDER BY 2 DESC, 1 LIMIT $2
"""
RESTRICTED: Final = """
SELECT person FROM guard.relation WHERE person = ANY ($1::uuid[]) AND kind = 'restricted'
    AND since_at <= guard.instant() AND (until_at IS NULL OR until_at > guard.instant())
"""
VERSIONS: Final = "SELECT id, version FROM guard.person WHERE id = ANY ($1::uuid[])"
IDENTITIES: Final = "SELECT id, version, epoch, wrapped_key, identity FROM guard.person WHERE id = ANY ($1::uuid[])"

SortKey = tuple[str, str, str]
_LAST: Final[SortKey] = ("\uffff", "", "")
_identity: Final = msgspec.json.Decoder(Identity)


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/list. ``page`` starts at 1; ``order`` is for one's own people, the rest is listed by recency.

    ``people`` goes with the scope ``given``: one page, without repetition, whatever ``page``, ``size`` and ``order``.
    """

    purpose: bodies.Code
    scope: Literal["portfolio", "organisation", "given"]
    order: Literal["name", "recent"] = "name"
    page: Annotated[int, Meta(ge=1, le=10_000)] = 1
    size: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 25
    people: Annotated[tuple[bodies.PersonText, ...], Meta(max_length=MOST_ROWS)] = ()


class Whose(bodies.Strict, frozen=True):
    """Body of /v1/list/ids; ``without-referent`` are those whom the organisation follows and no agent does."""

    purpose: bodies.Code
    scope: Literal["portfolio", "organisation", "without-referent"]


class Ids(msgspec.Struct, frozen=True):
    """Answer of /v1/list/ids: the last followed first; ``more`` where there are others beyond the five thousand."""

    people: list[bodies.PersonText]
    more: bool = False


class ListRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person of the page; ``masked`` with the refusal's ``code`` when the identity was not released."""

    id: bodies.PersonText
    fields: dict[str, dict[str, object]]
    explanation: str | None = None
    entry: int | None = None
    masked: bool = False
    code: str | None = None


class ListPage(msgspec.Struct, frozen=True):
    """Answer of /v1/list."""

    total: int
    page: int
    pages: int
    rows: list[ListRow]
    budget: Budget | None


_LISTING: Final = msgspec.json.Decoder(Listing)
_WHOSE: Final = msgspec.json.Decoder(Whose)


class NameOrder:
    """Sort keys of people, remembered by the version of their file; the memory is the guard's own, and bounded."""

    def __init__(self) -> None:
        self._known: dict[PersonId, tuple[int, SortKey]] = {}
        self._refused: dict[AccountId, float] = {}

    def told_refusal(self, account: AccountId, now: float) -> None:
        """An account was refused a row of a page cut by name: no page is cut so for it until the day is over."""
        if len(self._refused) >= _REMEMBERED:
            del self._refused[next(iter(self._refused))]
        self._refused[account] = now

    def allowed(self, account: AccountId, now: float) -> bool:
        """Whether a page may be cut by name for this account; ``now`` in seconds of the loop's clock."""
        at = self._refused.get(account)
        return at is None or now - at > UNSORTED_SECONDS

    async def sort(self, conn: Any, keys: Keys, people: Sequence[PersonId]) -> list[PersonId]:
        """People by last name, first names, birth date; those without a readable identity come last, as given."""
        versions = {PersonId(str(row[0])): row[1] for row in await conn.fetch(VERSIONS, list(people))}
        found: dict[PersonId, SortKey] = {}
        missing = []
        for person in people:
            known = self._known.get(person)
            if known is not None and known[0] == versions.get(person):
                found[person] = known[1]
            elif person in versions:
                missing.append(person)
        for start in range(0, len(missing), _AT_ONCE):
            for row in await conn.fetch(IDENTITIES, missing[start : start + _AT_ONCE]):
                person = PersonId(str(row[0]))
                found[person] = _sort_key(keys, person, row)
                self._remember(person, row[1], found[person])
            await asyncio.sleep(0)  # other requests are served between two handfuls
        return sorted(people, key=lambda person: found.get(person, _LAST))

    def readable(self, person: PersonId) -> bool:
        """Whether the last sorting gave this person a place by their name."""
        known = self._known.get(person)
        return known is None or known[1] != _LAST

    def _remember(self, person: PersonId, version: int, key: SortKey) -> None:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[person] = (version, key)


def _sort_key(keys: Keys, person: PersonId, row: Sequence[Any]) -> SortKey:
    try:
        clear = open_groups(keys, owner_bytes(person), row[3], row[2], (("identity", row[4]),))
    except (SealRefused, WrappedKeyRefused) as error:
        _LOG.critical("integrity: person %s: %s", person, error)
        return _LAST
    if "identity" not in clear:
        return _LAST
    identity = _identity.decode(clear["identity"])
    return _folded(name_key(identity.last_name)), _folded(first_name_key(identity.first_names)), identity.birth_date


def _folded(key: str | NormalisationRefusal) -> str:
    return "\uffff" if isinstance(key, NormalisationRefusal) else key


async def list_people(call: Call) -> Answer:
    """Find out who asks, gather and order, then decide each row of the page in one batch."""
    body, caller = bodies.read(call, _LISTING), caller_of(call)
    if (body.scope == "given") != bool(body.people):
        raise Malformed("$.people", "from 1 to 50 people with the scope `given`, none with another")
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    worker = call.services.worker
    question = Request(Action.LIST, caller.application, PurposeCode(body.purpose), None, 0, None)
    who = await worker.decide(question, caller.handle_hash, caller.client_hash, kind="list", manner=Manner.IDENTIFY)
    if not isinstance(who, Granted):
        return await refused(call, who)
    order = call.services.areas.setdefault("name-order", NameOrder())
    assert isinstance(order, NameOrder), "the area is this module's"
    if body.scope == "given":
        return await _given(call, caller, question, body)
    recent = await _people(call, body, who.agent)
    account, now = who.agent.account.id, asyncio.get_running_loop().time
    named = body.scope == "portfolio" and body.order == "name" and len(recent) <= MOST_SORTED
    by_name = named and order.allowed(account, now())
    page = slice((body.page - 1) * body.size, body.page * body.size)
    apart = await _restricted(call, recent) if by_name else frozenset[PersonId]()
    shown = (await _sorted_apart(call, order, recent, apart) if by_name else recent)[page]
    outcomes = await _decided(call, caller, question, shown)
    named_rows = [(person, one) for person, one in zip(shown, outcomes, strict=True) if person not in apart]
    if by_name and any(_masked(one) and order.readable(person) for person, one in named_rows):
        order.told_refusal(account, now())
        by_name, shown = False, recent[page]
        outcomes = await _decided(call, caller, question, shown)
    failed = _failed(outcomes)
    if failed is not None:
        return await refused(call, failed)
    rows = {person: _row(call, person, outcome) for person, outcome in zip(shown, outcomes, strict=True)}
    masked = [person for person in shown if rows[person].masked]
    clear = [person for person in shown if not rows[person].masked]
    if named and not by_name:
        clear = await _sorted(call, order, clear)
    pages = max(1, -(-len(recent) // body.size))
    return json_answer(
        ListPage(len(recent), body.page, pages, [rows[person] for person in clear + masked], _paid(outcomes))
    )


async def list_ids(call: Call) -> Answer:
    """Who is in a list, by random ids alone: nothing identifies anybody, so nothing is opened, charged or journaled.

    An application joins them to what it keeps itself (a status, an appointment) before it asks for a page of names.
    """
    body, caller = bodies.read(call, _WHOSE), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    question = Request(Action.LIST, caller.application, PurposeCode(body.purpose), None, 0, None)
    who = await call.services.worker.decide(
        question, caller.handle_hash, caller.client_hash, kind="list", manner=Manner.IDENTIFY
    )
    if not isinstance(who, Granted):
        return await refused(call, who)
    people = await _people(call, body, who.agent, MOST_SORTED + 1)
    return json_answer(Ids([*people[:MOST_SORTED]], len(people) > MOST_SORTED))


async def _given(call: Call, caller: Caller, question: Request, body: Listing) -> Answer:
    """The people named by their ids, in that order, each decided like any other row."""
    shown = [PersonId(person) for person in dict.fromkeys(body.people)]
    outcomes = await _decided(call, caller, question, shown)
    failed = _failed(outcomes)
    if failed is not None:
        return await refused(call, failed)
    rows = [_row(call, person, outcome) for person, outcome in zip(shown, outcomes, strict=True)]
    return json_answer(ListPage(len(shown), 1, 1, rows, _paid(outcomes)))


def _failed(outcomes: Sequence[Outcome]) -> Fault | None:
    """What answers the whole page: its first fault, where no row was decided at all."""
    if not outcomes or any(isinstance(outcome, Granted | Refusal) for outcome in outcomes):
        return None
    first = outcomes[0]
    assert isinstance(first, Fault), "neither granted nor refused"
    return first


def _paid(outcomes: Sequence[Outcome]) -> Budget | None:
    return budget(next((one.paid for one in reversed(outcomes) if isinstance(one, Granted)), None))


async def _decided(call: Call, caller: Caller, question: Request, shown: Sequence[PersonId]) -> Sequence[Outcome]:
    """Each row's own decision, in the order of the page."""
    asked = [question._replace(person=person, groups=int(Group.IDENTITY)) for person in shown]
    return await decide_each(call, caller, asked, sealed=True)


def _masked(outcome: Outcome) -> bool:
    return not isinstance(outcome, Granted)


async def _people(call: Call, body: Listing | Whose, agent: Agent, most: int | None = None) -> list[PersonId]:
    """People of the scope, the last followed first, at most so many of them."""
    async with call.services.pool.acquire() as conn:
        if body.scope == "portfolio":
            now = await stamped.instant(conn)
            absent = [cover.absent for cover in agent.account.covers if cover.from_at <= now < cover.until_at]
            rows = await conn.fetch(PORTFOLIO, [agent.account.id, *absent], agent.organisation.id, most)
        else:
            wanted = WITHOUT_REFERENT if body.scope == "without-referent" else ORGANISATION
            rows = await conn.fetch(wanted, agent.organisation.id, most)
    return [PersonId(str(row[0])) for row in rows]


async def _sorted(call: Call, order: NameOrder, people: Sequence[PersonId]) -> list[PersonId]:
    async with call.services.pool.acquire() as conn:
        return await order.sort(conn, call.services.keys, people)


async def _sorted_apart(
    call: Call, order: NameOrder, people: Sequence[PersonId], apart: frozenset[PersonId]
) -> list[PersonId]:
    """The others by name, then these as they came: the place of a name that is not shown tells nothing of it."""
    by_name = await _sorted(call, order, [person for person in people if person not in apart])
    return [*by_name, *(person for person in people if person in apart)]


async def _restricted(call: Call, people: Sequence[PersonId]) -> frozenset[PersonId]:
    """Those of these people whose file is restricted. MACs are not verified: each row is decided anew."""
    async with call.services.pool.acquire() as conn:
        return frozenset(PersonId(str(row[0])) for row in await conn.fetch(RESTRICTED, list(people)))


def _row(call: Call, person: PersonId, outcome: Outcome) -> ListRow:
    fields: Any = in_clear(call, person, outcome)
    if not isinstance(outcome, Granted) or isinstance(fields, str):
        return ListRow(person, {}, masked=True, code=fields)
    return ListRow(person, fields, outcome.explanation, outcome.entry)


ROUTES: Final[Routes] = {("POST", "/v1/list"): list_people, ("POST", "/v1/list/ids"): list_ids}
