"""The request that an organisation become a partner: it comes into being closed, with its contract."""

from typing import Annotated, Final
from uuid import uuid4

from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import NETWORK, Duty
from beffroi.core.ids import AccountId
from beffroi.core.policy import Label
from beffroi.core.siret import siret
from beffroi.guard import stamped
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, same
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.partners import sealed, terms
from beffroi.guard.partners.terms import TermsBody, Word
from beffroi.guard.partners.writing import record
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies

NetworkCode = Annotated[str, Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{1,31}$(?!\n)")]
KINDS: Final = {
    "youth-office": Label("Mission Locale", "Youth office"),
    "employment-agency": Label("Agence pour l’emploi", "Employment agency"),
    "training-organisation": Label("Organisme de formation", "Training organisation"),
}
_KNOWN: Final = "SELECT EXISTS (SELECT FROM guard.organisation WHERE code = $1 OR siret = $2)"


class PartnerBody(bodies.Strict, frozen=True):
    """Body of a request for a new partner: who it is, and its contract."""

    code: NetworkCode
    name: Word
    kind: bodies.Code
    siret: Annotated[str, Meta(min_length=14, max_length=20)]
    terms: TermsBody


async def prepare(work: Work, by: OnDuty, body: PartnerBody) -> Prepared | Objection:
    """Judge a new partner: a kind that the policy gives roles, a SIRET, a code and number that are nobody's."""
    if not by.everywhere:
        return Objection.OUT_OF_REACH
    if body.kind == NETWORK or all(body.kind not in role.organisations for role in work.policy.roles.values()):
        return Objection.ROLE_NOT_HANDED_OUT
    number = siret(body.siret)
    if number is None:
        return Objection.SIRET_WRONG
    against = terms.judge(work, body.terms)
    if against is not None:
        return against
    if await work.conn.fetchval(_KNOWN, body.code, number):
        return Objection.ALREADY_KNOWN
    content = {
        "code": body.code, "name": body.name, "kind": body.kind, "siret": number,
        "terms": terms.content(body.terms),
    }  # fmt: skip
    return Prepared(by.organisation.id, None, 1, content)


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """Nobody took the code or the number meanwhile, and the terms have not run out."""
    body = asked.content["body"]
    if await work.conn.fetchval(_KNOWN, body["code"], body["siret"]):
        return Objection.ALREADY_KNOWN
    return terms.still(work, body["terms"])


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Write the organisation, closed, and its contract."""
    body, conn, keys = asked.content["body"], work.conn, work.keys
    columns, identifier = terms.columns(body["terms"]), str(uuid4())
    organisation = {
        "id": identifier, "code": body["code"], "name": body["name"], "kind": body["kind"], "siret": body["siret"],
        "active": False, "contract_until": columns["until_at"], "confirmed_agents": 0, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, "organisation", organisation)
    contract = {
        "id": identifier, **columns, **sealed.fresh(keys, identifier, body["terms"]["contact"]),
        "opened_at": None, "ended_at": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, keys, "contract", contract)
    detail = {"code": body["code"], "kind": body["kind"], "siret": body["siret"], "request": asked.id}
    await record(work, identifier, "partner-created", approvers[-1], detail)
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: who asks, who the new partner is, and its contract."""
    body = asked.content["body"]
    asker = (await agents.names(work.conn, work.keys, [asked.requester])).get(asked.requester, "–")
    return (
        Line(Label("Demandé par", "Requested by"), same(asker)),
        Line(Label("Nouvel organisme", "New organisation"), same(body["name"])),
        Line(Label("Code", "Code"), same(body["code"])),
        Line(Label("Genre", "Kind"), KINDS.get(body["kind"], same(body["kind"]))),
        Line(Label("SIRET", "SIRET"), same(body["siret"])),
        *terms.lines(body["terms"]),
        Line(
            Label("Accès de l’organisme", "The organisation’s access"),
            Label("Fermé jusqu’à une demande d’ouverture", "Closed until a request to open it"),
        ),
    )


PARTNER: Final = Kind(
    "partner", Label("Nouveau partenaire", "New partner"), Duty.PARTNERS, PartnerBody, prepare, recheck, carry_out,
    words,
)  # fmt: skip
