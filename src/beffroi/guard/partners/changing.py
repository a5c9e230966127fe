"""The request that a partner's contract be other than it is: longer, with other clauses, controllers or level."""

from datetime import date
from typing import Final

from beffroi.core.approvals import Objection
from beffroi.core.duty import NETWORK, Duty
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Label
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, same
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.partners import terms, writing
from beffroi.guard.partners.holding import Partner, locked, partner
from beffroi.guard.partners.terms import TermsBody
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies


class ContractBody(bodies.Strict, frozen=True):
    """Body of a request about a contract: whose, and all of its terms."""

    organisation: bodies.PersonText
    terms: TermsBody


async def prepare(work: Work, by: OnDuty, body: ContractBody) -> Prepared | Objection:
    """Judge new terms; the request holds the version that they replace."""
    if not by.everywhere:
        return Objection.OUT_OF_REACH
    found = await partner(work, OrganisationId(body.organisation))
    if found is None:
        return await unknown(work, body.organisation)
    against = terms.judge(work, body.terms) or _begun(work, found, body.terms.from_on)
    if against is not None:
        return against
    content = {
        "organisation": found.id, "name": found.organisation["name"], "replaces": _version(found),
        "terms": terms.content(body.terms),
    }  # fmt: skip
    return Prepared(found.id, None, 1, content)


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """The contract is still the one that these terms were to replace: an end in between is never undone."""
    body = asked.content["body"]
    found = await partner(work, OrganisationId(body["organisation"]))
    if found is None or _version(found) != body["replaces"]:
        return Objection.PARTNER_STATE
    return terms.still(work, body["terms"]) or _begun(work, found, body["terms"]["from_on"])


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Write the new terms."""
    body = asked.content["body"]
    found = await locked(work, OrganisationId(body["organisation"]))
    if found is None:
        return Objection.PARTNER_STATE
    await writing.write(work, found, body["terms"], by=approvers[-1], request=asked.id)
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: who asks, whose contract, its terms, and whether access stays open under them."""
    body = asked.content["body"]
    found = await partner(work, OrganisationId(body["organisation"]))
    asker = (await agents.names(work.conn, work.keys, [asked.requester])).get(asked.requester, "–")
    stays = Label("Fermé jusqu’à une demande d’ouverture", "Closed until a request to open it")
    if found is not None and found.keeps_access(work):
        stays = Label("Ouvert sous ce nouveau contrat", "Open under this new contract")
    return (
        Line(Label("Demandé par", "Requested by"), same(asker)),
        Line(Label("Organisme", "Organisation"), same(body["name"])),
        *terms.lines(body["terms"]),
        Line(Label("Accès de l’organisme", "The organisation’s access"), stays),
    )


async def unknown(work: Work, organisation: str) -> Objection:
    """Why there is no such partner: nobody has this id, or it is the network's own."""
    kind = await work.conn.fetchval("SELECT kind FROM guard.organisation WHERE id = $1", organisation)
    return Objection.NETWORK_STAYS if kind == NETWORK else Objection.UNKNOWN_PARTNER


def _begun(work: Work, found: Partner, from_on: str) -> Objection | None:
    """A partner whose access stays open has no contract that begins tomorrow."""
    later = date.fromisoformat(from_on) > terms.today(work)
    return Objection.PERIOD_WRONG if later and found.keeps_access(work) else None


def _version(found: Partner) -> int:
    return 0 if found.contract is None else int(found.contract["version"])


CONTRACT: Final = Kind(
    "contract", Label("Contrat d’un partenaire", "A partner’s contract"), Duty.PARTNERS, ContractBody, prepare,
    recheck, carry_out, words,
)  # fmt: skip
