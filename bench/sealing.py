"""A worker that only seals, in a process of its own: ``python -m bench.sealing`` reads its settings as JSON."""

import json
import sys
from pathlib import Path

from beffroi.guard import background
from beffroi.guard.sealing.work import JournalSettings
from beffroi.guard.settings import GuardSettings, Mode


def main() -> None:
    """Seal until a signal; the file named ``ready`` is there once it does."""
    order = json.load(sys.stdin)
    settings = GuardSettings(
        database=order["database"],
        key_file=Path(order["key_file"]),
        journal_key_file=None,
        policy_file=Path(order["policy_file"]),
        public_url="http://guard.example",
        mode=Mode.DEMONSTRATION,
        provider=None,
    )
    journal = JournalSettings("bench.example/journal", Path(order["journal_key"]), Path(order["store"]))
    todo = [task for task in background.tasks(3_600, journal=journal) if task.name == "seal"]
    background.run(settings, todo, Path(order["ready"]))


if __name__ == "__main__":
    main()
