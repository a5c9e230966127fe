"""A page of the portfolio: ``POST /v1/list`` of 25 people by name, each decided, charged, journaled, decrypted.

``python -m bench.portfolio [--people N]`` writes ``bench/results/portfolio.json``. ``anybody``: the adviser is drawn
from all, so that most portfolios are decrypted whole to be sorted; ``returning``: ten advisers turn their pages, and
the guard remembers the order.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from bench import machine, population
from bench.decision import RESULTS, STATE, Bench, several

LEVELS = (1, 16)
ROWS = 25
RETURNING = 10


def run(people: int, runs: int, seconds: float, warm_up: float, folder: Path) -> dict[str, Any]:
    """Every measure; the dictionary that is written as JSON."""
    bench = Bench(folder, people, seconds, warm_up)
    followed = people // population.advisers(people)
    pages = range(1, max(1, followed // ROWS) + 1)
    bodies = [
        json.dumps({"purpose": "follow-up", "scope": "portfolio", "page": page, "size": ROWS}) for page in pages
    ]
    try:
        found = {
            name: {str(level): several(bench, runs, level, "/v1/list", bodies=bodies, **more) for level in LEVELS}
            for name, more in (("anybody", {}), ("returning", {"speaking": RETURNING}))
        }
    finally:
        bench.server.stop()
    return {
        "machine": machine.description(),
        "people": people,
        "portfolio": followed,
        "rows": ROWS,
        "runs": runs,
        "seconds": seconds,
        **found,
    }


def table(results: dict[str, Any]) -> str:
    """The results as people read them."""
    page = f"page of {results['rows']} out of {results['portfolio']}"
    lines = [f"{page:28}{'pages/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'CPU µs':>10}"]
    for name in ("anybody", "returning"):
        for level, row in results[name].items():
            label = f"{name}, {level} clients"
            lines.append(
                f"{label:28}{row['per_second']:>12,.0f}{row['p50_ms']:>10.2f}{row['p99_ms']:>10.2f}{row['cpu_us']:>10.0f}"
            )
    return "\n".join(lines)


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_600_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--warm-up", type=float, default=2.0)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--output", type=Path, default=RESULTS / "portfolio.json")
    given = parser.parse_args()
    results = run(given.people, given.runs, given.seconds, given.warm_up, given.state)
    given.output.parent.mkdir(exist_ok=True, parents=True)
    given.output.write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
