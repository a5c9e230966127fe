"""The HTTP doors of sessions: POST /v1/sessions, GET, PUT and DELETE /v1/session, POST /v1/session/end-all."""

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from beffroi.core.decision import Refusal
from beffroi.core.ids import AccountId, ApplicationId
from beffroi.core.policy import Demand
from beffroi.core.refusals import Code
from beffroi.guard import stamped, turnstile
from beffroi.guard.doors.answers import denial
from beffroi.guard.journal import Entry, append
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.sessions import handles
from beffroi.guard.sessions.beginning import redeem
from beffroi.guard.sessions.describing import describe
from beffroi.guard.sessions.ending import revoke, revoke_of_account
from beffroi.guard.sessions.handing_over import NotRedeemed
from beffroi.guard.sessions.live import WRITTEN, live_session, seen_session
from beffroi.guard.sessions.logout import Left, left, logout_url
from beffroi.guard.sessions.memberships import demanded, memberships
from beffroi.guard.signin.integrity import report
from beffroi.guard.stamped import Forged, Row
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

if TYPE_CHECKING:
    import asyncpg

_LOG: Final = logging.getLogger("beffroi.guard.sessions")
# In Python "$" matches before a last line end too, which is why "(?!\n)" follows it.
Secret = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]
Client = Annotated[str, Meta(min_length=1, max_length=handles.CLIENT_CHARACTERS)]
State = Annotated[str, Meta(min_length=16, max_length=512)]
Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$(?!\n)")]


class Redemption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of POST /v1/sessions. ``state`` is the one the browser brought back and the application compared."""

    code: Secret
    client: Client
    state: State


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of PUT /v1/session."""

    habilitation: Id


_REDEMPTION: Final = msgspec.json.Decoder(Redemption)
_CHOICE: Final = msgspec.json.Decoder(Choice)
Act = Callable[["asyncpg.Connection", Row], Awaitable[Answer]]


def application_of(call: Call) -> ApplicationId | None:
    """The application whose live access token the call carries (RFC 6750 section 2.1)."""
    scheme, _, token = (call.header(b"authorization") or "").partition(" ")
    return call.services.tokens.read(token.strip()) if scheme.lower() == "bearer" else None


async def begin_session(call: Call) -> Answer:
    """Redeem the one-time code of a sign-in."""
    application = application_of(call)
    if application is None:
        return problems.reply(call, Fault.TOKEN_INVALID)
    body, services = bodies.read(call, _REDEMPTION), call.services
    try:
        async with services.pool.acquire() as conn:
            redeemed = await redeem(conn, services.keys, application, body.code, body.state, body.client)
            if isinstance(redeemed, NotRedeemed):
                _LOG.warning("code refused to application %s: %s", application, redeemed.value)
                return problems.reply(call, Code.SESSION_UNKNOWN)
            described = await describe(conn, services.keys, services.policy, redeemed.session, with_budgets=False)
    except (Forged, SealRefused, WrappedKeyRefused) as error:
        return await _integrity(call, error)
    return json_answer({"handle": redeemed.handle, **described})


async def show(call: Call) -> Answer:
    """Describe the session, budgets included."""

    async def act(conn: "asyncpg.Connection", session: Row) -> Answer:
        services = call.services
        return json_answer(await describe(conn, services.keys, services.policy, session, with_budgets=True))

    return await with_session(call, act, writes=False)


async def choose(call: Call) -> Answer:
    """Act under one of the agent's memberships from now on."""
    wanted = bodies.read(call, _CHOICE).habilitation

    async def act(conn: "asyncpg.Connection", session: Row) -> Answer:
        services, now = call.services, await stamped.instant(conn)
        held = await memberships(conn, services.keys, AccountId(str(session["account"])), now)
        membership = next((each for each in held if each.habilitation == wanted), None)
        if membership is None:
            return problems.reply(call, Code.HABILITATION_INACTIVE)
        if session["application"] not in membership.applications:
            return problems.reply(call, Code.HABILITATION_ELSEWHERE)
        level = await demanded(conn, services.keys, membership.organisation)
        if session["level"] < level:
            return denial(call, Refusal(Code.STEP_UP_REQUIRED, demand=Demand(level, None)))
        after = await stamped.amend(conn, services.keys, "session", session, habilitation=wanted, seen_at=now)
        entry = Entry(
            now, "membership-chosen", account=str(session["account"]), session=str(session["id"]),
            organisation=membership.organisation, application=session["application"], role=membership.role,
            policy=services.policy.version,
        )  # fmt: skip
        await append(conn, [entry])
        return json_answer(await describe(conn, services.keys, services.policy, after, with_budgets=True))

    return await with_session(call, act)


async def end(call: Call) -> Answer:
    """Sign out of this session; ``logout_url`` then ends the identity provider's own."""

    async def cut(conn: "asyncpg.Connection", session: Row) -> None:
        await revoke(conn, call.services.keys, [session], await stamped.instant(conn), "signed-out")

    return await _leave(call, cut)


async def end_all(call: Call) -> Answer:
    """Sign out everywhere: every session of the account, in every application."""

    async def cut(conn: "asyncpg.Connection", session: Row) -> None:
        now, account = await stamped.instant(conn), AccountId(str(session["account"]))
        await revoke_of_account(conn, call.services.keys, account, now, "signed-out")

    return await _leave(call, cut)


async def _leave(call: Call, cut: Callable[["asyncpg.Connection", Row], Awaitable[None]]) -> Answer:
    """Cut under the turnstile; the provider is asked for its logout afterwards, as it may keep one waiting."""
    ended: list[Left] = []

    async def act(conn: "asyncpg.Connection", session: Row) -> Answer:
        found = await left(conn, call.services.keys, session)
        await cut(conn, session)
        ended.append(found)
        return json_answer({})

    answer = await with_session(call, act)
    return json_answer({"logout_url": await logout_url(call.services, ended[0])}) if ended else answer


async def with_session(call: Call, act: Act, *, writes: bool = True) -> Answer:
    """Check token, handle and client, then act in one transaction under the turnstile.

    What writes nothing reads one snapshot instead, taken after the request arrived, and delays no decision: a
    revocation committed before is seen. Only a refusal that leaves a trace then waits for its turn.
    """
    tongue, services = call.headers.get(b"accept-language"), call.services
    application = application_of(call)
    if application is None:
        return problems.answer(Fault.TOKEN_INVALID, tongue)
    handle, client = call.header(b"beffroi-session") or "", call.header(b"beffroi-client") or ""
    if len(client) > handles.CLIENT_CHARACTERS:
        raise Malformed("beffroi-client", f"at most {handles.CLIENT_CHARACTERS} characters")
    keys, rules = services.keys, services.policy.session
    try:
        async with services.pool.acquire() as conn:
            if not writes:
                async with conn.transaction(isolation="repeatable_read", readonly=True):
                    session = await seen_session(conn, keys, rules, application, handle, client)
                    if not isinstance(session, Code):
                        return await act(conn, session)
                    if session not in WRITTEN:
                        return problems.answer(session, tongue)
            async with conn.transaction():
                await turnstile.take(conn)
                session = await live_session(conn, keys, rules, application, handle, client)
                if isinstance(session, Code):
                    return problems.answer(session, tongue)
                return await act(conn, session)
    except (Forged, SealRefused, WrappedKeyRefused) as error:
        return await _integrity(call, error)


async def _integrity(call: Call, error: Exception) -> Answer:
    """A forged row: nothing of the transaction stays, the alert does."""
    await report(call, error)
    return problems.reply(call, Code.INTEGRITY)


ROUTES: Final[Routes] = {
    ("POST", "/v1/sessions"): begin_session,
    ("GET", "/v1/session"): show,
    ("PUT", "/v1/session"): choose,
    ("DELETE", "/v1/session"): end,
    ("POST", "/v1/session/end-all"): end_all,
}
