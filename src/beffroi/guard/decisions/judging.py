"""A batch judged: each request in its turn, seeing what the earlier ones of the same batch were charged.

Pure but for the books it is given: no clock, no database. Whatever is decided here is written, or nothing is.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from beffroi.core import budgets, decision
from beffroi.core.decision import Entitlement, Refusal
from beffroi.core.facts import Facts, Reach, Request
from beffroi.core.ids import AccountId, PersonId, SessionId
from beffroi.core.policy import Action, Policy
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Ask, Granted, Manner, Outcome, Paid
from beffroi.guard.decisions.books import Books
from beffroi.guard.decisions.facts import Known
from beffroi.guard.web.problems import Fault

_ORDER: Final = {code: place for place, code in enumerate(Code)}
_AT_WORK: Final = _ORDER[Code.PURPOSE_NOT_ALLOWED]
"""From this step on a refusal speaks to somebody whose session is live: it counts as use of the session."""

# Looked up once: reading a member from its enumeration costs more than the comparison it is read for.
_CHARGE, _QUESTION, _IDENTIFY, _FIND = Manner.CHARGE, Manner.QUESTION, Manner.IDENTIFY, Action.FIND
FORGED: Final = Refusal(Code.INTEGRITY)
UNKNOWN: Final = Refusal(Code.PERSON_UNKNOWN)
NOBODY: Final = AccountId("00000000-0000-0000-0000-000000000000")
ReachKey = tuple[AccountId, PersonId]


class Refused(NamedTuple):
    """A denial to be counted for an account, and journaled when the count says so."""

    place: int
    code: Code
    account: AccountId


class Judgement(NamedTuple):
    """What the batch came to, in the order of its requests, and what must be written.

    ``reach`` maps to the new row and the version of the one that exists (0: none); ``revoked`` are sessions
    presented by another client, by the place of the request that did.
    """

    outcomes: list[Outcome]
    reach: dict[ReachKey, tuple[Reach, int]]
    refused: list[Refused]
    used: set[SessionId]
    revoked: dict[SessionId, int]


def entitlement(request: Request, facts: Facts, forged: str | None, policy: Policy) -> Entitlement | Refusal:
    """Steps 1 to 7; with a row that is not genuine, nothing else counts."""
    return FORGED if forged is not None else decision.entitle(request, facts, policy)


def entitlements(asks: Sequence[Ask], known: Sequence[Known], policy: Policy) -> list[Entitlement | Refusal]:
    """Steps 1 to 7 of each request."""
    return [
        entitlement(ask.request, one.facts, one.forged, policy)
        if ask.law is None or one.forged is not None
        else ask.law(ask.request, one.facts, policy)
        for ask, one in zip(asks, known, strict=True)
    ]


def keys(entitled: Sequence[Entitlement | Refusal]) -> dict[str, None]:
    """Keys of every budget that settling may need, once each."""
    wanted: dict[str, None] = {}
    for one in entitled:
        if isinstance(one, Entitlement):
            for due in one.dues:
                wanted[due.key] = None
    return wanted


def judge(
    asks: Sequence[Ask],
    known: Sequence[Known],
    entitled: Sequence[Entitlement | Refusal],
    books: Books,
    asked_too_much: frozenset[AccountId],
    policy: Policy,
) -> Judgement:
    """Step 8 of each request in turn. ``asked_too_much`` are accounts over their questions of the hour."""
    verdict = Judgement([], {}, [], set(), {})
    outcomes, revoked = verdict.outcomes, verdict.revoked
    touch = _seconds(policy.session.touch)
    for place, (ask, one, granted) in enumerate(zip(asks, known, entitled, strict=True)):
        session, manner = one.facts.session, ask.manner
        if revoked and session is not None and session.id in revoked:
            granted = Refusal(Code.SESSION_ENDED)
        if manner is _QUESTION and session is not None and session.account in asked_too_much:
            outcome: Outcome = Fault.TOO_MANY_QUESTIONS
        elif isinstance(granted, Refusal):
            outcome = granted
        else:
            outcome = _settle(ask, one, granted, books, verdict, policy)
        if manner is _IDENTIFY:
            outcome = _identify(outcome, one)
        outcomes.append(outcome)
        if isinstance(outcome, Refusal):
            _note(place, outcome, one, verdict)
        if session is not None and one.facts.clock.at - session.seen_at >= touch and _is_use(outcome):
            verdict.used.add(session.id)
    return verdict


@lru_cache(maxsize=16)
def _seconds(count: int) -> timedelta:
    return timedelta(seconds=count)


def _identify(outcome: Outcome, known: Known) -> Outcome:
    """Who asks, when all that stands between them and an allow is a person to ask about (steps 1 to 5 passed)."""
    if isinstance(outcome, Refusal) and outcome.code is not Code.PERSON_UNKNOWN:
        return outcome
    return outcome if known.agent is None else Granted(None, 0, "", None, known.agent, None)


def _is_use(outcome: Outcome) -> bool:
    if not isinstance(outcome, Refusal):
        return True
    return outcome.code is not Code.INTEGRITY and _ORDER[outcome.code] >= _AT_WORK


def _note(place: int, refusal: Refusal, known: Known, verdict: Judgement) -> None:
    session = known.facts.session
    code = refusal.code
    if code is Code.SESSION_OTHER_CLIENT and session is not None:
        verdict.revoked.setdefault(session.id, place)
    if code is Code.STEP_UP_REQUIRED:
        return  # a request for more proof, not an attempt to count
    if session is not None:
        verdict.refused.append(Refused(place, code, session.account))
    elif code is Code.INTEGRITY:
        verdict.refused.append(Refused(place, code, NOBODY))


def _settle(
    ask: Ask, known: Known, entitled: Entitlement, books: Books, verdict: Judgement, policy: Policy
) -> Outcome:
    facts, _, _, version, agent = known
    assert agent is not None, "entitled"
    person = ask.request.person
    reach_key = None if person is None else (agent.account.id, person)
    if verdict.reach:
        changed = None if reach_key is None else verdict.reach.get(reach_key)
        if changed is not None:
            facts = facts._replace(reach=changed[0])
    if books.forged and not books.forged.isdisjoint(decision.keys(entitled)):
        return FORGED
    windows = books.windows
    settled = decision.settle(entitled, facts, windows, policy)
    if isinstance(settled, Refusal):
        return settled
    if ask.manner is _CHARGE:
        for due, window in settled.charged:
            windows[due.key] = window
            books.caps[due.key] = due.caps
        if reach_key is not None:
            reach = decision.remembered(facts.reach, settled, facts.clock, found=ask.request.action is _FIND)
            if reach != facts.reach:
                verdict.reach[reach_key] = (reach, version)
    own = entitled.dues[0] if entitled.dues else None
    counted = None if own is None else windows.get(own.key)
    paid = None
    if own is not None and counted is not None:
        paid = Paid(entitled.bucket, budgets.at(counted, facts.clock.day, facts.clock.hour), own.caps)
    return Granted(None, entitled.groups, entitled.explanation, paid, agent, None)
