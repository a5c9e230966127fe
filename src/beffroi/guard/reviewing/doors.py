"""The HTTP doors of reviews: POST /v1/reviews/campaigns, sheet, prepare, evidence.

Nothing here says a verdict: that takes the reviewer's passkey, on a page of the guard (:mod:`.page`).
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.reviewing import Verdict
from beffroi.guard.approvals.doors import objected, page_url
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.reviewing import showing, sittings
from beffroi.guard.stamped import Row
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Answer, Call, Malformed, Routes, json_answer

_PAGE: Final = Meta(ge=1, le=10_000)


class Listing(bodies.Strict, frozen=True):
    """Body of /v1/reviews/campaigns."""

    closed: bool = False
    page: Annotated[int, _PAGE] = 1


class Sheet(bodies.Strict, frozen=True):
    """Body of /v1/reviews/sheet; ``page`` is of those looked at alone."""

    campaign: bodies.PersonText
    page: Annotated[int, _PAGE] = 1


class Word(bodies.Strict, frozen=True):
    """A verdict on one line of a sheet."""

    review: bodies.PersonText
    verdict: Literal["keep", "remove"]


class Preparing(bodies.Strict, frozen=True):
    """Body of /v1/reviews/prepare; ``together`` keeps the group too."""

    campaign: bodies.PersonText
    verdicts: Annotated[tuple[Word, ...], Meta(max_length=sittings.MOST)] = ()
    together: bool = False


class OneCampaign(bodies.Strict, frozen=True):
    """Body of /v1/reviews/evidence."""

    campaign: bodies.PersonText


_LISTING: Final = msgspec.json.Decoder(Listing)
_SHEET: Final = msgspec.json.Decoder(Sheet)
_PREPARING: Final = msgspec.json.Decoder(Preparing)
_ONE: Final = msgspec.json.Decoder(OneCampaign)


async def campaigns(call: Call) -> Answer:
    """Campaigns of one's own organisation, or of all from the network, and how far they are."""
    body = bodies.read(call, _LISTING)

    async def act(work: Work, by: OnDuty) -> Answer:
        return json_answer(await showing.campaigns(work, by, closed=body.closed, page=body.page))

    return await with_duty(call, Duty.INVENTORY, act, writes=False)


async def sheet(call: Call) -> Answer:
    """What a campaign still asks of its reviewers."""
    body = bodies.read(call, _SHEET)

    async def act(work: Work, by: OnDuty, campaign: Row) -> Answer:
        return json_answer(await showing.sheet(work, by, campaign, page=body.page))

    return await _about(call, body.campaign, act, writes=False)


async def prepare(call: Call) -> Answer:
    """Bind verdicts to a hash; the page on which this person signs them."""
    body, caller = bodies.read(call, _PREPARING), caller_of(call)
    verdicts = {word.review: Verdict(word.verdict) for word in body.verdicts}
    if len(verdicts) != len(body.verdicts):
        raise Malformed("$.verdicts", "each review once")

    async def act(work: Work, by: OnDuty, campaign: Row) -> Answer:
        drawn = await sittings.draw(work, by, campaign, verdicts, together=body.together)
        if isinstance(drawn, Objection):
            return objected(call, drawn)
        assert isinstance(caller, Caller), "seen by whoever has a duty"
        return json_answer(
            {"sitting": str(drawn["id"]), "sign_url": page_url(call, caller, f"/reviews?sitting={drawn['id']}")}, 201
        )

    return await _about(call, body.campaign, act, writes=True)


async def evidence(call: Call) -> Answer:
    """The file of a campaign: lines, verdicts, signatures, hashes; ids and no name."""
    body = bodies.read(call, _ONE)

    async def act(work: Work, by: OnDuty, campaign: Row) -> Answer:
        return json_answer(await showing.evidence(work, campaign))

    return await _about(call, body.campaign, act, writes=False)


async def _about(
    call: Call, campaign: str, act: Callable[[Work, OnDuty, Row], Awaitable[Answer]], *, writes: bool
) -> Answer:
    """Act on a campaign that the caller reaches."""

    async def reach(work: Work, by: OnDuty) -> Answer:
        found = await sittings.campaign_of(work, by, campaign)
        return objected(call, found) if isinstance(found, Objection) else await act(work, by, found)

    return await with_duty(call, Duty.REVIEW, reach, writes=writes)


ROUTES: Final[Routes] = {
    ("POST", "/v1/reviews/campaigns"): campaigns,
    ("POST", "/v1/reviews/sheet"): sheet,
    ("POST", "/v1/reviews/prepare"): prepare,
    ("POST", "/v1/reviews/evidence"): evidence,
}
