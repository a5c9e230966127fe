"""GET /reviews, GET and POST /reviews/decide: a reviewer reads a sitting on the guard's page, and signs.

What is shown is what the digest covers: how many are kept, who loses access, every name. One signature for all.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.reviewing import Verdict
from beffroi.guard.approvals.page import cannot, on_the_page
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.reviewing import sittings
from beffroi.guard.reviewing.sittings import Drawn, Said
from beffroi.guard.signin import admitting, signing, stepping
from beffroi.guard.signin.admitting import Admitted, Form
from beffroi.guard.signin.integrity import alerting
from beffroi.guard.signin.pages import language, page, translate
from beffroi.guard.signin.progress import Purpose, Step
from beffroi.guard.vault import agents
from beffroi.guard.web.requests import Answer, Call, Routes

if TYPE_CHECKING:
    import asyncpg

DECIDE: Final = "/reviews/decide"
NOT_RECOGNISED: Final = "La clé d’accès n’a pas été reconnue. Rien n’a été enregistré ; réessayez."
_STEPS: Final = frozenset({Step.REVIEW})
_OFFICE: Final = "SELECT name FROM guard.organisation WHERE id = $1"


@alerting
async def depart(call: Call) -> Answer:
    """Come from the application with the sitting to sign."""
    return await stepping.begin(call, Purpose.REVIEW, about="sitting", step=Step.REVIEW, page=DECIDE)


@alerting
async def ask(call: Call) -> Answer:
    """Show the verdicts."""
    return await admitting.show(call, _STEPS, _ask)


@alerting
async def decide(call: Call) -> Answer:
    """Take the signature."""
    return await admitting.read(call, _STEPS, _decide)


async def _ask(conn: "asyncpg.Connection", call: Call, admitted: Admitted) -> Answer:
    return await _page(conn, call, admitted, None)


async def _decide(conn: "asyncpg.Connection", call: Call, admitted: Admitted, form: Form) -> Answer:
    going = admitted.loaded.progress
    standing = await _standing(conn, call, admitted)
    if isinstance(standing, Answer):
        return standing
    work, by, sitting = standing
    if going.challenge is None:
        return await _page(conn, call, admitted, NOT_RECOGNISED)
    challenge = sittings.challenge_of(sitting.row["digest"], going.challenge)
    signed = await signing.proven(conn, call, admitted, form, challenge, work.now)
    if signed is None:
        return await _page(conn, call, admitted, NOT_RECOGNISED)
    await sittings.sign(work, by, sitting, signed)
    return await signing.leave(conn, call, admitted)


async def _standing(
    conn: "asyncpg.Connection", call: Call, admitted: Admitted
) -> tuple[Work, OnDuty, Drawn] | Answer:
    """Who signs and what, judged anew at every step; or the page that says why not."""
    going = admitted.loaded.progress
    duty = await on_the_page(conn, call, going, Duty.REVIEW, admitted.now)
    if isinstance(duty, Answer):
        return duty
    sitting = await sittings.drawn(*duty, going.about or "")
    return cannot(call, sitting) if isinstance(sitting, Objection) else (*duty, sitting)


async def _page(conn: "asyncpg.Connection", call: Call, admitted: Admitted, error: str | None) -> Answer:
    """The verdicts in plain words, with a nonce that no other answer was given for."""
    standing = await _standing(conn, call, admitted)
    if isinstance(standing, Answer):
        return standing
    work, _, sitting = standing
    tongue = language(call)
    going, nonce = await signing.asked(conn, call, admitted, Step.REVIEW, anew=error is not None)
    challenge = sittings.challenge_of(sitting.row["digest"], nonce)
    named = await agents.names(conn, work.keys, {str(one.review["account"]) for one in sitting.said})
    return page(
        call, "review.html", 200 if error is None else 403, lead_to=going.return_to, form_token=going.form_token,
        office=await conn.fetchval(_OFFICE, sitting.campaign["organisation"]),
        kept=_lines(work, [one for one in sitting.said if one.verdict is Verdict.KEEP], named, tongue),
        removed=_lines(work, [one for one in sitting.said if one.verdict is Verdict.REMOVE], named, tongue),
        digest=sitting.row["digest"].hex(),
        options=signing.options(call, admitted, challenge), back=signing.back(going),
        error=None if error is None else translate(tongue, error),
    )  # fmt: skip


def _lines(work: Work, said: Sequence[Said], named: dict[str, str], tongue: str) -> list[tuple[str, str]]:
    """Name and role of each, by name."""
    found: list[tuple[str, Any]] = []
    for one in said:
        role = work.policy.roles.get(one.habilitation["role"])
        label = one.habilitation["role"] if role is None else role.label.en if tongue == "en" else role.label.fr
        found.append((named.get(str(one.review["account"]), "–"), label))
    return sorted(found)


ROUTES: Final[Routes] = {
    ("GET", "/reviews"): depart,
    ("GET", DECIDE): ask,
    ("POST", DECIDE): decide,
}
