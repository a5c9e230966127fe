"""The request that a partner's access be opened: its contract has begun and its onboarding list is complete."""

from typing import Final

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.partner_lists import LISTS, List
from beffroi.core.partners import may_open
from beffroi.core.policy import Label
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, same
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.partners import writing
from beffroi.guard.partners.changing import unknown
from beffroi.guard.partners.holding import locked, partner
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies


class OpeningBody(bodies.Strict, frozen=True):
    """Body of a request to open a partner's access."""

    organisation: bodies.PersonText


async def prepare(work: Work, by: OnDuty, body: OpeningBody) -> Prepared | Objection:
    """Judge the request; it holds the contract's version, so that what is agreed to is what was read."""
    if not by.everywhere:
        return Objection.OUT_OF_REACH
    found = await partner(work, OrganisationId(body.organisation))
    if found is None:
        return await unknown(work, body.organisation)
    if found.contract is None or not may_open(found.standing, work.now):
        return Objection.LIST_INCOMPLETE
    content = {"organisation": found.id, "name": found.organisation["name"], "contract": found.contract["version"]}
    return Prepared(found.id, None, 1, content)


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """The list is still complete, the contract still the same."""
    body = asked.content["body"]
    found = await partner(work, OrganisationId(body["organisation"]))
    if found is None or found.contract is None or found.contract["version"] != body["contract"]:
        return Objection.PARTNER_STATE
    return None if may_open(found.standing, work.now) else Objection.LIST_INCOMPLETE


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Open the access."""
    found = await locked(work, OrganisationId(asked.content["body"]["organisation"]))
    if found is None or not may_open(found.standing, work.now):
        return Objection.LIST_INCOMPLETE
    await writing.open_access(work, found, by=approvers[-1], request=asked.id)
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: whose access, which contract, and each item of the list with its day and author."""
    found = await partner(work, OrganisationId(asked.content["body"]["organisation"]))
    if found is None or found.contract is None:
        return ()
    done = found.done(List.ONBOARDING)
    people = {asked.requester, *(AccountId(str(row["done_by"])) for row in done.values() if row["done_by"])}
    named = await agents.names(work.conn, work.keys, people)
    last = found.contract["until_at"].astimezone(PARIS)
    return (
        Line(Label("Demandé par", "Requested by"), same(named.get(asked.requester, "–"))),
        Line(Label("Ouvrir l’accès de", "Open the access of"), same(found.organisation["name"])),
        Line(Label("Fin du contrat", "End of the contract"), same(f"{last:%d/%m/%Y}")),
        *(
            Line(
                label,
                same(f"{row['done_at'].astimezone(PARIS):%d/%m/%Y}, {named.get(str(row['done_by']), '–')}"),
            )
            for code, label in LISTS[List.ONBOARDING].items()
            if (row := done.get(code)) is not None
        ),
    )


OPENING: Final = Kind(
    "opening", Label("Ouverture d’un partenaire", "Opening of a partner"), Duty.PARTNERS, OpeningBody, prepare,
    recheck, carry_out, words,
)  # fmt: skip
