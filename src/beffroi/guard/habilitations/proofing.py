"""GET /proofs, GET and POST /proofs/hand-over: somebody saw an identity document, and is shown the enrolment code.

Who hands the code over works at the colleague's organisation (or at the network) and is neither who requested the
access nor who approved it; the code is shown once, on the guard's page, and never travels by mail.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.guard import stamped
from beffroi.guard.approvals.page import cannot, on_the_page
from beffroi.guard.containing.lineage import cut_among
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.signin import admitting, browser, enrolments, flow, progress, stepping
from beffroi.guard.signin.admitting import Admitted, Form
from beffroi.guard.signin.integrity import alerting
from beffroi.guard.signin.pages import language, page, translate
from beffroi.guard.signin.progress import Purpose, Step
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents
from beffroi.guard.web.requests import Answer, Call, Routes

if TYPE_CHECKING:
    import asyncpg

HAND_OVER: Final = "/proofs/hand-over"
PROOFS: Final = {
    "identity-card": "Carte nationale d’identité",
    "passport": "Passeport",
    "residence-permit": "Titre de séjour",
    "driving-licence": "Permis de conduire",
    "public-servant-card": "Carte d’agent public",
}
_STEPS: Final = frozenset({Step.PROOF})
_WAITING: Final = """
SELECT h.* FROM guard.habilitation h WHERE h.account = $1 AND h.status = 'approved' ORDER BY h.id FOR UPDATE
"""
_ORIGINS: Final = "SELECT * FROM guard.origin WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE"
_AGREED: Final = "SELECT * FROM guard.approval WHERE request = ANY ($1::uuid[]) AND verdict = 'approve'"
_OFFICES: Final = "SELECT name FROM guard.organisation WHERE id = ANY ($1::uuid[]) ORDER BY name"


class Waiting(NamedTuple):
    """Somebody who waits for a code: the account, its approved habilitations and where they came from."""

    account: Row
    habilitations: Sequence[Row]
    origins: Sequence[Row]


@alerting
async def depart(call: Call) -> Answer:
    """Come from the application with the account that waits; a fresh second factor is asked for first."""
    return await stepping.begin(call, Purpose.PROVE_IDENTITY, about="account")


@alerting
async def ask(call: Call) -> Answer:
    """Show who it is, and ask which document was seen."""
    return await admitting.show(call, _STEPS, _ask)


@alerting
async def hand_over(call: Call) -> Answer:
    """Record the proof, and show the code once."""
    return await admitting.read(call, _STEPS, _hand_over)


async def waiting(work: Work, by: OnDuty, account: str) -> Waiting | Objection:
    """Who waits for a code, if this person may hand it over. Raises Forged."""
    row = await work.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", account)
    if row is None or str(row["id"]) == by.account.id:
        return Objection.UNKNOWN_REQUEST
    held = [stamped.genuine(work.keys, "habilitation", one) for one in await work.conn.fetch(_WAITING, account)]
    reached = [one for one in held if by.reaches(OrganisationId(str(one["organisation"])))]
    if not reached:
        return Objection.UNKNOWN_REQUEST
    origins = [
        stamped.genuine(work.keys, "origin", one)
        for one in await work.conn.fetch(_ORIGINS, [one["id"] for one in reached])
    ]
    if not origins:
        return Objection.UNKNOWN_REQUEST
    # An origin names the last approver; where it took two, the first is no witness either.
    agreed = await work.conn.fetch(_AGREED, [one["request"] for one in origins])
    makers = {str(stamped.genuine(work.keys, "approval", one)["approver"]) for one in agreed}
    makers |= {str(one[name]) for one in origins for name in ("requested_by", "approved_by")}
    if by.account.id in makers:
        return Objection.SAME_PERSON
    if any(str(one["requested_by"]) in by.account.pools for one in origins):
        return Objection.WITHIN_LINE  # nobody outside has vouched for the witness yet
    if await cut_among(work.conn, [AccountId(account)]):
        return Objection.LINE_CONTAINED
    return Waiting(stamped.genuine(work.keys, "account", row), reached, origins)


async def issue(work: Work, by: OnDuty, found: Waiting, proof: str) -> str:
    """Record who saw which document, and give the code, once."""
    account = AccountId(str(found.account["id"]))
    for origin in found.origins:
        await stamped.amend(work.conn, work.keys, "origin", origin, enrolled_by=by.account.id, proof=proof)
    detail = json.dumps({"by": by.account.id, "proof": proof}, separators=(",", ":"), sort_keys=True)
    entry = Entry(
        work.now, "identity-proven", account=account, organisation=by.organisation.id, policy=work.policy.version,
        detail=detail,
    )  # fmt: skip
    await append(work.conn, [entry])
    return await enrolments.issue(work.conn, work.keys, account, work.now)


async def _ask(conn: "asyncpg.Connection", call: Call, admitted: Admitted) -> Answer:
    return await _page(conn, call, admitted, None)


async def _hand_over(conn: "asyncpg.Connection", call: Call, admitted: Admitted, form: Form) -> Answer:
    proof = form.get("proof", "")
    if proof not in PROOFS:
        return await _page(conn, call, admitted, "Indiquez la pièce d’identité que vous avez vue.")
    found = await _found(conn, call, admitted)
    if isinstance(found, Answer):
        return found
    work, by, somebody = found
    code, going = await issue(work, by, somebody, proof), admitted.loaded.progress
    await progress.close(conn, admitted.loaded)
    return page(
        call, "handed.html", 200, browser.clear(call, browser.SIGN_IN), name=_name(work, somebody), code=code,
        back=flow.with_query(going.return_to, {"state": going.state}),
    )  # fmt: skip


async def _found(conn: "asyncpg.Connection", call: Call, admitted: Admitted) -> tuple[Work, OnDuty, Waiting] | Answer:
    going = admitted.loaded.progress
    duty = await on_the_page(conn, call, going, Duty.PROOF, admitted.now)
    if isinstance(duty, Answer):
        return duty
    found = await waiting(*duty, going.about or "")
    return cannot(call, found) if isinstance(found, Objection) else (*duty, found)


async def _page(conn: "asyncpg.Connection", call: Call, admitted: Admitted, error: str | None) -> Answer:
    found = await _found(conn, call, admitted)
    if isinstance(found, Answer):
        return found
    work, _, somebody = found
    going, tongue = admitted.loaded.progress, language(call)
    roles = [
        work.policy.roles[one["role"]].label if one["role"] in work.policy.roles else None
        for one in somebody.habilitations
    ]
    labels = [each.en if tongue == "en" else each.fr for each in roles if each is not None]
    offices = await conn.fetch(_OFFICES, [one["organisation"] for one in somebody.habilitations])
    words = ("Person", "Organisation", "Roles") if tongue == "en" else ("Personne", "Organisme", "Rôles")
    values = (_name(work, somebody), ", ".join(row["name"] for row in offices), ", ".join(labels))
    return page(
        call, "proof.html", 200 if error is None else 422, lead_to=going.return_to, form_token=going.form_token,
        lines=list(zip(words, values, strict=True)),
        proofs=[(code, translate(tongue, label)) for code, label in PROOFS.items()],
        back=flow.with_query(going.return_to, {"state": going.state}),
        error=None if error is None else translate(tongue, error),
    )  # fmt: skip


def _name(work: Work, found: Waiting) -> str:
    agent = agents.read(work.keys, found.account)
    return "–" if agent is None else agents.display_name(agent)


ROUTES: Final[Routes] = {
    ("GET", "/proofs"): depart,
    ("GET", HAND_OVER): ask,
    ("POST", HAND_OVER): hand_over,
}
