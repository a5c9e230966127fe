"""GET /approvals, GET and POST /approvals/decide: an approver reads a request on the guard's own page, and signs it.

A page of the console could show one thing and have another signed; here what is shown is what the digest covers, and
the passkey's challenge is a hash over that digest. Refusing takes words and no passkey.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.approvals import Objection
from beffroi.core.decision import Refusal, found
from beffroi.core.duty import Duty, on_duty
from beffroi.core.ids import ApplicationId
from beffroi.core.objections import SENTENCES
from beffroi.guard.approvals import deciding
from beffroi.guard.approvals.deciding import NotCarriedOut
from beffroi.guard.approvals.kinds import Asked
from beffroi.guard.duties import OnDuty, Refused, Work, facts_of
from beffroi.guard.signin import admitting, flow, messages, signing, stepping
from beffroi.guard.signin.admitting import Admitted, Form
from beffroi.guard.signin.integrity import alerting
from beffroi.guard.signin.pages import language, page, translate
from beffroi.guard.signin.progress import Progress, Purpose, Step
from beffroi.guard.web.problems import sentence_of
from beffroi.guard.web.requests import Answer, Call, Routes

if TYPE_CHECKING:
    import asyncpg

DECIDE: Final = "/approvals/decide"
LEAST_REASON, MOST_REASON = 10, 500
_STEPS: Final = frozenset({Step.APPROVAL})
NOT_RECOGNISED: Final = "La clé d’accès n’a pas été reconnue. Rien n’a été approuvé ; réessayez."
SHORT_REASON: Final = "Écrivez en quelques mots pourquoi vous refusez (10 caractères au moins, 500 au plus)."


@alerting
async def depart(call: Call) -> Answer:
    """Come from the application with the request to decide."""
    return await stepping.begin(call, Purpose.APPROVE, about="request", step=Step.APPROVAL, page=DECIDE)


@alerting
async def ask(call: Call) -> Answer:
    """Show the request."""
    return await admitting.show(call, _STEPS, _ask)


@alerting
async def decide(call: Call) -> Answer:
    """Take the signature or the refusal."""
    try:
        return await admitting.read(call, _STEPS, _decide)
    except NotCarriedOut as stopped:
        return cannot(call, stopped.objection)


async def _ask(conn: "asyncpg.Connection", call: Call, admitted: Admitted) -> Answer:
    return await _page(conn, call, admitted, None)


async def _decide(conn: "asyncpg.Connection", call: Call, admitted: Admitted, form: Form) -> Answer:
    going = admitted.loaded.progress
    standing = await _standing(conn, call, admitted)
    if isinstance(standing, Answer):
        return standing
    work, by, asked = standing
    if form.get("verdict") == "refuse":
        reason = " ".join(form.get("reason", "").split())
        if not LEAST_REASON <= len(reason) <= MOST_REASON:
            return await _page(conn, call, admitted, SHORT_REASON, typed=form.get("reason", "")[:MOST_REASON])
        await deciding.refuse(work, by, asked, reason)
        return await signing.leave(conn, call, admitted)
    if form.get("verdict") != "approve" or going.challenge is None:
        return await _page(conn, call, admitted, NOT_RECOGNISED)
    challenge = deciding.challenge_of(asked.row["digest"], going.challenge)
    signed = await signing.proven(conn, call, admitted, form, challenge, work.now)
    if signed is None:
        return await _page(conn, call, admitted, NOT_RECOGNISED)
    await deciding.approve(work, by, asked, signed)
    return await signing.leave(conn, call, admitted)


async def _standing(
    conn: "asyncpg.Connection", call: Call, admitted: Admitted
) -> tuple[Work, OnDuty, Asked] | Answer:
    """Who decides and what, judged anew at every step; or the page that says why not."""
    going = admitted.loaded.progress
    duty = await on_the_page(conn, call, going, Duty.APPROVE, admitted.now)
    if isinstance(duty, Answer):
        return duty
    work, by = duty
    asked = await deciding.standing_of(work, by, going.about or "")
    return cannot(call, asked) if isinstance(asked, Objection) else (work, by, asked)


async def on_the_page(
    conn: "asyncpg.Connection", call: Call, going: Progress, duty: Duty, now: datetime
) -> tuple[Work, OnDuty] | Answer:
    """Who acts on a page that a session came to, judged as at every door; or the page that says why not."""
    services, session = call.services, await flow.begun_for(conn, call, going, now)
    if session is None or session["handle_hash"] is None or session["client_hash"] is None:
        return messages.answer(call, messages.SESSION_OVER, over=True)
    application = ApplicationId(going.application)
    try:
        work, facts = await facts_of(
            conn, services.keys, services.policy, application, session["handle_hash"], session["client_hash"]
        )
    except Refused:
        return messages.answer(call, messages.SESSION_OVER, over=True)
    role = on_duty(duty, application, facts, services.policy)
    if isinstance(role, Refusal):
        title, sentence = sentence_of(role.code, language(call))
        return messages.said(call, 403, title, sentence, over=True)
    return work, OnDuty(*found(facts), role)


async def _page(
    conn: "asyncpg.Connection", call: Call, admitted: Admitted, error: str | None, *, typed: str = ""
) -> Answer:
    """The request in plain words, with a nonce that no other answer was given for."""
    standing = await _standing(conn, call, admitted)
    if isinstance(standing, Answer):
        return standing
    work, _, asked = standing
    going, nonce = await signing.asked(conn, call, admitted, Step.APPROVAL, anew=error is not None)
    challenge = deciding.challenge_of(asked.row["digest"], nonce)
    kind, english = deciding.kind_of(asked), language(call) == "en"
    said = await kind.words(work, asked)
    if kind.beside is not None:
        said = (*await kind.beside(work, asked), *said)
    lines = [(line.label.en, line.value.en) if english else (line.label.fr, line.value.fr) for line in said]
    changed = await kind.recheck(work, asked)
    return page(
        call,
        "approval.html",
        200 if error is None else 403,
        lead_to=going.return_to,
        form_token=going.form_token,
        kind=kind.label.en if english else kind.label.fr,
        lines=lines,
        digest=asked.row["digest"].hex(),
        against=None if changed is None else _sentence(call, changed)[1],
        options=signing.options(call, admitted, challenge),
        back=signing.back(going),
        error=None if error is None else translate(language(call), error),
        typed=typed,
        least=LEAST_REASON,
        most=MOST_REASON,
    )


def cannot(call: Call, objection: Objection) -> Answer:
    """The page of an objection: nothing was done, and why."""
    title, text = _sentence(call, objection)
    return messages.said(call, SENTENCES[objection].status, title, text, over=True)


def _sentence(call: Call, objection: Objection) -> tuple[str, str]:
    sentence = SENTENCES[objection]
    return (sentence.title_en, sentence.en) if language(call) == "en" else (sentence.title_fr, sentence.fr)


ROUTES: Final[Routes] = {
    ("GET", "/approvals"): depart,
    ("GET", DECIDE): ask,
    ("POST", DECIDE): decide,
}
