"""A guard in a process of its own, as the bench wants it: ``python -m bench.serving`` reads its settings as JSON.

``looks`` is how often it holds every row to the journal: ``as-served``, or ``never``, or ``always``, one look after
another.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from beffroi.config.wiring import CONSOLE_APPLICATION
from beffroi.guard.folding import watching
from beffroi.guard.folding.looking import Look
from beffroi.guard.process import run
from beffroi.guard.settings import Batching, GuardSettings, Listening, Mode, Sealed


async def _never(services: Any, watch: watching.Watch) -> None:
    await asyncio.Event().wait()


async def _always(services: Any, watch: watching.Watch) -> None:
    while True:
        async with services.pool.acquire() as conn:
            await watching.once(conn, watch, Look(rows=True, openings=watching.OPENINGS))


LOOKS = {"as-served": watching.run, "never": _never, "always": _always}


def main() -> None:
    """Serve until a signal."""
    order = json.load(sys.stdin)
    watching.run = LOOKS[order.get("looks", "as-served")]
    settings = GuardSettings(
        database=order["database"],
        key_file=Path(order["key_file"]),
        journal_key_file=None,
        policy_file=Path(order["policy_file"]),
        public_url="http://guard.example",
        mode=Mode.DEMONSTRATION,
        provider=None,
        listening=Listening(port=order["port"]),
        batching=Batching(**order["batching"]),
        sealed=Sealed(order["longest_lag"]),
        person_application=CONSOLE_APPLICATION,
    )
    run(settings)


if __name__ == "__main__":
    main()
