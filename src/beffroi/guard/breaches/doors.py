"""The HTTP doors of breaches: POST /v1/breaches/list for security officers, POST /v1/person/breaches for people."""

from typing import Final

import msgspec

from beffroi.core.breaches import CAUSES, Cause
from beffroi.core.duty import Duty
from beffroi.guard.answers.breaches import Breaches, Declared
from beffroi.guard.answers.shape import Label as Words
from beffroi.guard.breaches import declared, own
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/breaches/list and /v1/person/breaches."""


_BODY: Final = msgspec.json.Decoder(Listing)


async def listed(call: Call) -> Answer:
    """Breaches within reach: all for the network's officers; for an office's, what it declared or is named in."""
    bodies.read(call, _BODY)

    async def act(work: Work, by: OnDuty) -> Answer:
        rows = await declared.every(work.conn, work.keys)
        return json_answer(
            Breaches(
                tuple(
                    Declared(
                        breach=str(row["id"]), request=str(row["request"]), scope=row["scope"],
                        ids=declared.ids_of(row), from_at=row["from_at"], until_at=row["until_at"],
                        cause=row["cause"], sentence=Words(*CAUSES[Cause(row["cause"])]),
                        declared_at=row["declared_at"], withdrawn_at=row["withdrawn_at"],
                    )
                    for row in rows
                    if by.everywhere or by.organisation.id in (str(row["organisation"]), *declared.ids_of(row))
                )
            )
        )  # fmt: skip

    return await with_duty(call, Duty.INVESTIGATE, act, writes=False)


async def concerning(call: Call) -> Answer:
    """Breaches that concern whose space it is."""
    bodies.read(call, _BODY)
    return await own.answer(call)


ROUTES: Final[Routes] = {("POST", "/v1/breaches/list"): listed, ("POST", "/v1/person/breaches"): concerning}
