"""A personnel file against an organisation's accounts: what it would do, then a part of it in one short turn.

Those whose last day is past leave, those whose day is to come are cut off at its end; both within what a machine may
do alone, or a file that says tomorrow of everybody would shut an office. The rest waits for a person. Addresses that
nobody of the organisation has are counted and never looked up elsewhere.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.normalisation import NormalisationRefusal
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import Work
from beffroi.guard.sweeping import leaving
from beffroi.guard.sweeping.facts import Loaded, load
from beffroi.guard.sweeping.leavers import Source, waiting
from beffroi.guard.sweeping.personnel_file import Leaving
from beffroi.guard.sweeping.room import room
from beffroi.guard.vault import blind

TURN: Final = 50
"""Accounts changed in one turn."""
_FOUND: Final = "SELECT id, email_index FROM guard.account WHERE email_index = ANY ($1::uuid[])"


class Plan(NamedTuple):
    """Who leaves at once, who at the end of a day to come, and how many addresses nobody here has.

    Accounts that left, wait, or end no later already are not among them: a file read twice does nothing twice.
    """

    now: tuple[AccountId, ...]
    later: tuple[tuple[AccountId, datetime], ...]
    unknown: int


class Applied(NamedTuple):
    """What one turn did, and how many accounts of the file remain for the next one."""

    left: int
    waiting: int
    shortened: int
    remaining: int


async def plan(work: Work, organisation: OrganisationId, lines: Iterable[Leaving]) -> Plan:
    """What the lines mean for the accounts of this organisation; changes nothing."""
    days = {}
    for line in lines:
        index = blind.agent_email(work.keys, line.address)
        assert not isinstance(index, NormalisationRefusal), "the file's reader has normalised it"
        days[index] = line.last_day
    rows = await work.conn.fetch(_FOUND, list(days))
    accounts = {AccountId(str(row["id"])): days[row["email_index"]] for row in rows}
    waits = await waiting(work, accounts)
    here, later = list[AccountId](), list[tuple[AccountId, datetime]]()
    known = set[AccountId]()
    for one in sorted(await load(work.conn, work.keys, work.policy, accounts), key=lambda each: each.facts.id):
        held = leaving.open_at(one, organisation)
        if any(str(row["organisation"]) == organisation for row in one.habilitations.values()):
            known.add(one.facts.id)
        end = datetime.combine(accounts[one.facts.id] + timedelta(days=1), time(), PARIS)
        if any(str(row["organisation"]) == organisation for row in waits.get(one.facts.id, [])):
            continue
        if end <= work.now:
            if held:
                here.append(one.facts.id)
        elif any(row["until_at"] > end for row in held):
            later.append((one.facts.id, end))
    return Plan(tuple(here), tuple(later), len(days) - len(known))


async def apply(
    work: Work, organisation: OrganisationId, lines: Iterable[Leaving], *, by: AccountId | None
) -> Applied:
    """Do at most ``TURN`` accounts of what :func:`plan` says, and tell how many remain. Raises Forged."""
    planned = await plan(work, organisation, lines)
    here, later = planned.now[:TURN], planned.later[: max(0, TURN - len(planned.now))]
    loaded: dict[AccountId, Loaded] = {
        one.facts.id: one
        for one in await load(work.conn, work.keys, work.policy, [*here, *(account for account, _ in later)])
    }
    left = waits = shortened = 0
    for account in here:
        space = await room(work, [organisation])  # what the line before did is counted
        if not space.take([organisation]):
            await leaving.wait(work, account, organisation, Source.HR)
            waits += 1
        elif (
            await leaving.leave(work, account, organisation, Source.HR, by=by, alone=True)
        ) is leaving.Outcome.WAITING:
            waits += 1
        else:
            left += 1
    for account, end in later:
        one = loaded[account]
        if leaving.watching(one, {organisation}) or not (await room(work, [organisation])).take([organisation]):
            await leaving.wait(work, account, organisation, Source.HR, until=end)
            waits += 1
        else:
            await leaving.shorten(work, one, organisation, end, by=by)
            shortened += 1
    remaining = len(planned.now) + len(planned.later) - len(here) - len(later)
    return Applied(left, waits, shortened, remaining)
