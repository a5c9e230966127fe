"""What each room tells, in one call: who is told of it, about what, with which references.

Called in the transaction of the fact. Nothing here refuses: whatever cannot be told, the fact stands.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from beffroi.core.approvals import State
from beffroi.core.containing import Extent
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId, OrganisationId, is_uuid
from beffroi.core.mailing import chosen
from beffroi.core.sweeping import Swept, delays, idle_since
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import Work
from beffroi.guard.notifying.outbox import notify
from beffroi.guard.notifying.recipients import correspondents, holders, makers_of, managers_of
from beffroi.guard.notifying.template_codes import Template
from beffroi.guard.signin.enrolments import TRIES
from beffroi.guard.stamped import Row

WATCHERS_TOLD: Final = 50
"""Security officers told of a containment at most."""
_CLOSED: Final = {State.APPROVED: Template.REQUEST_APPROVED, State.REFUSED: Template.REQUEST_REFUSED}
_AT_PLACE: Final = "SELECT account FROM guard.habilitation WHERE organisation = $1 AND account = ANY ($2::uuid[])"
_GUESSED: Final = """
SELECT id FROM guard.enrolment WHERE account = $1 AND used_at IS NULL AND expires_at > $2 AND failures >= $3
"""


async def report_made(work: Work, report: str, organisation: str | None) -> None:
    """A person does not recognise a consultation: security officers where it was made, and the network's.

    At most once an hour each, gathered; neither the person nor the agent is in it.
    """
    place = None if organisation is None else OrganisationId(organisation)
    await notify(work, Template.REPORT_MADE, await holders(work, Duty.INVESTIGATE, place, report), report)


async def corrected(work: Work, correction: str, places: Collection[OrganisationId]) -> None:
    """Something of a person's file was corrected: the correspondents of the other places that know the person.

    Neither the person nor what it was is in it.
    """
    for place in places:
        people = await correspondents(work, place, correction)
        await notify(work, Template.FILE_CORRECTED, people, f"{correction}/{place}")


async def asked_on_line(work: Work, request: str, place: OrganisationId) -> None:
    """A person asked something about their data in their own space: those who answer people there."""
    people = await correspondents(work, place, request)
    if people:
        await notify(work, Template.PERSON_REQUEST_MADE, people, request)
    else:
        await unserved(work, request, place)


async def unserved(work: Work, about: str, place: OrganisationId) -> None:
    """Nobody answers people where one asked something: its account managers, who may not, and have somebody do it."""
    people = await holders(work, Duty.REQUEST, place, about)
    await notify(work, Template.PERSON_REQUEST_UNSERVED, people, about)


async def request_made(work: Work, request: Row, able: Collection[AccountId]) -> None:
    """A request waits: those who may approve it, of its organisation first."""
    rows = await work.conn.fetch(_AT_PLACE, request["organisation"], list(able))
    near = {AccountId(str(row["account"])) for row in rows}
    people = chosen(able, str(request["id"]), near=near)
    about = str(request["id"])
    await notify(work, Template.REQUEST_WAITING, people, about, request=about, expires=request["expires_at"])


async def request_closed(work: Work, request: Row) -> None:
    """A request was decided: who made it. One that was taken back is told to nobody."""
    template = _CLOSED.get(State(request["status"]))
    if template is not None:
        about = str(request["id"])
        await notify(work, template, [str(request["requester"])], about, request=about)


async def code_closed(work: Work, account: str) -> None:
    """A wrong code was typed: when it was once too often, who asked for the access, and who agreed."""
    for row in await work.conn.fetch(_GUESSED, account, work.now, TRIES):
        people = await makers_of(work, account, account)
        await notify(work, Template.CODE_CLOSED, people, str(row["id"]), account=account)


async def quarantined(work: Work, account: str) -> None:
    """A sign-in looked like this account's: those who may ask for a new proof of identity, once a day."""
    people = await managers_of(work, account, account)
    about = f"{account}/{work.now.astimezone(PARIS).date()}"
    await notify(work, Template.SIGN_IN_QUARANTINED, people, about, account=account)


async def identity_reset(work: Work, account: str, request: str) -> None:
    """What proved the account was taken away: whoever held it."""
    await notify(work, Template.IDENTITY_RESET, [account], request)


async def factor_added(work: Work, account: str, factor: str) -> None:
    """Another factor opens the account: whoever holds it, who may not be who added it."""
    await notify(work, Template.FACTOR_ADDED, [account], factor, on=work.now)


async def campaign_opened(work: Work, campaign: Row) -> None:
    """A review is open: its reviewers."""
    await _reviewers(work, Template.REVIEW_OPENED, campaign, "opened", due=campaign["due_at"])


async def review_reminder(work: Work, campaign: Row, left: int, days: int) -> None:
    """A review ends in some days and lacks answers: its reviewers."""
    if left:
        template = Template.REVIEW_LAST_DAY if days <= 1 else Template.REVIEW_REMINDER
        await _reviewers(work, template, campaign, str(days), due=campaign["due_at"], left=left)


async def review_suspended(work: Work, review: Row) -> None:
    """Nobody kept a habilitation: whose it is."""
    await notify(work, Template.REVIEW_SUSPENDED, [str(review["account"])], str(review["id"]))


async def campaign_closed(work: Work, campaign: Row, suspended: int) -> None:
    """A review ended and suspended some: its reviewers."""
    if suspended:
        await _reviewers(work, Template.REVIEW_CLOSED, campaign, "closed", suspended=suspended)


async def _reviewers(work: Work, template: Template, campaign: Row, word: str, **refs: datetime | int) -> None:
    id_, place = str(campaign["id"]), OrganisationId(str(campaign["organisation"]))
    people = await holders(work, Duty.REVIEW, place, id_)
    await notify(work, template, people, f"{id_}/{word}", campaign=id_, **refs)


async def idle_warned(work: Work, account: Swept) -> None:
    """An account is idle: whose it is."""
    suspends = idle_since(account) + delays(account, work.policy.sweeps).idle_suspend
    about = str(work.now.astimezone(PARIS).date())
    await notify(work, Template.IDLE_WARNED, [account.id], about, suspends=max(suspends, work.now))


async def account_suspended(work: Work, account: AccountId, reason: str) -> None:
    """A sweep suspended an account: whose it is."""
    about = f"{reason}/{work.now.isoformat()}"
    await notify(work, Template.ACCOUNT_SUSPENDED, [account], about, reason=reason)


async def suspended_by_hand(work: Work, account: AccountId, about: str) -> None:
    """A person suspended an account: whose it is. ``about`` is the id of what was decided."""
    await notify(work, Template.SUSPENDED_BY_HAND, [account], about)


async def application_ended(work: Work, account: AccountId, about: str) -> None:
    """One application of a habilitation was ended: whose it is."""
    await notify(work, Template.APPLICATION_ENDED, [account], about)


async def leaving(work: Work, account: AccountId, organisation: OrganisationId, until: datetime) -> None:
    """What an account holds at an organisation will end with a day to come: whose it is."""
    last = until - timedelta(seconds=1)
    about = f"{organisation}/{last.astimezone(PARIS).date()}"
    await notify(work, Template.LEAVING, [account], about, on=last)


async def left(work: Work, account: AccountId, about: str) -> None:
    """What an account held at an organisation is closed: whose it is. ``about`` is the id of the leaving."""
    await notify(work, Template.LEFT, [account], about)


async def escalated(work: Work, escalation: str, kind: str, organisation: OrganisationId | None) -> None:
    """The network level must act: those of it who may."""
    people = await holders(work, Duty.LEAVE, None, escalation if organisation is None else organisation)
    await notify(work, Template.ESCALATED, people, escalation, kind=kind)


async def contained(work: Work, containment: str, extent: Extent, scope: str) -> None:
    """Something was cut off, more than one account: everybody who may cut off there, its author too."""
    if extent is not Extent.ACCOUNT:
        of_one = extent in (Extent.ORGANISATION, Extent.FILES) and is_uuid(scope)
        place = OrganisationId(scope) if of_one else None
        people = await holders(work, Duty.CONTAIN, place, containment, most=WATCHERS_TOLD)
        await notify(work, Template.CONTAINED, people, containment, extent=extent.value)
