"""``python -m bench [NAME…] [--quick]``: every benchmark, or those named; one table of all.

``--quick`` runs each at a tiny size, to see that it works: its figures mean nothing and are written apart.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench import decision, exposure, forensics, journal, looks, pages, portfolio, vault_import

QUICK_PEOPLE: Final = 4_000
Measure = tuple[Callable[[bool, Path], dict[str, Any]], Callable[[dict[str, Any]], str]]


def _decision(quick: bool, state: Path) -> dict[str, Any]:
    if quick:
        return decision.run(QUICK_PEOPLE, 1, 0.4, 0.2, state, pools=(2,))
    return decision.run(1_600_000, 5, 8.0, 2.0, state)


def _portfolio(quick: bool, state: Path) -> dict[str, Any]:
    if quick:
        return portfolio.run(QUICK_PEOPLE, 1, 0.4, 0.2, state)
    return portfolio.run(1_600_000, 5, 8.0, 2.0, state)


def _import(quick: bool, state: Path) -> dict[str, Any]:
    return vault_import.run(3_000 if quick else 300_000)


def _exposure(quick: bool, state: Path) -> dict[str, Any]:
    if quick:
        return exposure.run(QUICK_PEOPLE, 1_500, 1, state)
    return exposure.run(1_600_000, 15_000, 5, state)


def _forensics(quick: bool, state: Path) -> dict[str, Any]:
    if quick:
        return forensics.run(120_000, QUICK_PEOPLE, 20_000, 1, state)
    return forensics.run(100_000_000, 1_600_000, 10_000_000, 9, state)


def _journal(quick: bool, state: Path) -> dict[str, Any]:
    if quick:
        return journal.run(10_000, QUICK_PEOPLE, 1, 0.4, 0.2, state)
    return journal.run(1_000_000, 200_000, 3, 8.0, 2.0, state)


def _looks(quick: bool, state: Path) -> dict[str, Any]:
    if quick:
        return looks.run(QUICK_PEOPLE, 200, 1, 0.4, 0.2, state)
    return looks.run(1_600_000, 15_000, 3, 8.0, 2.0, state)


def _pages(quick: bool, state: Path) -> dict[str, Any]:
    if quick:
        return pages.run(QUICK_PEOPLE, 1, state)
    return pages.run(1_600_000, 12, state)


MEASURES: Final[dict[str, Measure]] = {
    "decision": (_decision, decision.table),
    "import": (_import, vault_import.table),
    "portfolio": (_portfolio, portfolio.table),
    "exposure": (_exposure, exposure.table),
    "forensics": (_forensics, forensics.table),
    "journal": (_journal, journal.table),
    "looks": (_looks, looks.table),
    "pages": (_pages, pages.table),
}


def main() -> None:
    """Measure, write a file each, print one table."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"among {', '.join(MEASURES)}; all by default")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--state", type=Path, default=decision.STATE)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    unknown = set(given.names) - set(MEASURES)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}: {', '.join(MEASURES)}")
    folder: Path = given.output or (given.state / "quick" if given.quick else decision.RESULTS)
    folder.mkdir(parents=True, exist_ok=True)
    tables = []
    for name in given.names or MEASURES:
        measure, table = MEASURES[name]
        results = measure(given.quick, given.state)
        (folder / f"{name}.json").write_text(json.dumps(results, indent=1) + "\n")
        tables.append(f"{name}\n{table(results)}")
    print("\n\n".join(tables))


if __name__ == "__main__":
    main()
