"""What nobody does and time brings: attestations about to end, what is due for partners; and what is outlived here.

Asked again at every run: what was told already is not told twice.
"""

import logging
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.awareness import REMINDERS, reminder
from beffroi.core.broken_glass import DUE
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.partners import Due, Matter, dues
from beffroi.core.person_rights import reminder as reminder_of_request
from beffroi.core.policy import Policy
from beffroi.guard import stamped
from beffroi.guard.broken_glass import reading
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import Work
from beffroi.guard.notifying import telling
from beffroi.guard.notifying.outbox import notify
from beffroi.guard.notifying.recipients import correspondents, holders
from beffroi.guard.notifying.template_codes import Template
from beffroi.guard.partners.holding import partners
from beffroi.guard.person_rights.register import standing_of
from beffroi.guard.relating.prescribing import begins

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.notifying")
KEPT: Final = timedelta(days=90)
"""How long what was told is kept, without a word of it but codes and days; and to whom an office's message went."""
_ENDING: Final = """
SELECT a.* FROM guard.account a
WHERE a.status = 'active' AND a.attested_until > $1 AND a.attested_until <= $2 AND EXISTS (
    SELECT FROM guard.habilitation h
    WHERE h.account = a.id AND h.status IN ('probation', 'confirmed') AND $1 < h.until_at)
"""
_ASKED: Final = """
SELECT * FROM guard.person_request WHERE state NOT IN ('answered', 'refused') ORDER BY received_at, id
"""
_OUTLIVED: Final = (
    "DELETE FROM guard.message m USING guard.mail l WHERE l.id = m.mail AND (l.sent_at < $1 OR l.failed_at < $1)",
    "DELETE FROM guard.message WHERE dropped_at < $1",
    "DELETE FROM guard.mail l WHERE (l.sent_at < $1 OR l.failed_at < $1)"
    " AND NOT EXISTS (SELECT FROM guard.message m WHERE m.mail = l.id)",
    "DELETE FROM guard.letter WHERE coalesce(sent_at, failed_at) < $1",
)
NETWORKS: Final = frozenset({Matter.ONBOARDING, Matter.OPENING, Matter.OFFBOARDING, Matter.AUDIT_NEXT})
"""What only the network does; of the rest the partner's managers are told as well."""
GLASS_PATIENCE: Final = timedelta(days=3)
"""How long an opening by break-glass waits for a verdict before its examiners are told."""
_STAGES: Final = (7, 30)
"""Days before its day on which something due is called to mind again, beside the first time and once it is late."""


async def remind(pool: Any, keys: "Keys", policy: Policy) -> Counter[str]:
    """Write what is to be told now; how many accounts and matters were looked at."""
    async with pool.acquire() as conn, conn.transaction():
        work = Work(conn, keys, policy, await stamped.instant(conn))
        done = Counter(attestations=await _attestations(work))
        try:
            async with conn.transaction():
                done["partners"] = await _partners(work)
        except stamped.Forged as error:
            _LOG.critical("integrity: notifying: guard.%s", error.table)
        done["break-glass"] = await _broken_glass(work)
        done["person-requests"] = await _person_requests(work)
        for statement in _OUTLIVED:
            await conn.execute(statement, work.now - KEPT)
    return +done


async def _attestations(work: Work) -> int:
    due: dict[tuple[datetime, int], list[AccountId]] = defaultdict(list)
    for row in await work.conn.fetch(_ENDING, work.now, work.now + timedelta(days=max(REMINDERS))):
        days = reminder(row["attested_until"], work.now)
        if days and work.keys.authenticator.genuine_row("account", row):
            day = row["attested_until"].astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
            due[day, days].append(AccountId(str(row["id"])))
    for (until, days), accounts in due.items():
        about = f"{until.date()}/{days}"
        await notify(work, Template.ATTESTATION_ENDING, accounts, about, until=until)
    return sum(map(len, due.values()))


async def _broken_glass(work: Work) -> int:
    """Places where an opening by break-glass has waited for some days: who examines there is told, once a week."""
    oldest = await reading.oldest_waiting(work.conn, work.now - GLASS_PATIENCE)
    for organisation, at in oldest.items():
        year, week, _ = work.now.astimezone(PARIS).isocalendar()
        about = f"{organisation}/{year}-{week}"
        people = await holders(work, Duty.INVESTIGATE, organisation, about)
        await notify(work, Template.GLASS_WAITING, people, about, on=at + DUE)
    return len(oldest)


async def _person_requests(work: Work) -> int:
    """What people asked and nobody answered: those who answer at the organisation are told when its delay nears.

    Whoever manages accounts there is told where nobody answers, to have somebody do it.
    """
    today, told = work.now.astimezone(PARIS).date(), 0
    for row in await work.conn.fetch(_ASKED):
        if not stamped.is_genuine(work.keys, "person_request", row):
            continue
        standing = standing_of(row)
        stage = reminder_of_request(standing, today)
        if stage is None:
            continue
        place, about = OrganisationId(str(row["organisation"])), f"{row['id']}/{standing.due_on}/{stage}"
        template = Template.PERSON_REQUEST_LATE if stage == "late" else Template.PERSON_REQUEST_DUE
        people = await correspondents(work, place, about)
        if people:
            await notify(work, template, people, about, on=begins(standing.due_on))
        else:
            await telling.unserved(work, about, place)
        told += 1
    return told


async def _partners(work: Work) -> int:
    told = 0
    for each in await partners(work, None):
        for due in dues(each.standing, work.now):
            if due.matter is not Matter.CONTRACT_MISSING:
                await _due(work, each.id, due)
                told += 1
    return told


async def _due(work: Work, organisation: OrganisationId, due: Due) -> None:
    place = None if due.matter in NETWORKS else organisation
    people = await holders(work, Duty.PARTNERS, place, organisation)
    about = f"{organisation}/{due.matter.value}/{due.at.astimezone(PARIS).date()}/{stage(due, work.now)}"
    await notify(
        work, Template.PARTNER_DUE, people, about, organisation=organisation, matter=due.matter.value, on=due.at
    )


def stage(due: Due, now: datetime) -> str:
    """How near something due is: what is told once at each stage."""
    if due.overdue(now):
        return "late"
    return str(min((days for days in _STAGES if due.at - now <= timedelta(days=days)), default="soon"))
