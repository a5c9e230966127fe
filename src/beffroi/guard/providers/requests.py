"""The request that an organisation accept an identity provider: someone asks, someone outside his line agrees."""

from datetime import timedelta
from typing import Annotated, Final

from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import NETWORK, Duty
from beffroi.core.ids import AccountId, OrganisationId, ProviderId
from beffroi.core.policy import Label
from beffroi.core.providers import PATTERN
from beffroi.guard import stamped
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, same
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.providers.writing import accept, row_of
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies

ProviderText = Annotated[str, Meta(pattern=rf"^{PATTERN}$(?!\n)", description="idp_id of an identity provider")]
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"\S")]
NETWORK_NEEDS: Final = 2
"""Approvals for a provider of the network itself: those who approve and contain are bound through it."""
SEEN: Final = timedelta(days=30)
_OFFICE: Final = "SELECT * FROM guard.organisation WHERE id = $1"
_STOPPED: Final = """
SELECT count(DISTINCT account) FROM guard.journal
WHERE kind = 'quarantined' AND explanation = 'quarantined-unseen-provider' AND at > $3 AND organisation = $1
    AND detail::json ->> 'provider' = $2
"""


class ProviderBody(bodies.Strict, frozen=True):
    """Body of a request to accept a provider; one's own organisation when it is not said."""

    provider: ProviderText
    name: Name
    organisation: bodies.PersonText | None = None


async def prepare(work: Work, by: OnDuty, body: ProviderBody) -> Prepared | Objection:
    """Judge the request: an organisation within reach, which does not accept this provider now."""
    organisation = OrganisationId(body.organisation or by.organisation.id)
    provider = ProviderId(body.provider)
    office = await work.conn.fetchrow(_OFFICE, organisation) if by.reaches(organisation) else None
    if office is None:
        return Objection.OUT_OF_REACH
    stamped.genuine(work.keys, "organisation", office)
    known = await row_of(work.conn, work.keys, organisation, provider)
    if known is not None and known["withdrawn_at"] is None:
        return Objection.PROVIDER_STATE
    content = {
        "provider": provider, "name": " ".join(body.name.split()),
        "withdrawn": None if known is None else known["withdrawn_at"],
    }  # fmt: skip
    return Prepared(organisation, None, NETWORK_NEEDS if office["kind"] == NETWORK else 1, content)


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """The organisation still does not accept it; nobody accepted and withdrew it meanwhile."""
    known = await row_of(work.conn, work.keys, asked.organisation, ProviderId(asked.content["body"]["provider"]))
    if known is None:
        return None
    since = asked.row["created_at"]
    stale = known["withdrawn_at"] is None or known["accepted_at"] >= since or known["withdrawn_at"] >= since
    return Objection.PROVIDER_STATE if stale else None


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Accept it; whoever was refused signs in again, with the code they have."""
    body = asked.content["body"]
    await accept(
        work.conn, work.keys, asked.organisation, ProviderId(body["provider"]), body["name"], work.now,
        source="request", by=approvers[-1], request=asked.id, policy=work.policy.version,
    )  # fmt: skip
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: who asks, for which organisation, which provider, who came through it, what follows."""
    body = asked.content["body"]
    asker = (await agents.names(work.conn, work.keys, [asked.requester])).get(asked.requester, "–")
    office = await work.conn.fetchval("SELECT name FROM guard.organisation WHERE id = $1", asked.organisation)
    stopped = await work.conn.fetchval(_STOPPED, asked.organisation, body["provider"], work.now - SEEN)
    lines = [
        Line(Label("Demandé par", "Requested by"), same(asker)),
        Line(Label("Organisme", "Organisation"), same(office)),
        Line(Label("Fournisseur d’identité", "Identity provider"), same(body["provider"])),
        Line(Label("Nom donné par le demandeur", "Name given by the requester"), same(body["name"])),
        Line(Label("Comptes arrêtés en 30 jours", "Accounts stopped in 30 days"), same(str(stopped))),
    ]
    if body["withdrawn"] is not None:
        lines.append(Line(Label("Retiré auparavant le", "Withdrawn before on"), same(_day(body["withdrawn"]))))
    lines.append(
        Line(
            Label("Si la demande est approuvée", "If the request is approved"),
            Label(
                "Qui présente un code d’enrôlement de cet organisme pourra s’identifier par ce fournisseur. Vérifiez"
                " auprès de l’organisme, à un numéro que vous connaissiez déjà, que c’est bien le sien",
                "Whoever holds an enrolment code of this organisation may identify themselves through this provider."
                " Check with the organisation, on a number you already had, that it is theirs",
            ),
        )
    )
    return tuple(lines)


def _day(instant: str) -> str:
    year, month, day = instant[:10].split("-")
    return f"{day}/{month}/{year}"


PROVIDER: Final = Kind(
    "provider", Label("Fournisseur d’identité", "Identity provider"), Duty.REQUEST, ProviderBody, prepare, recheck,
    carry_out, words,
)  # fmt: skip
