"""One sweep of the whole network: judged on a snapshot, done in short turns, administrators first.

Each turn loads the facts of its accounts again under the turnstile and does what is due *then*: somebody who signed
in meanwhile is left alone, and a run killed half-way is taken up by the next where it stopped.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.habilitation import Event
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Policy
from beffroi.core.sweeping import COUNTED, Due, Reason, Step, due, keystone, order
from beffroi.guard import stamped, turnstile
from beffroi.guard.duties import Work
from beffroi.guard.habilitations.moving import move
from beffroi.guard.journal import Entry, append
from beffroi.guard.notifying import telling
from beffroi.guard.sweeping import leavers
from beffroi.guard.sweeping.acting import Acting, acting
from beffroi.guard.sweeping.escalating import escalate
from beffroi.guard.sweeping.facts import Loaded, load
from beffroi.guard.sweeping.leavers import Source, Standing
from beffroi.guard.sweeping.room import Room, room
from beffroi.guard.sweeping.suspending import note, suspend

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.sweeping")
TURN: Final = 50
"""Accounts of one turn: decisions wait for tens of milliseconds at most."""
_EVENTS: Final = {
    Step.CLOSE_HABILITATION: (Event.CLOSE, "swept-closed"),
    Step.SUSPEND_HABILITATION: (Event.SUSPEND, "swept-suspended"),
}
_NOTES: Final = {Step.WARN: "swept-warned", Step.NOTE: "swept-noted", Step.RESTART: "swept-restarted"}


class Planned(NamedTuple):
    """What is due for one account."""

    account: AccountId
    dues: tuple[Due, ...]


async def plan(conn: Any, keys: "Keys", policy: Policy) -> list[Planned]:
    """All that is due now, in the order in which it would be done; changes nothing. Takes a transaction."""
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        now = await stamped.instant(conn)
        everybody = await load(conn, keys, policy)
    judged = [(one.facts, due(one.facts, now, policy.sweeps)) for one in everybody]
    return [Planned(account.id, dues) for account, dues in order(judged)]


async def sweep(pool: Any, keys: "Keys", policy: Policy, stop: Callable[[], bool] = lambda: False) -> Counter[str]:
    """Sweep everybody; what was done, counted by kind. Between two turns ``stop`` is asked whether to leave it."""
    async with pool.acquire() as conn:
        planned = await plan(conn, keys, policy)
    done: Counter[str] = Counter()
    for begin in range(0, len(planned), TURN):
        if stop():
            return done
        done += await _turn(pool, keys, policy, [one.account for one in planned[begin : begin + TURN]])
    done += await _resolve(pool, keys, policy)
    return done


async def _turn(pool: Any, keys: "Keys", policy: Policy, accounts: Sequence[AccountId]) -> Counter[str]:
    """One transaction: what is due for these accounts now."""
    async with pool.acquire() as conn, conn.transaction():
        await turnstile.take(conn)
        work = Work(conn, keys, policy, await stamped.instant(conn))
        loaded = {one.facts.id: one for one in await load(conn, keys, policy, accounts)}
        judged = order([(one.facts, due(one.facts, work.now, policy.sweeps)) for one in loaded.values()])
        turn = _Turn(work, {account.id: loaded[account.id] for account, _ in judged})
        for account, dues in judged:
            for one in dues:
                await turn.do(loaded[account.id], one)
        await append(conn, turn.entries)
        return turn.done


class _Turn:
    """The steps of one transaction; counts of the limit and of who may act are loaded when first needed."""

    def __init__(self, work: Work, loaded: dict[AccountId, Loaded]) -> None:
        self.work = work
        self.done: Counter[str] = Counter()
        self.entries: list[Entry] = []
        self._loaded = loaded
        self._room: Room | None = None
        self._acting: Acting | None = None
        self._gone: set[AccountId] = set()
        self._waiting: dict[AccountId, list[stamped.Row]] | None = None

    async def do(self, one: Loaded, what: Due) -> None:
        """One step."""
        work, id_ = self.work, one.facts.id
        if what.habilitation is not None:
            event, kind = _EVENTS[what.step]
            await move(work, one.habilitations[what.habilitation], event, by=None, reason=what.reason.value)
            self.done[kind] += 1
        elif what.step is Step.SUSPEND:
            await self._suspend(one, what)
        else:
            if what.step is Step.WARN:
                await note(work, id_, one.swept, warned_at=work.now)
                await telling.idle_warned(work, one.facts)
            elif what.step is Step.NOTE:
                await note(work, id_, one.swept, suspended_at=work.now)
            else:
                await note(work, id_, one.swept, suspended_at=None, restarted_at=work.now)
            self._say(_NOTES[what.step], id_, what.reason)

    async def _suspend(self, one: Loaded, what: Due) -> None:
        work, id_ = self.work, one.facts.id
        if self._acting is None:
            self._acting = await acting(work)
        needed = keystone(one.facts, work.now, self._acting.counts(self._gone))
        if what.reason not in COUNTED:
            if needed is not None:
                self.done["spared"] += 1  # the decision refuses it already; nobody could give it back
                return
        else:
            if self._waiting is None:
                self._waiting = await leavers.waiting(work, self._loaded)
            if id_ in self._waiting:
                self.done["still-waiting"] += 1
                return
            where = _organisations(one)
            if self._room is None:
                self._room = await room(
                    work, [place for other in self._loaded.values() for place in _organisations(other)]
                )
            standing = Standing.DONE if needed is None and self._room.take(where) else Standing.WAITING
            _, entry = await leavers.record(work, id_, where[0] if where else None, Source.IDLE, standing)
            self.entries.append(entry)
            if standing is Standing.WAITING:
                self.done["waiting"] += 1
                return
        await suspend(work, one.account, "swept-suspended", what.reason.value)
        await telling.account_suspended(work, id_, what.reason.value)
        await note(work, id_, one.swept, suspended_at=work.now)
        self._gone.add(id_)
        self.done["swept-suspended"] += 1

    def _say(self, kind: str, account: AccountId, reason: Reason) -> None:
        self.entries.append(
            Entry(self.work.now, kind, account=account, explanation=reason.value, policy=self.work.policy.version)
        )
        self.done[kind] += 1


def _organisations(one: Loaded) -> list[OrganisationId]:
    """Where an account works or worked last, its oldest open habilitation first."""
    open_first = sorted(
        one.habilitations.values(), key=lambda row: (row["status"] == "closed", row["from_at"], str(row["id"]))
    )
    return list(dict.fromkeys(OrganisationId(str(row["organisation"])) for row in open_first))


async def _resolve(pool: Any, keys: "Keys", policy: Policy) -> Counter[str]:
    """Close what is over: idle accounts that waited and were used again, escalations; open new escalations."""
    done: Counter[str] = Counter()
    async with pool.acquire() as conn, conn.transaction():
        await turnstile.take(conn)
        work = Work(conn, keys, policy, await stamped.instant(conn))
        rows = await conn.fetch(
            "SELECT * FROM guard.leaver WHERE status = 'waiting' AND source = $1 ORDER BY created_at",
            Source.IDLE.value,
        )
        entries = []
        accounts = {AccountId(str(row["account"])) for row in rows}
        still = {
            one.facts.id
            for one in await load(conn, keys, policy, accounts)
            if any(
                what.reason in COUNTED
                for what in due(one.facts, work.now, policy.sweeps)
                if what.step is Step.SUSPEND
            )
        }
        for row in rows:
            if AccountId(str(row["account"])) not in still and keys.authenticator.genuine_row("leaver", row):
                entries.append(await leavers.decide(work, row, Standing.DISMISSED, by=None))
                done["dismissed"] += 1
        await append(conn, entries)
        done["escalated"] += len(await escalate(work))
    return +done


def said(done: Counter[str]) -> str:
    """The counts as the log says them: never who."""
    return json.dumps(dict(sorted(done.items())))
