"""A worker killed at the very moment when the mail server has taken a mail: the mail is there, at most twice."""

import asyncio
import multiprocessing
import os
import signal
from pathlib import Path
from uuid import uuid4

import pytest

from beffroi.core import policy_file
from beffroi.guard import background, keys
from beffroi.guard.notifying import telling
from beffroi.guard.notifying.settings import Mailing
from beffroi.guard.settings import GuardSettings, Mode
from tests.databases import FreshDatabase
from tests.guard.notifying.mailbox import Mailbox, mail_server
from tests.guard.notifying.staff import later, named, work
from tests.guard.world import build

MAILS, KILLS = 12, 4
pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]
PROCESSES = multiprocessing.get_context("spawn")


def run_worker(settings: GuardSettings, mailing: Mailing) -> None:
    """The worker, in a process of its own: it sends until nothing is due."""
    asyncio.run(background.once(settings, [background.notify(mailing)]))


async def test_worker_killed_while_sending_loses_no_mail_and_repeats_one_a_kill_at_most(
    fresh: FreshDatabase, tmp_path: Path
) -> None:
    await asyncio.to_thread(tmp_path.chmod, 0o700)
    world = await build(fresh.guard, keys.generate(tmp_path / "guard.key"))
    await world.organisation("Network", kind="network")
    policy = tmp_path / "policy.toml"
    await asyncio.to_thread(policy.write_text, policy_file.default_text())
    settings = GuardSettings(
        database=fresh.guard, key_file=tmp_path / "guard.key", journal_key_file=None, policy_file=policy,
        public_url="https://guard.example", mode=Mode.DEMONSTRATION, provider=None,
    )  # fmt: skip
    nora = await named(world, world.offices["North"], "adviser", "Nora", "Petit")
    now = await work(world)
    for _ in range(MAILS):
        await telling.identity_reset(now, nora.account, str(uuid4()))
    box = Mailbox()
    with mail_server(tmp_path, box=box):
        for kill in range(1, KILLS + 1):
            worker = PROCESSES.Process(target=run_worker, args=(settings, box.mailing()))
            aim = len(box.taken) + 2

            def shoot(worker: multiprocessing.process.BaseProcess = worker, aim: int = aim) -> None:
                """In the server's thread, before it answers: the worker never learns that the mail was taken."""
                if len(box.taken) == aim:
                    os.kill(worker.pid or 0, signal.SIGKILL)

            box.on_taken = shoot
            worker.start()
            await asyncio.to_thread(worker.join, 60)
            assert worker.exitcode == -signal.SIGKILL
            await later(world, minutes=11 * kill)
        box.on_taken = None
        last = PROCESSES.Process(target=run_worker, args=(settings, box.mailing()))
        last.start()
        await asyncio.to_thread(last.join, 60)
        assert last.exitcode == 0
    ids = [str(mail["Message-ID"]) for mail in box.to("nora.petit@north.example")]
    assert len(set(ids)) == MAILS
    assert MAILS <= len(ids) <= MAILS + KILLS
    assert await world.conn.fetchval("SELECT count(*) FROM guard.mail WHERE sent_at IS NOT NULL") == MAILS
    assert await world.conn.fetchval("SELECT count(*) FROM guard.message WHERE mail IS NULL") == 0
    await world.conn.close()
