"""The roster of an organisation: adding a domain or a person takes two approvals, taking one away one person.

Whoever is in the roster gets access by one approval where a stranger needs two; that the roster itself grows by two
keeps it true that two people agreed about every stranger.
"""

from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.mail_domains import is_public, mail_domain
from beffroi.core.normalisation import NormalisationRefusal, email_key
from beffroi.core.policy import Label
from beffroi.guard import stamped
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, same
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.partners.writing import record
from beffroi.guard.vault import agents, blind
from beffroi.guard.vault.records import Email
from beffroi.guard.web import bodies

Domain = Annotated[str, Meta(min_length=4, max_length=254)]
NEEDED: Final = 2
_DOMAINS: Final = """
SELECT * FROM guard.roster_domain WHERE organisation = $1 AND ended_at IS NULL ORDER BY domain
"""
_PEOPLE: Final = """
SELECT * FROM guard.roster_person WHERE organisation = $1 AND ended_at IS NULL ORDER BY added_at, id
"""
_ELSEWHERE: Final = """
SELECT count(DISTINCT organisation) FROM guard.roster_domain
WHERE domain = $1 AND organisation <> $2 AND ended_at IS NULL
"""


class RosterBody(bodies.Strict, frozen=True):
    """Body of a request to add to a roster: a domain or one address. One's own organisation when it is not said."""

    domain: Domain | None = None
    email: Email | None = None
    organisation: bodies.PersonText | None = None


async def prepare(work: Work, by: OnDuty, body: RosterBody) -> Prepared | Objection:
    """Judge an addition: a domain that is an organisation's own, or an address that is one."""
    organisation = OrganisationId(body.organisation or by.organisation.id)
    if not by.reaches(organisation):
        return Objection.OUT_OF_REACH
    name = await named(work, organisation)
    if name is None:
        return Objection.UNKNOWN_PARTNER
    content = {"organisation": organisation, "name": name}
    if (body.domain is None) == (body.email is None):
        return Objection.ADDRESS_WRONG
    if body.domain is not None:
        domain = mail_domain(body.domain)
        if domain is None or is_public(domain):
            return Objection.ADDRESS_WRONG if domain is None else Objection.PUBLIC_DOMAIN
        content["domain"] = domain
    else:
        email = email_key(body.email or "")
        if isinstance(email, NormalisationRefusal):
            return Objection.ADDRESS_WRONG
        content["email"] = email
    against = await _known(work, content)
    return Prepared(organisation, None, NEEDED, content) if against is None else against


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """It is not in the roster yet."""
    return await _known(work, asked.content["body"])


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Add it."""
    body = asked.content["body"]
    row: dict[str, Any] = {
        "id": str(uuid4()), "organisation": body["organisation"], "ended_at": None, "added_at": work.now,
        "version": 1,
    }  # fmt: skip
    if "domain" in body:
        table, row["domain"] = "roster_domain", body["domain"]
    else:
        table, row["email_index"] = "roster_person", _index(work, body["email"])
    await stamped.insert(work.conn, work.keys, table, row)
    detail = {"request": asked.id, "row": row["id"], "of": table}
    await record(work, body["organisation"], "roster-added", approvers[-1], detail)
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: who asks, for which organisation, what is added and what that changes."""
    body = asked.content["body"]
    asker = (await agents.names(work.conn, work.keys, [asked.requester])).get(asked.requester, "–")
    lines = [
        Line(Label("Demandé par", "Requested by"), same(asker)),
        Line(Label("Annuaire de", "Roster of"), same(body["name"])),
    ]
    if "domain" in body:
        elsewhere = await work.conn.fetchval(_ELSEWHERE, body["domain"], body["organisation"])
        lines.append(Line(Label("Ajouter le domaine", "Add the domain"), same(body["domain"])))
        lines.append(
            Line(Label("Autres organismes de ce domaine", "Other organisations with it"), same(str(elsewhere)))
        )
    else:
        lines.append(Line(Label("Ajouter l’adresse", "Add the address"), same(body["email"])))
    changes = Label(
        "Une demande d’accès pour une adresse connue ne prendra plus qu’une approbation.",
        "A request for access for an address so known will take one approval only.",
    )
    return (*lines, Line(Label("Ce que cela change", "What this changes"), changes))


async def named(work: Work, organisation: OrganisationId) -> str | None:
    """The name of an organisation that may have a roster: any of them, the network itself too.

    Without one, whoever comes to the network is a stranger whom two approve; of three founders nobody would be left
    to hand a code over, and the network could never begin. Raises Forged.
    """
    row = await work.conn.fetchrow("SELECT * FROM guard.organisation WHERE id = $1", organisation)
    return None if row is None else str(stamped.genuine(work.keys, "organisation", row)["name"])


async def held(work: Work, organisation: OrganisationId) -> dict[str, Any]:
    """The domains of a roster, and of its people how many and since when: an address is nobody's to list."""
    domains = [stamped.genuine(work.keys, "roster_domain", row) for row in await _rows(work, _DOMAINS, organisation)]
    people = [stamped.genuine(work.keys, "roster_person", row) for row in await _rows(work, _PEOPLE, organisation)]
    return {
        "domains": [{"domain": row["domain"], "added_at": row["added_at"]} for row in domains],
        "people": [{"added_at": row["added_at"]} for row in people],
    }


async def remove(
    work: Work, by: OnDuty, organisation: OrganisationId, *, domain: str | None, email: str | None
) -> Objection | None:
    """Take a domain or an address out of a roster; it holds from the next request on."""
    if not by.reaches(organisation) or await named(work, organisation) is None:
        return Objection.UNKNOWN_PARTNER
    content = {"domain": mail_domain(domain) or ""} if domain is not None else {"email": email or ""}
    table, found = await _found(work, {"organisation": organisation, **content})
    for row in found:
        await stamped.amend(work.conn, work.keys, table, row, ended_at=work.now)
        await record(work, organisation, "roster-removed", by.account.id, {"row": str(row["id"]), "of": table})
    return None if found else Objection.NOT_IN_ROSTER


async def _rows(work: Work, query: str, organisation: str) -> list[stamped.Row]:
    return list(await work.conn.fetch(query, organisation))


async def _found(work: Work, body: dict[str, Any]) -> tuple[str, list[stamped.Row]]:
    if "domain" in body:
        rows = [row for row in await _rows(work, _DOMAINS, body["organisation"]) if row["domain"] == body["domain"]]
        return "roster_domain", rows
    index = _index(work, body["email"])
    rows = [row for row in await _rows(work, _PEOPLE, body["organisation"]) if row["email_index"] == index]
    return "roster_person", rows


async def _known(work: Work, body: dict[str, Any]) -> Objection | None:
    _, rows = await _found(work, body)
    return Objection.ALREADY_KNOWN if rows else None


def _index(work: Work, email: str) -> UUID | None:
    found = blind.agent_email(work.keys, email)
    return None if isinstance(found, NormalisationRefusal) else found


ROSTER: Final = Kind(
    "roster", Label("Ajout à l’annuaire", "Addition to the roster"), Duty.PARTNERS, RosterBody, prepare, recheck,
    carry_out, words,
)  # fmt: skip
