"""POST /v1/enrolments/quarantined: colleagues whose sign-in looked like theirs and was not the identity known."""

from datetime import timedelta
from typing import Final

from beffroi.core.duty import Duty
from beffroi.core.habilitation import ACCESS, AWAITED
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.vault import agents
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

SINCE: Final = timedelta(days=30)
MOST: Final = 200
_QUEUE: Final = """
SELECT q.account, count(*) AS times, max(q.at) AS last_at,
    (array_agg(q.explanation ORDER BY q.entry DESC))[1] AS why
FROM guard.journal q
WHERE q.kind = 'quarantined' AND q.at > $1 AND q.account IS NOT NULL
    AND NOT EXISTS (SELECT FROM guard.journal s WHERE s.kind IN ('account-bound', 'identity-reset')
        AND s.at > $1 AND s.account = q.account AND s.entry > q.entry)
    AND EXISTS (SELECT FROM guard.habilitation h WHERE h.account = q.account AND h.status = ANY ($2::text[])
        AND ($3::uuid IS NULL OR h.organisation = $3))
GROUP BY q.account ORDER BY last_at DESC, q.account LIMIT $4
"""
"""Accounts with a sign-in put in quarantine that no new binding and no agreed request followed; newest first."""


async def queue(call: Call) -> Answer:
    """Who must prove their identity again, at one's own organisation or, from the network, at all."""

    async def act(work: Work, by: OnDuty) -> Answer:
        place = None if by.everywhere else by.organisation.id
        statuses = [status.value for status in sorted(ACCESS | AWAITED)]
        rows = await work.conn.fetch(_QUEUE, work.now - SINCE, statuses, place, MOST)
        named = await agents.names(work.conn, work.keys, {str(row["account"]) for row in rows})
        told = [
            {
                "account": str(row["account"]), "name": named.get(str(row["account"]), ""),
                "reason": row["why"].removeprefix("quarantined-"), "last_at": row["last_at"], "times": row["times"],
            }
            for row in rows
        ]  # fmt: skip
        return json_answer({"rows": told})

    return await with_duty(call, Duty.INVENTORY, act, writes=False)


ROUTES: Final[Routes] = {("POST", "/v1/enrolments/quarantined"): queue}
