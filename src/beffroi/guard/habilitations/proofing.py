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
from beffroi.guard.habilitations.awaiting import Awaited, awaited
from beffroi.guard.habilitations.identity import open_habilitations
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
    """Somebody who waits for a code: the account, what it holds, where that came from; ``again``: proven anew."""

    account: Row
    habilitations: Sequence[Row]
    origins: Sequence[Row]
    again: Sequence[Awaited] = ()


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
    # One code opens whatever waits, here or elsewhere: none of it may be what this person asked for or agreed to.
    known = [
        stamped.genuine(work.keys, "origin", one)
        for one in await work.conn.fetch(_ORIGINS, [one["id"] for one in held])
    ]
    here = {one["id"] for one in reached}
    origins = [one for one in known if one["id"] in here]
    again = await awaited(work, [account])
    if again:
        everything = await open_habilitations(work, account)
        reached = [one for one in everything if by.reaches(OrganisationId(str(one["organisation"])))]
    if not reached or not (origins or any(by.reaches(one.organisation) for one in again)):
        return Objection.UNKNOWN_REQUEST
    if row["status"] not in ("active", "invited"):
        return Objection.NOT_IN_THAT_STATE  # the code would serve once the account is given back
    if by.account.id in await makers_of(work, known):
        return Objection.SAME_PERSON
    if any(by.account.id in one.makers for one in again):
        return Objection.SAME_PERSON
    askers = {str(one["requested_by"]) for one in known} | {str(one.requester) for one in again}
    if not askers.isdisjoint(by.account.pools):
        return Objection.WITHIN_LINE  # nobody outside has vouched for the witness yet
    if await cut_among(work.conn, [AccountId(account)]):
        return Objection.LINE_CONTAINED
    return Waiting(stamped.genuine(work.keys, "account", row), reached, origins, again)


async def makers_of(work: Work, origins: Sequence[Row]) -> set[AccountId]:
    """Who asked for these habilitations, and everybody who agreed, not the last approver alone. Raises Forged."""
    found = {AccountId(str(one[name])) for one in origins for name in ("requested_by", "approved_by")}
    for row in await work.conn.fetch(_AGREED, [one["request"] for one in origins]):
        found.add(AccountId(str(stamped.genuine(work.keys, "approval", row)["approver"])))
    return found


async def issue(work: Work, by: OnDuty, found: Waiting, proof: str) -> str:
    """Record who saw which document, and give the code, once."""
    account = AccountId(str(found.account["id"]))
    for origin in found.origins:
        await stamped.amend(work.conn, work.keys, "origin", origin, enrolled_by=by.account.id, proof=proof)
    told: dict[str, object] = {"by": by.account.id, "proof": proof}
    if found.again:
        told["requests"] = [one.request for one in found.again]
    detail = json.dumps(told, separators=(",", ":"), sort_keys=True)
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
