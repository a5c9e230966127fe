"""GET and POST /sign-in/enrol: a code handed over by people, then one factor; or one more, after a fresh one.

The account is bound to the provider's subject only here, in the transaction that uses the code and keeps the factor:
half an enrolment leaves no trace. The provider must be one that the account's organisations accept, at that moment
too. Recovery is not self-service: without a code there is nothing to do on these pages.
"""

import base64
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec
import segno

from beffroi.core.ids import AccountId, SessionId
from beffroi.core.policy import Level
from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.habilitations import creating
from beffroi.guard.habilitations.awaiting import awaited
from beffroi.guard.journal import Entry, append
from beffroi.guard.notifying import telling
from beffroi.guard.providers import holding
from beffroi.guard.sessions.ending import revoke_of_account
from beffroi.guard.signin import (
    admitting,
    attempts,
    browser,
    enrolments,
    factors,
    flow,
    messages,
    progress,
    quarantine,
)
from beffroi.guard.signin.admitting import Admitted, Form
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.signin.factors import FactorRefusal
from beffroi.guard.signin.flow import Person
from beffroi.guard.signin.integrity import alerting
from beffroi.guard.signin.pages import language, page, translate
from beffroi.guard.signin.progress import Loaded, Progress, Purpose, Step
from beffroi.guard.signin.provider import edge_of
from beffroi.guard.signin.recognising import NotRecognised, Stranger
from beffroi.guard.stamped import Row
from beffroi.guard.vault import blind
from beffroi.guard.vault.sealing import owner_bytes
from beffroi.guard.web.requests import Answer, Call, redirect
from beffroi.standards import totp, webauthn
from beffroi.standards.webauthn import WebAuthnRefusal

if TYPE_CHECKING:
    import asyncpg

_STEPS: Final = frozenset({Step.FACTOR, Step.CODE, Step.ENROL})
_WRONG_CODE = "Ce code n’est pas le bon, a expiré ou a déjà servi. Après cinq erreurs, il faut en demander un autre."
_RESET = (
    "Votre identité doit être prouvée de nouveau : vos anciens moyens de confirmation ne valent plus. Si personne ne"
    " vous en a parlé, prévenez sans attendre la personne qui gère les comptes de votre organisme."
)
_NOT_KEPT = "Ce moyen de confirmation n’a pas été reconnu. Réessayez."
_KNOWN = "Cette clé d’accès est déjà enregistrée, ou vous en avez trop. Utilisez-en une autre."


@alerting
async def ask(call: Call) -> Answer:
    """Ask for the code; once it is accepted, show what may be enrolled."""
    return await admitting.show(call, _STEPS, _ask)


@alerting
async def enrol(call: Call) -> Answer:
    """Take the code, or the factor itself."""
    return await admitting.read(call, _STEPS, _enrol)


async def _ask(conn: "asyncpg.Connection", call: Call, admitted: Admitted) -> Answer:
    loaded, who, _ = admitted
    if loaded.step is Step.ENROL:
        return await _choices(conn, call, loaded, who, None)
    if loaded.progress.purpose is not Purpose.SIGN_IN:
        return messages.answer(call, messages.OVER)
    return await _code_page(conn, call, admitted, None)


async def _enrol(conn: "asyncpg.Connection", call: Call, admitted: Admitted, form: Form) -> Answer:
    services, (loaded, who, now) = call.services, admitted
    if loaded.step is Step.ENROL:
        return await _keep(conn, call, loaded, who, form, now)
    if loaded.progress.purpose is not Purpose.SIGN_IN:
        return messages.answer(call, messages.OVER)
    account = AccountId(str(who.account["id"]))
    enrolment = await enrolments.check(conn, services.keys, account, form.get("code", ""), now)
    if enrolment is None:
        await telling.code_closed(Work(conn, services.keys, services.policy, now), account)
        await attempts.within(conn, services.keys, Limit.FAILURES, browser.address(call), now)
        await progress.fail(conn, loaded)
        return await _code_page(conn, call, admitted, _WRONG_CODE)
    granted = msgspec.structs.replace(
        loaded.progress, enrolment=enrolment, level=int(Level.PASSKEY), challenge=None, totp_secret=None
    )
    await progress.save(conn, services.keys, loaded, Step.ENROL, granted)
    return redirect("/sign-in/enrol")


async def _code_page(conn: "asyncpg.Connection", call: Call, admitted: Admitted, error: str | None) -> Answer:
    """Ask for the code; who held the old factors, and was not told that they are gone, learns it here."""
    services, (loaded, who, now) = call.services, admitted
    work = Work(conn, services.keys, services.policy, now)
    reset = await awaited(work, [str(who.account["id"])])
    return page(
        call,
        "code.html",
        200 if error is None else 403,
        form_token=loaded.progress.form_token,
        error=None if error is None else translate(language(call), error),
        reset=translate(language(call), _RESET) if reset else None,
    )


async def _choices(conn: "asyncpg.Connection", call: Call, loaded: Loaded, who: Person, error: str | None) -> Answer:
    """What may be enrolled: never something stronger than what allows it."""
    going = loaded.progress
    if going.challenge is None or error is not None:
        secret = going.totp_secret or totp.new_secret()
        going = msgspec.structs.replace(going, challenge=flow.new_challenge(), totp_secret=secret)
        await progress.save(conn, call.services.keys, loaded, Step.ENROL, going)
    account, secret = str(who.account["id"]), going.totp_secret or b""
    known = [factor["credential_id"] for factor in who.factors if factor["kind"] == factors.PASSKEY]
    # The name an authenticator shows beside the site: the account's first characters, never an address.
    label = f"Agent {account[:8]}"
    options = webauthn.registration_options(
        flow.relying_party(call), going.challenge or b"", owner_bytes(account), label, known
    )
    one_time = factors.TOTP in who.allowed and going.level >= Level.SECOND_FACTOR
    uri = totp.provisioning_uri(secret, "Beffroi", label)
    return page(
        call,
        "enrol.html",
        200 if error is None else 403,
        lead_to=going.return_to,
        form_token=going.form_token,
        options=options,
        secret=base64.b32encode(secret).decode("ascii") if one_time else "",
        qr=segno.make(uri, error="m").svg_inline(scale=4, omitsize=True, border=2) if one_time else "",
        error=None if error is None else translate(language(call), error),
    )


async def _keep(
    conn: "asyncpg.Connection", call: Call, loaded: Loaded, who: Person, form: Form, now: datetime
) -> Answer:
    """Verify the new factor, then in one piece: use the code, bind the account, keep the factor, end sessions."""
    services, going = call.services, loaded.progress
    verified = _verify(call, going, who, form, now)
    if verified is None:
        await progress.fail(conn, loaded)
        return await _choices(conn, call, loaded, who, _NOT_KEPT)
    enrolment = None
    if going.enrolment is not None:
        enrolment = await enrolments.still_open(conn, going.enrolment, now)
        if enrolment is None:
            return messages.answer(call, messages.OVER, over=True)
        if await _shut(conn, call, loaded, who, now):
            return messages.answer(call, messages.UNSEEN_PROVIDER, over=True)
    if isinstance(verified, webauthn.Credential):
        factor = await factors.add_passkey(conn, services.keys, who.account, verified, now)
    else:
        factor = await factors.add_totp(conn, services.keys, who.account, going.totp_secret or b"", verified, now)
    if isinstance(factor, FactorRefusal):
        return await _choices(conn, call, loaded, who, _KNOWN)
    if enrolment is not None:
        await stamped.amend(conn, services.keys, "enrolment", enrolment, used_at=now)
    account = await _bind(conn, call, going, who.account, now)
    work = Work(conn, services.keys, services.policy, now)
    if enrolment is not None:
        await creating.begun_again(work, str(account["id"]))
    await creating.enrolled(work, str(account["id"]))
    kept = None if going.session is None else SessionId(going.session)
    await revoke_of_account(conn, services.keys, AccountId(str(account["id"])), now, "factor-added", but=kept)
    await telling.factor_added(work, str(account["id"]), str(factor["id"]))
    if going.purpose is Purpose.ADD_FACTOR:
        await progress.close(conn, loaded)
        back = flow.with_query(going.return_to, {"state": going.state})
        return messages.answer(call, messages.ADDED, over=True, link=back, link_text="Revenir à l’application")
    left = await flow.finish(conn, call, loaded, account, factor, now)
    return left or messages.answer(call, messages.OVER, over=True)


async def _shut(conn: "asyncpg.Connection", call: Call, loaded: Loaded, who: Person, now: datetime) -> bool:
    """Whether the provider is not accepted any more since the identity came; then nothing of the code is used."""
    going, account = loaded.progress, AccountId(str(who.account["id"]))
    if who.account["subject_index"] is not None or going.idp_id is None:
        return False
    shut = await holding.against(conn, call.services.keys, account, going.idp_id, now, bound=False)
    if shut is None:
        return False
    found = NotRecognised(Stranger.UNSEEN_PROVIDER, account, shut)
    await quarantine.unseen(conn, call, loaded, found, going.idp_id, now)
    await telling.quarantined(Work(conn, call.services.keys, call.services.policy, now), account)
    await progress.close(conn, loaded)
    return True


def _verify(call: Call, going: Progress, who: Person, form: Form, now: datetime) -> webauthn.Credential | int | None:
    """The verified passkey, or the time step of the first code; None when neither holds."""
    if form.get("kind") == factors.PASSKEY and going.challenge is not None and going.level >= Level.PASSKEY:
        answer, party = form.get("answer", ""), flow.relying_party(call)
        verified = webauthn.verify_registration(answer, party, going.challenge)
        return None if isinstance(verified, WebAuthnRefusal) else verified
    allowed = factors.TOTP in who.allowed and going.level >= Level.SECOND_FACTOR
    if form.get("kind") == factors.TOTP and allowed and going.totp_secret is not None:
        return totp.matching_step(going.totp_secret, totp.digits(form.get("code", "")), now, None)
    return None


async def _bind(conn: "asyncpg.Connection", call: Call, going: Progress, account: Row, now: datetime) -> Row:
    """Bind an account to the subject that came with its code; an invited one becomes active."""
    edge, keys = edge_of(call.services), call.services.keys
    if account["subject_index"] is not None or going.subject is None or edge is None:
        return account
    bound = await stamped.amend(
        conn,
        keys,
        "account",
        account,
        subject_index=blind.subject(keys, edge.issuer, going.subject),
        idp_id=going.idp_id,
        status="active",
    )
    entry = Entry(now, "account-bound", account=str(account["id"]), application=going.application)
    await append(conn, [entry])
    return bound
