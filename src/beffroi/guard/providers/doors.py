"""POST /v1/providers/list and withdraw: what an organisation accepts, and its end, at once and by one person.

Accepting one is a request like any other that takes a second person (:mod:`.requests`).
"""

from typing import Final

import msgspec

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.ids import OrganisationId, ProviderId
from beffroi.guard import stamped
from beffroi.guard.approvals.doors import objected
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.providers import writing
from beffroi.guard.providers.holding import rows_of
from beffroi.guard.providers.requests import ProviderText
from beffroi.guard.stamped import Row
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_OFFICE: Final = "SELECT * FROM guard.organisation WHERE id = $1"
_BOUND: Final = """
SELECT a.idp_id, count(DISTINCT a.id) FROM guard.account a JOIN guard.habilitation h ON h.account = a.id
WHERE h.organisation = $1 AND h.status <> 'closed' AND a.subject_index IS NOT NULL AND a.idp_id IS NOT NULL
GROUP BY a.idp_id
"""


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/providers/list; one's own organisation when it is not said."""

    organisation: bodies.PersonText | None = None


class Withdrawal(bodies.Strict, frozen=True):
    """Body of /v1/providers/withdraw; one's own organisation when it is not said."""

    provider: ProviderText
    organisation: bodies.PersonText | None = None


_LISTING: Final = msgspec.json.Decoder(Listing)
_WITHDRAWAL: Final = msgspec.json.Decoder(Withdrawal)


async def listed(call: Call) -> Answer:
    """Providers that an organisation accepts or accepted, with how many accounts came through each."""
    asked = bodies.read(call, _LISTING)

    async def act(work: Work, by: OnDuty) -> Answer:
        office = await _office(work, by, asked.organisation)
        if office is None:
            return objected(call, Objection.OUT_OF_REACH)
        bound = dict(await work.conn.fetch(_BOUND, office["id"]))
        rows = [
            {
                "provider": row["provider"], "name": row["name"], "source": row["source"],
                "accepted_at": row["accepted_at"], "withdrawn_at": row["withdrawn_at"],
                "accounts": bound.get(row["provider"], 0),
            }
            for row in await rows_of(work.conn, work.keys, [office["id"]])
        ]  # fmt: skip
        rows.sort(key=lambda row: (row["withdrawn_at"] is not None, row["name"], row["provider"]))
        told = {"id": str(office["id"]), "name": office["name"], "kind": office["kind"]}
        return json_answer({"organisation": told, "rows": rows})

    return await with_duty(call, Duty.INVENTORY, act, writes=False)


async def withdraw(call: Call) -> Answer:
    """Accept a provider no longer; its sessions at that organisation end with it."""
    asked = bodies.read(call, _WITHDRAWAL)

    async def act(work: Work, by: OnDuty) -> Answer:
        office = await _office(work, by, asked.organisation)
        if office is None:
            return objected(call, Objection.OUT_OF_REACH)
        place, provider = OrganisationId(str(office["id"])), ProviderId(asked.provider)
        row = await writing.row_of(work.conn, work.keys, place, provider)
        if row is None or row["withdrawn_at"] is not None:
            return objected(call, Objection.PROVIDER_STATE)
        return json_answer({"sessions": await writing.withdraw(work, row, by.account.id)})

    return await with_duty(call, Duty.CONTAIN, act, writes=True)


async def _office(work: Work, by: OnDuty, named: str | None) -> Row | None:
    """The organisation, where it is this person's to see. Raises Forged."""
    place = OrganisationId(named or by.organisation.id)
    row = await work.conn.fetchrow(_OFFICE, place) if by.reaches(place) else None
    return None if row is None else stamped.genuine(work.keys, "organisation", row)


ROUTES: Final[Routes] = {("POST", "/v1/providers/list"): listed, ("POST", "/v1/providers/withdraw"): withdraw}
