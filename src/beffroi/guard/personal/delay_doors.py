"""POST /v1/delays/list: what people are not shown yet, for the security officers who asked for it; the last first."""

from typing import Final

import msgspec

from beffroi.core.duty import Duty
from beffroi.guard import stamped
from beffroi.guard.answers.personal import Delayed, Delays
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.personal.delays import TABLE
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_LISTED: Final = """
SELECT d.*, EXISTS (SELECT FROM guard.delay n WHERE n.renews = d.id) AS continued FROM guard.delay d
WHERE $1::uuid IS NULL OR EXISTS (
    SELECT FROM guard.habilitation h WHERE h.account = d.account AND h.organisation = $1)
ORDER BY d.decided_at DESC, d.id LIMIT 100
"""


class Delaying(bodies.Strict, frozen=True):
    """Body of /v1/delays/list."""


_BODY: Final = msgspec.json.Decoder(Delaying)


async def listed(call: Call) -> Answer:
    """Delays within reach, a hundred at most."""
    bodies.read(call, _BODY)

    async def act(work: Work, by: OnDuty) -> Answer:
        rows = await work.conn.fetch(_LISTED, None if by.everywhere else by.organisation.id)
        return json_answer(
            Delays(
                tuple(
                    Delayed(
                        delay=str(row["id"]),
                        request=str(row["request"]),
                        account=str(row["account"]),
                        from_at=row["from_at"],
                        until_at=row["until_at"],
                        decided_at=row["decided_at"],
                        shown_at=row["shown_at"],
                        over=work.now >= row["shown_at"],
                        renewable=row["renews"] is None and not row["continued"] and work.now < row["shown_at"],
                    )
                    for row in rows
                    if stamped.genuine(work.keys, TABLE, row)
                )
            )
        )

    return await with_duty(call, Duty.INVESTIGATE, act, writes=False)


ROUTES: Final[Routes] = {("POST", "/v1/delays/list"): listed}
