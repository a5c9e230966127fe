"""The worker's process: periodic tasks on PostgreSQL, with the guard's role and keys, and no door.

A table of tasks, each in a loop of its own: at the start, then every ``period``. A task that fails is tried again
after a back-off that doubles, up to a minute; nothing it meets ends the process, so a PostgreSQL that restarts is
waited for. Tasks change facts only in short transactions of their own and may be killed at any instant.
"""

import asyncio
import json
import logging
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import uvloop

from beffroi.core.policy import Policy
from beffroi.guard import key_check, keys, logs, migrations, stamped
from beffroi.guard.decisions.connections import SCRATCH_MARK, NotDurable, create_pool, is_scratch, refuse_forgetful
from beffroi.guard.messaging.letters import send_letters
from beffroi.guard.notifying.posting import post_of
from beffroi.guard.notifying.reminding import remind
from beffroi.guard.notifying.sending import send_due
from beffroi.guard.process import active_policy, read_policy
from beffroi.guard.retention import exporting
from beffroi.guard.retention.exporting import Place
from beffroi.guard.reviewing import closing, opening
from beffroi.guard.scim.keeping import forget_unadmitted
from beffroi.guard.sealing import work as sealing_work
from beffroi.guard.sealing.sealer import LogRefused, TooFewWitnesses
from beffroi.guard.sealing.store import StoreRefused
from beffroi.guard.sealing.work import JournalSettings, Sealing
from beffroi.guard.settings import Mode
from beffroi.guard.sweeping.sweep import said, sweep

if TYPE_CHECKING:
    from beffroi.guard.notifying.settings import Mailing
    from beffroi.guard.settings import GuardSettings

_LOG: Final = logging.getLogger("beffroi.guard.background")
POOL: Final = 8
NOTIFY_EVERY: Final = 15.0
"""Seconds between two looks at what is to be sent."""
BEAT: Final = 10.0
"""Seconds between two heartbeats."""
SAID: Final = (LogRefused, StoreRefused, TooFewWitnesses, keys.KeysRefused)
"""Refusals whose sentence is for the operator, and holds no value of anybody."""
LONGEST_WAIT: Final = 60.0
"""Seconds a failing task waits at most before it is tried again."""


@dataclass(slots=True)
class Background:
    """What tasks are given. ``stopping`` is set by SIGTERM: a task leaves at the next turn.

    ``sealing`` is a connection that nothing but sealing may take: without a sealed journal guards release nothing,
    whatever has taken all those of ``pool``.
    """

    pool: Any
    sealing: Any
    keys: keys.Keys
    fallback: Policy
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def policy(self) -> Policy:
        """The policy in force now. Raises PolicyRefused."""
        async with self.pool.acquire() as conn:
            return await active_policy(conn, self.keys, self.fallback)


class Task(NamedTuple):
    """One periodic task: its name in the log, seconds between two runs, what it does; it answers counts."""

    name: str
    period: float
    run: Callable[[Background], Awaitable[Counter[str]]]
    patience: float | None = None
    """Seconds a failing run waits at most before the next; :data:`LONGEST_WAIT` where it is not said."""
    close: Callable[[], Awaitable[None]] | None = None
    """What ends with the worker."""


async def _sweep(background: Background) -> Counter[str]:
    return await sweep(background.pool, background.keys, await background.policy(), background.stopping.is_set)


async def _review(background: Background) -> Counter[str]:
    policy = await background.policy()
    async with background.pool.acquire() as conn:
        now = await stamped.instant(conn)
        opened = await opening.open_due(conn, background.keys, policy, now)
        counts = await closing.sweep(conn, background.keys, policy, now)
    return counts + Counter(opened=opened)


async def _forget(background: Background) -> Counter[str]:
    async with background.pool.acquire() as conn:
        return await forget_unadmitted(conn, background.keys)


async def _remind(background: Background) -> Counter[str]:
    return await remind(background.pool, background.keys, await background.policy())


async def _export(place: Place, background: Background) -> Counter[str]:
    async with background.pool.acquire() as conn:
        sealed_until = await exporting.sealed_until(conn, background.keys)
        return await exporting.export(conn, background.keys, place, sealed_until, stop=background.stopping.is_set)


def tasks(
    sweep_every: float,
    mailing: "Mailing | None" = None,
    journal: JournalSettings | None = None,
    cold: Place | None = None,
) -> tuple[Task, ...]:
    """What the worker does, every ``sweep_every`` seconds; mails are sent where ``mailing`` says, the journal sealed
    as it grows where ``journal`` says, and its past days put where ``cold`` says."""
    exports = () if cold is None else (Task("export", sweep_every, partial(_export, cold)),)
    periodic = (
        Task("sweep", sweep_every, _sweep),
        Task("review", sweep_every, _review),
        Task("forget", sweep_every, _forget),
        Task("remind", sweep_every, _remind),
        *exports,
    )
    sending = () if mailing is None else (notify(mailing), write(mailing))
    sealing = () if journal is None else (_sealing(journal),)
    return (*periodic, *sending, *sealing)  # run once, the last seals what the others wrote


def notify(mailing: "Mailing") -> Task:
    """Send what is to be told."""
    post = post_of(mailing)

    async def send(background: Background) -> Counter[str]:
        return await send_due(background.pool, background.keys, mailing, post, background.stopping.is_set)

    return Task("notify", NOTIFY_EVERY, send)


def write(mailing: "Mailing") -> Task:
    """Send what offices write to people."""
    post = post_of(mailing)

    async def send(background: Background) -> Counter[str]:
        return await send_letters(background.pool, background.keys, mailing, post, background.stopping.is_set)

    return Task("letters", NOTIFY_EVERY, send)


def _sealing(journal: JournalSettings) -> Task:
    work = Sealing(journal)
    return Task("seal", sealing_work.EVERY, work.run, sealing_work.PATIENCE, work.close)


async def opened(settings: "GuardSettings") -> Background:
    """Check what the worker stands on, as the guard does. Raises KeysRefused, MigrationRefused, NotDurable and
    PolicyRefused; the caller closes it with :func:`closed`."""
    held = keys.load(settings.key_file)
    fallback = read_policy(settings.policy_file.read_text("utf-8"), settings.policy_file.name)
    pool = await create_pool(settings.database, POOL)
    sealing = await create_pool(settings.database, 1)
    try:
        async with pool.acquire() as conn:
            missing = await migrations.waiting(conn)
            if missing:
                raise migrations.MigrationRefused(f"The schema lacks {', '.join(missing)}: run `beffroi migrate`.")
            await key_check.verify(conn, held)
            await refuse_forgetful(conn)
            if settings.mode is Mode.PRODUCTION and await is_scratch(conn):
                raise NotDurable(f"This database is marked as a throw-away: drop its schema {SCRATCH_MARK}.")
        background = Background(pool, sealing, held, fallback)
        await background.policy()
    except BaseException:
        pool.terminate()
        sealing.terminate()
        raise
    return background


async def closed(background: Background) -> None:
    """Close the connections; a transaction under way is given five seconds."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(background.sealing.close(), background.pool.close()), 5)
    background.sealing.terminate()
    background.pool.terminate()


async def once(settings: "GuardSettings", todo: Sequence[Task]) -> dict[str, Counter[str]]:
    """Each task once, in order; their counts. What a task raises comes out: who calls (cron) must see it."""
    background = await opened(settings)
    try:
        return {task.name: await task.run(background) for task in todo}
    finally:
        await _close_tasks(todo)
        await closed(background)


async def _close_tasks(todo: Sequence[Task]) -> None:
    for task in todo:
        if task.close is not None:
            await task.close()


async def serve(settings: "GuardSettings", todo: Sequence[Task], heartbeat: Path | None) -> None:
    """Run the tasks until SIGTERM or SIGINT."""
    background = await opened(settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, background.stopping.set)
    states = {task.name: State() for task in todo}
    try:
        _LOG.info("worker: %s", ", ".join(f"{task.name} every {task.period:g} s" for task in todo))
        async with asyncio.TaskGroup() as group:
            for task in todo:
                group.create_task(keep(background, task, states[task.name]))
            if heartbeat is not None:
                group.create_task(_beat(background, heartbeat, states))
    finally:
        await _close_tasks(todo)
        await closed(background)


@dataclass(slots=True)
class State:
    """How a task fares: when it last succeeded, and how often in a row it has failed since."""

    done_at: datetime | None = None
    failures: int = 0


async def keep(background: Background, task: Task, state: State) -> None:
    """One task over and over, until the worker stops."""
    while not background.stopping.is_set():
        try:
            counts = await task.run(background)
            if counts:
                _LOG.info("%s: %s", task.name, said(counts))
            state.done_at, state.failures, pause = datetime.now(UTC), 0, task.period
        except Exception as error:
            # Whatever a run meets, the next one must come; the database may be restarting.
            state.failures += 1
            pause = min(task.patience or LONGEST_WAIT, 2.0 ** min(state.failures - 1, 10))
            _LOG.error("%s failed (%s); again in %.0f s", task.name, _told(error), pause)
        await _wait(background, pause)


def _told(error: Exception) -> str:
    """Where a run failed; and why, when it refused in words meant for the operator."""
    where = logs.where(error)
    return f"{where}: {error}" if isinstance(error, SAID) else where


async def _beat(background: Background, path: Path, states: dict[str, State]) -> None:
    """Say every few seconds that the process lives, and how its tasks fare; whole or not at all."""
    while not background.stopping.is_set():
        lines = {
            name: {"done_at": state.done_at and state.done_at.isoformat(), "failures": state.failures}
            for name, state in states.items()
        }
        document = json.dumps({"at": datetime.now(UTC).isoformat(), "tasks": lines}, sort_keys=True)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial.write_text(document + "\n")
            partial.replace(path)
        except OSError as error:
            _LOG.error("heartbeat failed: %s", error.strerror)
        await _wait(background, BEAT)


async def _wait(background: Background, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(background.stopping.wait(), seconds)


def run(settings: "GuardSettings", todo: Sequence[Task], heartbeat: Path | None) -> None:
    """Serve until SIGTERM or SIGINT; logs to standard error, counts only."""
    logs.configure()
    try:
        uvloop.run(serve(settings, todo, heartbeat))
    finally:
        if heartbeat is not None:
            heartbeat.unlink(missing_ok=True)
