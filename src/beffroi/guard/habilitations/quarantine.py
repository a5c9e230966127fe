"""POST /v1/enrolments/quarantined: colleagues whose sign-in looked like theirs and was not the identity known."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from beffroi.core.duty import Duty
from beffroi.core.habilitation import ACCESS, AWAITED
from beffroi.core.ids import OrganisationId
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.signin.recognising import Stranger
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

SINCE: Final = timedelta(days=30)
MOST: Final = 200
UNSEEN: Final = Stranger.UNSEEN_PROVIDER.value
_QUEUE: Final = """
SELECT q.account, count(*) AS times, max(q.at) AS last_at,
    (array_agg(q.explanation ORDER BY q.entry DESC))[1] AS why,
    (array_agg(q.detail::json ->> 'provider' ORDER BY q.entry DESC))[1] AS provider,
    (array_agg(q.organisation ORDER BY q.entry DESC))[1] AS organisation
FROM guard.journal q
WHERE q.kind = 'quarantined' AND q.at > $1 AND q.account IS NOT NULL
    AND NOT EXISTS (SELECT FROM guard.journal s WHERE s.kind IN ('account-bound', 'identity-reset')
        AND s.at > $1 AND s.account = q.account AND s.entry > q.entry)
    AND EXISTS (SELECT FROM guard.habilitation h WHERE h.account = q.account AND h.status = ANY ($2::text[])
        AND ($3::uuid IS NULL OR h.organisation = $3))
    AND (q.explanation <> $5 OR NOT EXISTS (SELECT FROM guard.organisation_provider p
        WHERE p.organisation = q.organisation AND p.provider = q.detail::json ->> 'provider'
            AND p.withdrawn_at IS NULL))
GROUP BY q.account ORDER BY last_at DESC, q.account LIMIT $4
"""
"""Accounts with a sign-in put in quarantine that no new binding and no agreed request followed; newest first.

One whose provider is accepted by now is settled: that person signs in again.
"""
_OFFICES: Final = "SELECT id, name FROM guard.organisation WHERE id = ANY ($1::uuid[])"


async def queue(call: Call) -> Answer:
    """Who must prove their identity again, at one's own organisation or, from the network, at all."""

    async def act(work: Work, by: OnDuty) -> Answer:
        place = None if by.everywhere else by.organisation.id
        statuses = [status.value for status in sorted(ACCESS | AWAITED)]
        rows = await work.conn.fetch(_QUEUE, work.now - SINCE, statuses, place, MOST, UNSEEN)
        named = await agents.names(work.conn, work.keys, {str(row["account"]) for row in rows})
        offices = dict(await work.conn.fetch(_OFFICES, [row["organisation"] for row in rows if row["organisation"]]))
        told = [
            {
                "account": str(row["account"]), "name": named.get(str(row["account"]), ""),
                "reason": row["why"].removeprefix("quarantined-"), "last_at": row["last_at"], "times": row["times"],
                "provider": row["provider"], "organisation": _place(row, offices, by),
            }
            for row in rows
        ]  # fmt: skip
        return json_answer({"rows": told})

    return await with_duty(call, Duty.INVENTORY, act, writes=False)


def _place(row: Row, offices: Mapping[object, str], by: OnDuty) -> Mapping[str, object] | None:
    """The organisation that does not accept the provider, and whether it is the reader's to ask for."""
    if row["organisation"] is None:
        return None
    identifier = OrganisationId(str(row["organisation"]))
    return {"id": identifier, "name": offices[row["organisation"]], "within_reach": by.reaches(identifier)}


ROUTES: Final[Routes] = {("POST", "/v1/enrolments/quarantined"): queue}
