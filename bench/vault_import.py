"""Bulk import of people: a second, a core, with one worker and with two; everything encrypted, indexed, related.

``python -m bench.vault_import [--people N]`` writes ``bench/results/import.json``. The file is a CSV of invented
people with every column, imported into an empty database with fsync on; the network it names is imported first.
"""

import argparse
import asyncio
import csv
import json
import os
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.guard import key_check, keys, migrations
from beffroi.guard.importing.columns import COLUMNS
from beffroi.guard.importing.network import import_network
from beffroi.guard.importing.people import Progress, import_people
from beffroi.guard.importing.sources import open_source
from beffroi.simulation.network import Application, network_rows
from beffroi.simulation.population import Population
from bench import machine

RESULTS = Path(__file__).parent / "results"
WORKERS = (1, 2)


def write_file(population: Population, path: Path) -> None:
    """The invented people as an organisation would send them."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for chunk in population.chunks():
            writer.writerows(row.values for row in population.rows(chunk) if row.values is not None)


async def prepare(dsn: str, held: keys.Keys, population: Population) -> dict[str, float]:
    """Import the network; how many accounts and in how long."""
    application = Application("bench", "Bench", ("http://localhost/",), {"kid": "bench", "kty": "OKP"})
    now = datetime.now(UTC)
    rows = list(network_rows(population.world, application, issuer="https://bench", telephones={}, now=now))
    conn = await asyncpg.connect(dsn)
    try:
        await key_check.establish(conn, held)
        started = time.perf_counter()
        added = await import_network(conn, held, rows, operator="bench")
        return {"accounts": added["account"], "rows": len(rows), "seconds": round(time.perf_counter() - started, 2)}
    finally:
        await conn.close()


def measure(folder: Path, file: Path, population: Population, workers: int) -> dict[str, Any]:
    """One import into a database made for it."""
    with EmbeddedPostgres(folder / f"pg{workers}", shared_buffers="512MB") as server:
        roles = database.bootstrap(database.create_database(server.dsn(), "bench"), server.credentials_dir)
        asyncio.run(migrations.migrate(roles.owner))
        key_file = folder / f"{workers}" / "guard.key"
        network = asyncio.run(prepare(roles.guard, keys.generate(key_file), population))
        marks: list[tuple[float, int]] = []
        pid = server.postmaster_pid
        assert pid is not None
        spent = _python_cpu(), machine.cpu_seconds(machine.family(pid))
        started = time.perf_counter()
        outcome = import_people(
            open_source(file), dsn=roles.guard, key_file=key_file, operator="bench", workers=workers,
            progress=lambda progress: _mark(marks, started, progress),
        )  # fmt: skip
        seconds = time.perf_counter() - started
        python = _python_cpu() - spent[0]
        postgres = machine.cpu_seconds(machine.family(pid)) - spent[1]
        assert not outcome.refused
        (first, early), (last, late) = marks[0], marks[-1]
        server.destroy()
    return {
        "people": outcome.people,
        "seconds": round(seconds, 2),
        "per_second": round(outcome.people / seconds),
        "steady_per_second": round((late - early) / (last - first) if last > first else outcome.people / seconds),
        "index_seconds": round(seconds - last, 2),
        "cpu_us": {
            "python": round(1e6 * python / outcome.people, 1),
            "postgres": round(1e6 * postgres / outcome.people, 1),
        },
        "per_second_a_core": round(outcome.people / (python + postgres)),
        "network": network,
    }


def _mark(marks: list[tuple[float, int]], started: float, progress: Progress) -> None:
    marks.append((time.perf_counter() - started, progress.people))


def _python_cpu() -> float:
    mine, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + children.ru_utime + children.ru_stime


def run(people: int) -> dict[str, Any]:
    """Measure with each number of workers."""
    population = Population(people)
    with tempfile.TemporaryDirectory(prefix="beffroi-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        file = folder / "people.csv"
        write_file(population, file)
        found = {str(workers): measure(folder, file, population, workers) for workers in WORKERS}
        size = file.stat().st_size
    return {
        "machine": machine.description(),
        "load_before": os.getloadavg()[0],
        "file_bytes": size,
        "postgres": {"fsync": "on", "shared_buffers": "512MB"},
        "workers": found,
        "ratio_of_two_workers": round(found["2"]["steady_per_second"] / found["1"]["steady_per_second"], 2),
    }


def table(results: dict[str, Any]) -> str:
    """The results as people read them."""
    lines = [f"{'workers':>8}{'people/s':>12}{'steady':>12}{'a core':>12}{'Python µs':>12}{'PostgreSQL µs':>15}"]
    for workers, row in results["workers"].items():
        cpu = row["cpu_us"]
        lines.append(
            f"{workers:>8}{row['per_second']:>12,}{row['steady_per_second']:>12,}{row['per_second_a_core']:>12,}"
            f"{cpu['python']:>12}{cpu['postgres']:>15}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300_000)
    parser.add_argument("--output", type=Path, default=RESULTS / "import.json")
    given = parser.parse_args()
    results = run(given.people)
    given.output.parent.mkdir(exist_ok=True)
    given.output.write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
