"""POST /v1/invoicing/standing: whether this session bills, for which organisation, on which side; changes nothing."""

from typing import Final

import msgspec

from beffroi.core.decision import Refusal
from beffroi.core.duty import Duty
from beffroi.core.invoicing import side
from beffroi.core.refusals import Code
from beffroi.guard import stamped
from beffroi.guard.duties import OnDuty, Refused, Work, with_duty
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_PLACE: Final = "SELECT * FROM guard.organisation WHERE id = $1"


class Asking(bodies.Strict, frozen=True):
    """Body of /v1/invoicing/standing: nothing, the session says it all."""


_ASKING: Final = msgspec.json.Decoder(Asking)


async def standing(call: Call) -> Answer:
    """The organisation that this session bills for; refused wherever a command of that duty would be."""
    bodies.read(call, _ASKING)

    async def act(work: Work, by: OnDuty) -> Answer:
        place = stamped.genuine(work.keys, "organisation", await work.conn.fetchrow(_PLACE, by.organisation.id))
        stands = side(place["kind"])
        if stands is None:
            raise Refused(Refusal(Code.ACTION_NOT_ALLOWED))
        return json_answer(
            {
                "account": by.account.id, "organisation": by.organisation.id, "name": place["name"],
                "siret": place["siret"], "side": stands.value,
            }
        )  # fmt: skip

    return await with_duty(call, Duty.BILL, act, writes=False)


ROUTES: Final[Routes] = {("POST", "/v1/invoicing/standing"): standing}
