"""Sealers killed at every point of a step: the next one goes on, no size ever has two roots, nothing is left out."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from beffroi.guard.sealing.sealer import Sealer
from beffroi.guard.sealing.verifying import verify
from beffroi.standards.tlog import checkpoint, note
from tests.databases import FreshDatabase
from tests.guard.sealing.place import Place

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[2]


def spawn(place: Place, point: str, times: int) -> subprocess.Popen[bytes]:
    words = [str(place.folder), place.database.guard, point, str(times)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash.sealing_process", *words], cwd=ROOT, stderr=subprocess.PIPE
    )


class Kept:
    """What somebody outside saw: every checkpoint that was ever published."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.seen: dict[int, bytes] = {}

    def look(self) -> None:
        raw = self.place.store.checkpoint()
        if raw is None:
            return
        told = checkpoint.parse(note.parse(raw).text)
        assert self.seen.setdefault(told.size, told.root) == told.root, "two roots of one size"
        assert told.size == max(self.seen), "the log became shorter"
        older = [(f"size {told.size}", raw)]
        report = verify(self.place.store, self.place.trust, older)
        assert report.problems == ()


@pytest.mark.parametrize("point", Sealer.POINTS)
async def test_i08_sealer_killed_at_each_point_is_followed_by_one_that_goes_on_and_never_forks(
    fresh: FreshDatabase, tmp_path: Path, point: str
) -> None:
    place = await Place(tmp_path, fresh).open()
    kept, numbers = Kept(place), []
    for times in (1, 1, 2):
        numbers += await place.write(300)
        if times == 2:
            await place.seal()
            place.store.close()
            numbers += await place.write(2)
        process = spawn(place, point, 1)
        _, told = await asyncio.to_thread(process.communicate)
        assert process.returncode == -signal.SIGKILL, told.decode()
        kept.look()
        numbers += await place.write(7)
        await place.roll_back()
        if times == 1:
            await place.seal()
            place.store.close()
            kept.look()
    await place.seal()
    kept.look()
    assert max(kept.seen) == len(numbers)
    await place.close()


async def test_i08_sealers_killed_at_any_instant_while_entries_are_written_seal_each_of_them_once(
    fresh: FreshDatabase, tmp_path: Path
) -> None:
    place = await Place(tmp_path, fresh).open()
    kept, numbers, chance = Kept(place), [], random.Random(7)
    for _ in range(6):
        process = spawn(place, "never", 1)
        until = chance.uniform(0.0, 0.05)
        while process.poll() is None:
            numbers += await place.write(chance.randrange(1, 400))
            if place.store.checkpoint() is not None and chance.random() < 0.3 + until:
                os.kill(process.pid, signal.SIGKILL)
        await asyncio.to_thread(process.wait)
        kept.look()
    await place.seal()
    kept.look()
    assert max(kept.seen) == len(numbers)
    await place.close()
