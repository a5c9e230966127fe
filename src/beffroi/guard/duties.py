"""Commands of those who read no file: who gives them, on which facts, in one transaction.

The facts are those of a decision, loaded by the same statement and checked by the same reader, so that a command is
refused wherever an opening would be (:mod:`beffroi.core.duty`). What writes does so under the turnstile; what only
reads sees one snapshot and delays no decision.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.core.decision import Refusal, found, present, stand
from beffroi.core.duty import NETWORK, Duty, on_duty
from beffroi.core.facts import AccountFacts, Facts, HabilitationFacts, OrganisationFacts, Request, SessionFacts
from beffroi.core.ids import ApplicationId, OrganisationId, PurposeCode
from beffroi.core.policy import Action, Policy, Role
from beffroi.core.refusals import Code
from beffroi.guard import stamped, turnstile
from beffroi.guard.decisions import literals, statements
from beffroi.guard.decisions.asks import Ask
from beffroi.guard.decisions.facts import FactReader
from beffroi.guard.doors.answers import denial
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.journal import Entry
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.sessions.live import live_session
from beffroi.guard.signin.integrity import report
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_USED: Final = "UPDATE guard.session SET seen_at = $2 WHERE id = $1 AND seen_at < $2 AND revoked_at IS NULL"
"""The last use of a session; one that was ended meanwhile keeps what it says. No guard's memory depends on it."""


class Work(NamedTuple):
    """What a command works with: a transaction of the guard's, its keys, the policy in force, the sole clock."""

    conn: "asyncpg.Connection"
    keys: "Keys"
    policy: Policy
    now: datetime


class OnDuty(NamedTuple):
    """Who commands, in which role, as the facts of this instant have it."""

    session: SessionFacts
    account: AccountFacts
    habilitation: HabilitationFacts
    organisation: OrganisationFacts
    role: Role

    @property
    def everywhere(self) -> bool:
        """Whether the role is held at the network itself."""
        return self.organisation.kind == NETWORK

    def reaches(self, organisation: OrganisationId) -> bool:
        """Whether commands about this organisation are this person's to give: one's own, or all from the network."""
        return self.everywhere or organisation == self.organisation.id


def entry_of(work: Work, by: OnDuty, kind: str, detail: Mapping[str, object], purpose: str | None = None) -> Entry:
    """A line of the journal about what was commanded and concerns no one person; ``detail`` holds codes and ids."""
    return Entry(
        work.now, kind, account=by.account.id, session=by.session.id, organisation=by.organisation.id,
        application=by.session.application, role=by.habilitation.role, purpose=purpose,
        policy=work.policy.version, detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip


Judge = Callable[[ApplicationId, Facts, Policy], Role | Refusal]
Act = Callable[[Work, OnDuty], Awaitable[Answer]]


class Refused(Exception):
    """The command cannot be given by this session; nothing of its transaction stays."""

    def __init__(self, refusal: Refusal | Fault) -> None:
        super().__init__(type(refusal).__name__)
        self.refusal = refusal


async def with_duty(call: Call, duty: Duty, act: Act, *, writes: bool) -> Answer:
    """Check who commands, then act, in one transaction. Raises Malformed for a fingerprint that is too long."""
    return await _judged(call, partial(on_duty, duty), act, writes=writes)


async def at_work(call: Call, act: Act) -> Answer:
    """The same of whoever is at work, in any role and with any assurance, to read what colleagues may read."""
    return await _judged(call, present, act, writes=False)


async def with_action(call: Call, action: Action, purpose: str, act: Act, *, writes: bool) -> Answer:
    """The same of who may do this for a purpose with people's files, where it is nobody's file in particular."""

    def judge(application: ApplicationId, facts: Facts, policy: Policy) -> Role | Refusal:
        standing = stand(Request(action, application, PurposeCode(purpose), None, 0, None), facts, policy)
        return standing if isinstance(standing, Refusal) else standing.role

    return await _judged(call, judge, act, writes=writes)


async def _judged(call: Call, judge: Judge, act: Act, *, writes: bool) -> Answer:
    caller = caller_of(call)
    if not isinstance(caller, Caller):
        return denial(call, caller)
    services = call.services
    try:
        async with services.pool.acquire() as conn:
            try:
                if writes:
                    async with conn.transaction():
                        await turnstile.take(conn)
                        answer, session, at = await _act(conn, call, caller, judge, act)
                        await conn.execute(_USED, session.id, at)
                        return answer
                async with conn.transaction(isolation="repeatable_read", readonly=True):
                    answer, session, at = await _act(conn, call, caller, judge, act)
                # Reading is use too, told coarsely and outside the turn: it delays no decision.
                if at - session.seen_at >= timedelta(seconds=services.policy.session.touch):
                    await conn.execute(_USED, session.id, at)
                return answer
            except Refused as refused:
                if isinstance(refused.refusal, Refusal) and refused.refusal.code is Code.SESSION_OTHER_CLIENT:
                    await _end_stolen(conn, call, caller)
                return denial(call, refused.refusal)
    except (stamped.Forged, SealRefused, WrappedKeyRefused) as error:
        await report(call, error)
        return problems.reply(call, Code.INTEGRITY)


async def _act(
    conn: "asyncpg.Connection", call: Call, caller: Caller, judge: Judge, act: Act
) -> tuple[Answer, SessionFacts, datetime]:
    """What came of it, in which session, at which instant. Raises Refused, or Forged."""
    keys, policy = call.services.keys, call.services.policy
    work, facts = await facts_of(conn, keys, policy, caller.application, caller.handle_hash, caller.client_hash)
    role = judge(caller.application, facts, policy)
    if isinstance(role, Refusal):
        raise Refused(role)
    session, account, habilitation, organisation = found(facts)
    answer = await act(work, OnDuty(session, account, habilitation, organisation, role))
    return answer, session, work.now


async def facts_of(
    conn: "asyncpg.Connection",
    keys: "Keys",
    policy: Policy,
    application: ApplicationId,
    handle_hash: bytes,
    client_hash: bytes,
) -> tuple[Work, Facts]:
    """The facts of one session as a decision would load them. Raises Refused or Forged."""
    nobody = Request(Action.RELEASE, application, PurposeCode(""), None, 0, None)
    ask = Ask(nobody, handle_hash, client_hash, lambda _: None)
    rows = await conn.fetch(
        statements.LOAD_FACTS,
        literals.binary([None, handle_hash]),
        literals.nullable([None, None]),
        literals.texts([application]),
    )
    shared, known = FactReader(keys.authenticator).read([ask], rows)
    if shared.policy is not None and shared.policy != policy.version:
        raise Refused(Fault.UNAVAILABLE)
    if known[0].forged is not None:
        raise stamped.Forged(known[0].forged)
    return Work(conn, keys, policy, shared.clock.at), known[0].facts


async def _end_stolen(conn: "asyncpg.Connection", call: Call, caller: Caller) -> None:
    """A handle that came from another client than its own ends the session, as at every other door."""
    handle, client = call.header(b"beffroi-session") or "", call.header(b"beffroi-client") or ""
    async with conn.transaction():
        await turnstile.take(conn)
        await live_session(conn, call.services.keys, call.services.policy.session, caller.application, handle, client)
