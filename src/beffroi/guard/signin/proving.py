"""GET and POST /sign-in/factor: the second factor, on the guard's own page, at each sign-in and at each step-up."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from beffroi.guard.signin import admitting, attempts, browser, factors, flow, messages, progress
from beffroi.guard.signin.admitting import Admitted, Form
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.signin.factors import FactorRefusal
from beffroi.guard.signin.flow import Person
from beffroi.guard.signin.integrity import alerting
from beffroi.guard.signin.pages import clock_text, is_same_day, language, page, translate
from beffroi.guard.signin.progress import Loaded, Progress, Purpose, Step
from beffroi.guard.stamped import Row
from beffroi.guard.web.requests import Answer, Call, redirect
from beffroi.standards import totp, webauthn

if TYPE_CHECKING:
    import asyncpg

_STEPS: Final = frozenset({Step.FACTOR})
_COPIED: Final = (
    "Cette clé d’accès semble avoir été copiée : elle vient d’être retirée. Prévenez votre responsable sécurité."
)
_TODAY: Final = "Trop de codes faux : cette application est bloquée jusqu’à {hour}."
_TOMORROW: Final = "Trop de codes faux : cette application est bloquée jusqu’à demain {hour}."


@alerting
async def ask(call: Call) -> Answer:
    """Show the factors that fit."""
    return await admitting.show(call, _STEPS, _ask)


@alerting
async def prove(call: Call) -> Answer:
    """Judge what was answered; a challenge serves once, whatever comes of it."""
    return await admitting.read(call, _STEPS, _prove)


async def _ask(conn: "asyncpg.Connection", call: Call, admitted: Admitted) -> Answer:
    return await _page(conn, call, admitted.loaded, admitted.who, None, admitted.now)


async def _prove(conn: "asyncpg.Connection", call: Call, admitted: Admitted, form: Form) -> Answer:
    services, (loaded, who, now) = call.services, admitted
    proven = await _judge(conn, call, loaded.progress, who, form, now)
    if isinstance(proven, FactorRefusal):
        await attempts.within(conn, services.keys, Limit.FAILURES, browser.address(call), now)
        await progress.fail(conn, loaded)
        fresh = await flow.person(conn, call, loaded.progress.application, str(who.account["id"]), now)
        return await _page(conn, call, loaded, fresh or who, proven, now)
    if loaded.progress.purpose is Purpose.ADD_FACTOR:
        level = int(factors.LEVELS[proven["kind"]])
        allowed = msgspec.structs.replace(loaded.progress, level=level, challenge=None)
        await progress.save(conn, services.keys, loaded, Step.ENROL, allowed)
        return redirect("/sign-in/enrol")
    if loaded.progress.purpose is Purpose.PROVE_IDENTITY:
        proven_at = msgspec.structs.replace(loaded.progress, challenge=None)
        await progress.save(conn, services.keys, loaded, Step.PROOF, proven_at)
        return redirect("/proofs/hand-over")
    left = await flow.finish(conn, call, loaded, who.account, proven, now)
    return left or messages.answer(call, messages.SESSION_OVER, over=True)


async def _judge(
    conn: "asyncpg.Connection", call: Call, going: Progress, who: Person, form: Form, now: datetime
) -> Row | FactorRefusal:
    keys, fitting = call.services.keys, _fitting(going, who)
    if form.get("kind") == factors.TOTP:
        typed = totp.digits(form.get("code", ""))
        return await factors.verify_totp(conn, keys, who.account, fitting, typed, now)
    if form.get("kind") != factors.PASSKEY or going.challenge is None:
        return FactorRefusal.WRONG
    answer, party = form.get("answer", ""), flow.relying_party(call)
    return await factors.verify_passkey(conn, keys, fitting, answer, party, going.challenge, now)


def _fitting(going: Progress, who: Person) -> list[Row]:
    """Factors strong enough: a step-up may ask for more than a sign-in does."""
    if going.purpose is Purpose.SIGN_IN:
        return who.factors
    return [factor for factor in who.factors if factors.LEVELS[factor["kind"]] >= going.level]


async def _page(
    conn: "asyncpg.Connection", call: Call, loaded: Loaded, who: Person, refused: FactorRefusal | None, now: datetime
) -> Answer:
    """The page, with a challenge that was never shown with another answer."""
    going = loaded.progress
    if going.challenge is None or refused is not None:
        going = msgspec.structs.replace(going, challenge=flow.new_challenge())
        await progress.save(conn, call.services.keys, loaded, Step.FACTOR, going)
    fitting = _fitting(going, who)
    passkeys = [factor["credential_id"] for factor in fitting if factor["kind"] == factors.PASSKEY]
    one_time = [factor for factor in fitting if factor["kind"] == factors.TOTP]
    challenge = going.challenge or b""
    options = webauthn.assertion_options(flow.relying_party(call), challenge, passkeys) if passkeys else ""
    stepping = going.purpose is not Purpose.SIGN_IN
    return page(
        call,
        "factor.html",
        200 if refused is None else 403,
        lead_to=going.return_to,
        form_token=going.form_token,
        options=options,
        totp=bool(one_time),
        stepping=stepping,
        may_enrol=not stepping,
        back=flow.with_query(going.return_to, {"state": going.state, "error": "access_denied"}),
        error=None if refused is None else _sentence(refused, one_time, language(call), now),
    )


def _sentence(refused: FactorRefusal, one_time: list[Row], tongue: str, now: datetime) -> str:
    if refused is FactorRefusal.LOCKED:
        until = max((row["locked_until"] for row in one_time if row["locked_until"] is not None), default=None)
        if until is not None:
            # At most a day ahead (factors.LONGEST_LOCK): today or tomorrow.
            sentence = _TODAY if is_same_day(until, now) else _TOMORROW
            return translate(tongue, sentence).format(hour=clock_text(until, tongue))
    if refused is FactorRefusal.REVOKED:
        return translate(tongue, _COPIED)
    return translate(tongue, "Cela n’a pas été reconnu. Vérifiez, puis réessayez : un code ne sert qu’une fois.")
