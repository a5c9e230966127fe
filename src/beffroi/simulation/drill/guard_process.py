"""A guard of a drill, in a process of its own: the production guard as it is, or with one protection missing."""

import asyncio
import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final, NamedTuple

import uvloop

from beffroi.core import policy_file
from beffroi.guard import process
from beffroi.guard.settings import GuardSettings, Listening, Mode, Provider, Sealed
from beffroi.simulation.drill.ablation import BY_NAME, NONE, Ablation, bench, edited
from beffroi.simulation.drill.lost_duties import lose
from beffroi.simulation.drill.ports import free_port
from beffroi.simulation.drill.scratch import DrillRefused, ScratchDatabase, refuse_real
from beffroi.simulation.drill.stage import APPLICATION

STARTED_WITHIN: Final = 30.0


class _Told(NamedTuple):
    """What the process is told, by a pipe: never on a command line, where others could read it."""

    database: str
    key_file: Path
    policy_file: Path
    log_file: Path
    port: int
    ablation: str
    provider: Provider | None


@contextmanager
def served(
    database: ScratchDatabase,
    folder: Path,
    key_file: Path,
    ablation: Ablation = NONE,
    *,
    port: int | None = None,
    provider: Provider | None = None,
) -> Iterator[int]:
    """A guard that answers on 127.0.0.1, with this protection missing; its port. Its log is ``guard.log``.

    Without a ``provider`` nobody can sign in. Raises DrillRefused when it does not start.
    """
    port = port or free_port()
    policy, log = folder / f"policy-{ablation.name}-{port}.toml", folder / "guard.log"
    policy.write_text(edited(policy_file.default_text(), ablation.edits), encoding="utf-8")
    told = _Told(database.guard, key_file, policy, log, port, ablation.name, provider)
    # Forked from a clean process that has read the program once: a drill starts many guards.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    child = context.Process(target=main, args=(told,), daemon=True)
    child.start()
    try:
        wait_for(port, "/healthz", child.is_alive, log)
        yield port
    finally:
        child.terminate()
        child.join(15)
        if child.is_alive():
            child.kill()
            child.join()


def wait_for(port: int, path: str, is_alive: Callable[[], bool], log: Path) -> None:
    """Wait until a process answers 200 there. Raises DrillRefused, with the end of its log, when it does not."""
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until and is_alive():
        asking = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            asking.request("GET", path)
            if asking.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            asking.close()
    end = log.read_text(errors="replace")[-1_000:] if log.exists() else ""
    raise DrillRefused(f"A process of the drill did not start: {end}")


def main(told: _Told) -> None:
    """Serve as told until a signal. Refuses any database that is not a throw-away."""
    log = os.open(told.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = GuardSettings(
        database=told.database,
        key_file=told.key_file,
        journal_key_file=None,
        policy_file=told.policy_file,
        public_url=f"http://127.0.0.1:{told.port}",
        mode=Mode.DRILL,
        provider=told.provider,
        listening=Listening(port=told.port),
        person_application=APPLICATION,
        sealed=Sealed(None),
    )
    asyncio.run(refuse_real(settings.database))
    ablation = BY_NAME[told.ablation]
    lose(ablation)
    if ablation is NONE:
        process.run(settings)
    else:
        uvloop.run(process.serve(settings, partial(bench, ablation=ablation)))
