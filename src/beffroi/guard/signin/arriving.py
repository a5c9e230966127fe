"""GET /sign-in and GET /sign-in/callback: to the identity provider and back.

Journal: ``sign-in-refused`` with the step that failed, ``quarantined``, ``assurance-unknown`` (an alert: the provider
says something the policy does not rate). Never a name, an address or a subject.
"""

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from beffroi.core.assurance import level_of
from beffroi.core.ids import AccountId
from beffroi.core.policy import Level
from beffroi.guard import stamped, turnstile
from beffroi.guard.duties import Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.notifying import telling
from beffroi.guard.sessions import handles
from beffroi.guard.signin import admitting, attempts, browser, factors, flow, messages, progress, quarantine
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.signin.integrity import alerting
from beffroi.guard.signin.progress import Loaded, Purpose, Step
from beffroi.guard.signin.provider import Identified, ProviderEdge, Unreachable, edge_of
from beffroi.guard.signin.recognising import QUARANTINED, NotRecognised, Stranger, recognise
from beffroi.guard.web.requests import Answer, Call, Malformed, redirect
from beffroi.standards import oidc
from beffroi.standards.oidc import Refusal, Transaction, VerifiedIdentity

if TYPE_CHECKING:
    import asyncpg

_LOG: Final = logging.getLogger("beffroi.guard.signin")
_PAGES: Final = {
    Stranger.UNKNOWN: messages.UNKNOWN,
    Stranger.SUSPENDED: messages.SUSPENDED,
    Stranger.QUARANTINED_SUBJECT: messages.QUARANTINED,
    Stranger.QUARANTINED_PROVIDER: messages.QUARANTINED,
    Stranger.UNSEEN_PROVIDER: messages.UNSEEN_PROVIDER,
}


@alerting
async def depart(call: Call) -> Answer:
    """Begin a sign-in for a registered address of an application, and leave for the provider."""
    services, edge = call.services, edge_of(call.services)
    try:
        fields = call.query_fields()
    except Malformed:
        return messages.answer(call, messages.WRONG_LINK)
    async with services.pool.acquire() as conn:
        now = await stamped.instant(conn)
        to = await admitting.begin(conn, call, fields, now)
    if isinstance(to, Answer):
        return to
    try:
        if edge is None:
            raise Unreachable("no provider is set")
        request = oidc.authorization_request(await edge.provider(), edge.party(services.policy))
    except Unreachable as error:
        _LOG.error("identity provider: %s", error)
        return messages.answer(call, messages.PROVIDER_DOWN)
    beginning = msgspec.structs.replace(
        flow.new_progress(Purpose.SIGN_IN, to),
        oidc_state=request.transaction.state,
        nonce=request.transaction.nonce,
        verifier=request.transaction.code_verifier,
    )
    async with services.pool.acquire() as conn, conn.transaction():
        cookie = await progress.start(conn, services.keys, Step.IDENTITY, beginning, now)
    life = int(progress.LIFE.total_seconds())
    return redirect(request.url, browser.write(call, browser.SIGN_IN, cookie, life))


@alerting
async def arrive(call: Call) -> Answer:
    """Come back from the provider with a code, once; then prove the second factor."""
    services, edge = call.services, edge_of(call.services)
    if edge is None:
        return messages.answer(call, messages.PROVIDER_DOWN)
    try:
        provider = await edge.provider()
    except Unreachable as error:
        _LOG.error("identity provider: %s", error)
        return messages.answer(call, messages.PROVIDER_DOWN)
    async with services.pool.acquire() as conn, conn.transaction():
        now = await stamped.instant(conn)
        if await attempts.exhausted(conn, services.keys, Limit.FAILURES, browser.address(call), now):
            return messages.answer(call, messages.TOO_MANY)
        loaded = await flow.current(conn, call, now)
        if loaded is None or loaded.step is not Step.IDENTITY:
            return messages.answer(call, messages.OVER, over=loaded is None)
        going = loaded.progress
        transaction = Transaction(going.oidc_state, going.nonce, going.verifier)
        code = oidc.read_callback(call.query.decode("latin-1"), transaction, provider)
        if code is Refusal.STATE_MISMATCH or code is Refusal.CALLBACK_MALFORMED:
            # Somebody else's answer, or none: this browser's own sign-in is still waiting for its own.
            await _refused(conn, call, loaded, code.value, now)
            return messages.answer(call, messages.NOT_IDENTIFIED)
        if isinstance(code, Refusal):
            await _refused(conn, call, loaded, code.value, now)
            await progress.close(conn, loaded)
            return messages.answer(call, messages.NOT_IDENTIFIED, over=True)
        # From here on this return has served, whatever comes of it.
        await progress.save(conn, services.keys, loaded, Step.EXCHANGE, going)
    return await _exchange(call, edge, loaded, code, transaction, now)


async def _exchange(
    call: Call, edge: ProviderEdge, loaded: Loaded, code: str, transaction: Transaction, now: datetime
) -> Answer:
    services = call.services
    try:
        identified = await edge.identify(code, transaction, services.policy, now)
    except Unreachable as error:
        _LOG.error("identity provider: %s", error)
        return messages.answer(call, messages.PROVIDER_DOWN, over=True)
    async with services.pool.acquire() as conn, conn.transaction():
        now = await stamped.instant(conn)
        again = await flow.current(conn, call, now)
        if again is None or again.id != loaded.id or again.step is not Step.EXCHANGE:
            return messages.answer(call, messages.OVER, over=True)
        if isinstance(identified, Refusal):
            kind = "assurance-unknown" if identified is Refusal.ACR_NOT_ACCEPTED else "sign-in-refused"
            await _refused(conn, call, again, identified.value, now, kind=kind)
            await progress.close(conn, again)
            return messages.answer(call, messages.NOT_IDENTIFIED, over=True)
        return await _recognise(conn, call, edge, again, identified, now)


async def _recognise(
    conn: "asyncpg.Connection",
    call: Call,
    edge: ProviderEdge,
    loaded: Loaded,
    identified: Identified[VerifiedIdentity],
    now: datetime,
) -> Answer:
    services, identity = call.services, identified.identity
    level = level_of(services.policy.assurance, idp_id=identity.idp_id, acr=identity.acr, amr=identity.amr)
    if level is None or level < Level.SINGLE or edge.idp_id not in (None, identity.idp_id):
        _LOG.error("assurance: a value of the provider is not rated by the policy")
        await _refused(conn, call, loaded, "assurance-unknown", now, kind="assurance-unknown")
        await progress.close(conn, loaded)
        return messages.answer(call, messages.NOT_IDENTIFIED, over=True)
    found = await recognise(conn, services.keys, edge.issuer, identity, now)
    who = None
    if not isinstance(found, NotRecognised):
        who = await flow.person(conn, call, loaded.progress.application, str(found.account["id"]), now)
        if who is None:
            found = NotRecognised(Stranger.SUSPENDED, str(found.account["id"]))
    if isinstance(found, NotRecognised):
        if found.why is Stranger.UNSEEN_PROVIDER:
            await turnstile.take(conn)  # before the count's row, as who proves a factor takes both
            await attempts.within(conn, services.keys, Limit.FAILURES, browser.address(call), now)
            await quarantine.unseen(conn, call, loaded, found, identity.idp_id, now)
        else:
            kind = "quarantined" if found.why in QUARANTINED else "sign-in-refused"
            await _refused(conn, call, loaded, found.why.value, now, kind=kind, account=found.account)
        if found.why in QUARANTINED and found.account is not None:
            await telling.quarantined(Work(conn, services.keys, services.policy, now), found.account)
        await progress.close(conn, loaded)
        return messages.answer(call, _PAGES[found.why], over=True)
    account = AccountId(str(found.account["id"]))
    known = msgspec.structs.replace(
        loaded.progress,
        account=account,
        subject=identity.sub,
        idp_id=identity.idp_id,
        id_token=identified.id_token,
        level=0,
        form_token=handles.new_secret(),
    )
    has_factor = found.bound and who is not None and any(factor["kind"] in factors.LEVELS for factor in who.factors)
    step = Step.FACTOR if has_factor else Step.CODE
    cookie = await progress.change_cookie(conn, services.keys, loaded, step, known, now)
    life = int(progress.LIFE.total_seconds())
    page = "/sign-in/factor" if has_factor else "/sign-in/enrol"
    return redirect(page, browser.write(call, browser.SIGN_IN, cookie, life))


async def _refused(
    conn: "asyncpg.Connection",
    call: Call,
    loaded: Loaded,
    why: str,
    now: datetime,
    *,
    kind: str = "sign-in-refused",
    account: str | None = None,
) -> None:
    """Journal a refusal and count it against the address."""
    await turnstile.take(conn)  # before the count's row, as who proves a factor takes both
    await attempts.within(conn, call.services.keys, Limit.FAILURES, browser.address(call), now)
    entry = Entry(
        now, kind, account=account, application=loaded.progress.application, explanation=why,
        policy=call.services.policy.version,
    )  # fmt: skip
    await append(conn, [entry])
