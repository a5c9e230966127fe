"""Somebody leaves an organisation: their habilitations there end at once, and the account when nothing is left.

Three ways lead here: a manager's button, a line of the personnel file, a person's word on somebody who waited. Every
function runs inside the caller's transaction under the turnstile, so the next decision already refuses (I-07).
"""

import json
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from beffroi.core.habilitation import Event, Status
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import RoleKind
from beffroi.core.sweeping import LIVING, keystone
from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.habilitations.moving import move
from beffroi.guard.journal import Entry, append
from beffroi.guard.notifying import telling
from beffroi.guard.sweeping import leavers
from beffroi.guard.sweeping.acting import acting
from beffroi.guard.sweeping.escalating import escalate
from beffroi.guard.sweeping.facts import Loaded, load
from beffroi.guard.sweeping.leavers import Source, Standing
from beffroi.guard.sweeping.suspending import note, suspend

WATCHERS: Final = frozenset({RoleKind.APPROVER, RoleKind.SECURITY, RoleKind.FOUNDER})
"""Who approves, contains or investigates: a manager alone does not send them away."""


class Outcome(StrEnum):
    """What came of it."""

    LEFT = "left"
    WAITING = "waiting"
    UNKNOWN = "unknown"


async def found(work: Work, account: AccountId, organisation: OrganisationId) -> Loaded | None:
    """The account, when it holds something not closed at the organisation; a stranger's is as unknown as none."""
    for one in await load(work.conn, work.keys, work.policy, [account]):
        if open_at(one, organisation):
            return one
    return None


def open_at(one: Loaded, organisation: OrganisationId) -> list[stamped.Row]:
    """Habilitations at an organisation that are not closed."""
    return [
        row
        for row in one.habilitations.values()
        if str(row["organisation"]) == organisation and row["status"] != Status.CLOSED
    ]


async def leave(
    work: Work,
    account: AccountId,
    organisation: OrganisationId,
    source: Source,
    *,
    by: AccountId | None,
    alone: bool,
    enough: bool = False,
) -> Outcome:
    """Close what an account holds at an organisation, or let it wait for a person.

    ``alone``: whoever says so may not send away those who watch over them, nor the last two approvers or founders;
    these wait for somebody of the network or of security. So does everybody once there were ``enough``.
    """
    one = await found(work, account, organisation)
    if one is None:
        return Outcome.UNKNOWN
    if alone and (enough or await _needs_a_second(work, one, {organisation})):
        await wait(work, account, organisation, source)
        return Outcome.WAITING
    await end(work, one, organisation, source, by=by)
    return Outcome.LEFT


async def wait(
    work: Work,
    account: AccountId,
    organisation: OrganisationId | None,
    source: Source,
    *,
    until: datetime | None = None,
) -> None:
    """Write down that somebody's leaving, at once or at the end of a day to come, waits for a person; once."""
    rows = (await leavers.waiting(work, [account])).get(account, [])
    if all(row["organisation"] is None or str(row["organisation"]) != organisation for row in rows):
        _, entry = await leavers.record(work, account, organisation, source, Standing.WAITING, until=until)
        await append(work.conn, [entry])


async def end(work: Work, one: Loaded, organisation: OrganisationId, source: Source, *, by: AccountId | None) -> None:
    """Close the habilitations at the organisation, suspend the account when none is left, tell who must know.

    A row that waited about the same is confirmed; otherwise one is written, done. Raises Forged.
    """
    account = one.facts.id
    for row in open_at(one, organisation):
        await move(work, row, Event.CLOSE, by=by, reason=f"leaver-{source.value}")
    if not any(str(row["organisation"]) != organisation and row["status"] != Status.CLOSED
               for row in one.habilitations.values()):  # fmt: skip
        await _suspend(work, one, source)
    waiting = (await leavers.waiting(work, [account])).get(account, [])
    same = [row for row in waiting if row["organisation"] is not None and str(row["organisation"]) == organisation]
    if same:
        entries = [await leavers.decide(work, row, Standing.CONFIRMED, by=by) for row in same]
        about = str(same[0]["id"])
    else:
        about, entry = await leavers.record(work, account, organisation, source, Standing.DONE, by=by)
        entries = [entry]
    await append(work.conn, entries)
    await telling.left(work, account, about)
    await escalate(work, account)


async def decide(work: Work, row: stamped.Row, standing: Standing, *, by: AccountId) -> None:
    """A person's word on a waiting row: the leaving is carried out, or the account stays. Raises Forged.

    Who stays begins anew: the next sweep does not bring the same question back.
    """
    account = AccountId(str(row["account"]))
    loaded = await load(work.conn, work.keys, work.policy, [account])
    if standing is Standing.DISMISSED:
        entries = [await leavers.decide(work, row, standing, by=by)]
        if loaded and row["source"] == Source.IDLE:
            await note(work, account, loaded[0].swept, restarted_at=work.now)
        await append(work.conn, entries)
        return
    until = (await leavers.ends(work, [row])).get(row["id"])
    if loaded and until is not None and until > work.now:
        entries = [await leavers.decide(work, row, standing, by=by)]
        await cut_short(work, loaded[0], OrganisationId(str(row["organisation"])), until, by=by)
        await append(work.conn, entries)
        return
    if not loaded or row["source"] == Source.IDLE or row["organisation"] is None:
        entries = [await leavers.decide(work, row, standing, by=by)]
        if loaded:
            await _suspend(work, loaded[0], Source(row["source"]))
            await telling.suspended_by_hand(work, account, str(row["id"]))
        await append(work.conn, entries)
        await escalate(work, account)
        return
    await end(work, loaded[0], OrganisationId(str(row["organisation"])), Source(row["source"]), by=by)


async def shorten(
    work: Work, one: Loaded, organisation: OrganisationId, until: datetime, *, by: AccountId | None
) -> None:
    """The personnel file's word on a day to come: what is held ends then, and counts in what a machine may do."""
    _, entry = await leavers.record(work, one.facts.id, organisation, Source.HR, Standing.DONE, by=by, until=until)
    await append(work.conn, [entry])
    await cut_short(work, one, organisation, until, by=by)


async def cut_short(
    work: Work, one: Loaded, organisation: OrganisationId, until: datetime, *, by: AccountId | None
) -> None:
    """End what an account holds at an organisation at ``until``, where it would last longer. Journaled."""
    entries = []
    for row in open_at(one, organisation):
        if row["until_at"] <= until:
            continue
        await stamped.amend(work.conn, work.keys, "habilitation", row, until_at=until)
        detail = {"by": by, "habilitation": str(row["id"]), "until": until.isoformat()}
        entries.append(
            Entry(
                work.now, "leaver", account=str(row["account"]), organisation=str(row["organisation"]),
                role=row["role"], explanation=Source.HR.value, policy=work.policy.version,
                detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
            )
        )  # fmt: skip
    await append(work.conn, entries)
    if entries:
        await telling.leaving(work, one.facts.id, organisation, until)


async def _suspend(work: Work, one: Loaded, source: Source) -> None:
    if one.facts.status in LIVING:
        await suspend(work, one.account, "leaver", source.value)
        await note(work, one.facts.id, one.swept, suspended_at=work.now)


async def watches(work: Work, row: stamped.Row) -> bool:
    """Whether a waiting row is about somebody whom a manager alone does not send away."""
    loaded = await load(work.conn, work.keys, work.policy, [AccountId(str(row["account"]))])
    if not loaded:
        return False
    where = {held.organisation for held in loaded[0].facts.habilitations}
    if row["source"] != Source.IDLE and row["organisation"] is not None:
        where = {OrganisationId(str(row["organisation"]))}
    return await _needs_a_second(work, loaded[0], where)


def watching(one: Loaded, organisations: Collection[OrganisationId]) -> bool:
    """Whether somebody watches over others at one of these organisations; a role nobody knows may."""
    return any(
        held.kind in WATCHERS or held.kind is None
        for held in one.facts.habilitations
        if held.organisation in organisations and held.status is not Status.CLOSED
    )


async def _needs_a_second(work: Work, one: Loaded, organisations: Collection[OrganisationId]) -> bool:
    return watching(one, organisations) or keystone(one.facts, work.now, (await acting(work)).counts()) is not None


async def waiting_at(work: Work, organisation: OrganisationId | None) -> list[stamped.Row]:
    """Waiting rows of one organisation, or of all, oldest first; at most two hundred."""
    rows = await work.conn.fetch(
        "SELECT * FROM guard.leaver WHERE status = 'waiting' AND ($1::uuid IS NULL OR organisation = $1)"
        " ORDER BY created_at, id LIMIT 200",
        None if organisation is None else UUID(organisation),
    )
    return [row for row in rows if work.keys.authenticator.genuine_row("leaver", row)]
