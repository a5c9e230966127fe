"""A guard in a process of its own, as the bench wants it: ``python -m bench.serving`` reads its settings as JSON."""

import json
import sys
from pathlib import Path

from beffroi.guard.process import run
from beffroi.guard.settings import Batching, GuardSettings, Listening, Mode, Sealed


def main() -> None:
    """Serve until a signal."""
    order = json.load(sys.stdin)
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
    )
    run(settings)


if __name__ == "__main__":
    main()
