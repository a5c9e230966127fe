"""Who was read: two questions over a hundred million entries of an invented year, against indexed PostgreSQL.

``python -m bench.forensics [--rows N]`` writes ``bench/results/forensics.json``. The files are those of the product
(its merging, its writing, its engine); PostgreSQL has the same columns in a partitioned table with the two indexes
that the questions want, at ``--postgres-rows`` of the same year: see bench/README.md.
"""

import argparse
import json
import os
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import duckdb
import psycopg
import pyarrow as pa
from pyarrow import parquet

from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.guard.forensics import asking
from beffroi.guard.forensics.duck import Duck
from beffroi.guard.forensics.questions import HOT_COLUMNS, By, Question, ReadBy, Readers
from beffroi.guard.forensics.sources import Sources, plan
from beffroi.guard.retention import merging
from beffroi.guard.retention.catalogue import OPENINGS, ColdFile, Verified
from beffroi.guard.retention.columns import OCSF, schema
from beffroi.guard.retention.layouts import OPENINGS_ONLY, Layout
from beffroi.guard.retention.writing import write
from bench import machine
from bench.journal_year import ACCOUNTS, MONTHS, THEFT, THIEVES, Generator, Year, account, person

STATE = Path("var/bench")
RESULTS = Path("bench/results")
_TABLE = """
CREATE TABLE journal (time_us bigint NOT NULL, entry bigint NOT NULL, kind text NOT NULL, person uuid,
    groups integer NOT NULL, account uuid, session uuid, organisation uuid, application text, role text, purpose text,
    explanation text, policy text, detail text) PARTITION BY RANGE (time_us)
"""
_READERS = """
SELECT person, bit_or(groups), count(*) FROM journal WHERE kind IN ('found', 'released') AND person IS NOT NULL
    AND time_us >= %s AND time_us < %s AND account = ANY (%s) GROUP BY person
"""
_READ_BY = """
SELECT time_us, entry, kind, groups, account, organisation, application, role, purpose, explanation FROM journal
WHERE kind IN ('found', 'released') AND person = %s AND time_us >= %s AND time_us < %s
"""


def run(rows: int, people: int, postgres_rows: int, runs: int, state: Path) -> dict[str, Any]:
    """Every measure; the dictionary that is written as JSON."""
    folder = state / "forensics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        started = time.perf_counter()
        generator = Generator(Year(rows, people), folder)
        files, generated, written_s = _files(generator, folder)
        asked = _questions()
        generator.close()
        answers = _measured(files, folder, asked, runs)
        baseline = _postgres(generated, folder, asked, postgres_rows, runs, state)
        entries = sum(one.rows for one in files if one.layout is Layout.TIME)
        sizes = {
            layout.value: round(sum(one.size for one in files if one.layout is layout) / entries, 2)
            for layout in Layout
            if layout is not Layout.DAY
        }
        return {
            "machine": machine.description(), "entries": entries, "people": people, "accounts": ACCOUNTS,
            "bytes_an_entry": round(sum(sizes.values()), 2), "bytes_an_entry_by_layout": sizes,
            "written_entries_per_second": round(entries / written_s), "questions": answers, "postgres": baseline,
            "whole_run_s": round(time.perf_counter() - started),
        }  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _files(generator: Generator, folder: Path) -> tuple[list[ColdFile], list[Path], float]:
    """The three files of each month, by the product; the generated months; seconds the product took."""
    files: list[ColdFile] = []
    generated: list[Path] = []
    first, spent = 0, 0.0
    for place, month in enumerate(MONTHS):
        path = generator.month(place, first)
        generated.append(path)
        until = (month + timedelta(days=32)).replace(day=1)
        started = time.perf_counter()
        for layout in (Layout.TIME, Layout.ACCOUNT, Layout.PERSON):
            name = f"{month:%Y-%m}.{layout.value}.parquet"
            what = write(folder / name, layout, merging.batches([str(path)], layout, folder))
            kinds = OPENINGS if layout in OPENINGS_ONLY else ""
            files.append(
                ColdFile(
                    str(uuid4()),
                    name,
                    layout,
                    month,
                    until,
                    what.rows,
                    what.first,
                    what.last,
                    what.size,
                    what.sha256,
                    kinds,
                    until,
                )
            )
        spent += time.perf_counter() - started
        first = files[-1].last_entry
        print(f"{month:%Y-%m}: {files[-1].rows} entries", flush=True)
    return files, generated, spent


def _questions() -> dict[str, Question]:
    year = (MONTHS[0], (MONTHS[-1] + timedelta(days=32)).replace(day=1))
    thieves = tuple(str(UUID(bytes=account(ACCOUNTS + place))) for place in range(THIEVES))
    ordinary = str(UUID(bytes=account(4_321)))
    return {
        "theft": Readers(By.ACCOUNT, thieves, *year),
        "ordinary_account": Readers(By.ACCOUNT, (ordinary,), *year),
        "one_person": ReadBy(str(UUID(bytes=person(123))), *year),
    }


def _measured(
    files: list[ColdFile], folder: Path, asked: dict[str, Question], runs: int
) -> dict[str, dict[str, float | int]]:
    engine, verified = Duck(folder, threads=2, memory="4GB"), Verified()
    answers: dict[str, dict[str, float | int]] = {}
    for name, question in asked.items():

        def answered(question: Question = question) -> int:
            sources = Sources(plan(files, question).files, schema(HOT_COLUMNS).empty_table(), None)
            found = list(asking.run(engine, question, sources, folder, verified))
            return sum(one.num_rows for one in found)

        answers[name] = _timed(answered, runs)
    engine.close()
    return answers


def _timed(answered: Callable[[], int], runs: int) -> dict[str, float | int]:
    """Seconds: the first time, then the median and the worst of the others."""
    started = time.perf_counter()
    rows = answered()
    first, spent = time.perf_counter() - started, []
    for _ in range(runs):
        started = time.perf_counter()
        assert answered() == rows
        spent.append(time.perf_counter() - started)
    return {
        "rows": rows, "first_s": round(first, 3), "warm_s": round(median(spent), 4), "worst_s": round(max(spent), 4),
    }  # fmt: skip


def _postgres(
    generated: list[Path], folder: Path, asked: dict[str, Question], rows: int, runs: int, state: Path
) -> dict[str, Any]:
    """The same questions to a partitioned table with two indexes, over so many entries, the theft among them."""
    with (
        EmbeddedPostgres(state / "postgres-forensics", shared_buffers="2GB").start() as server,
        psycopg.connect(server.dsn(), autocommit=True) as conn,
    ):
        conn.execute("DROP TABLE IF EXISTS journal")
        conn.execute(_TABLE)
        started = time.perf_counter()
        held = sum(_loaded(conn, generated[place], place, folder) for place in _months(rows, generated))
        conn.execute("CREATE INDEX ON journal (account, time_us)")
        conn.execute("CREATE INDEX ON journal (person, time_us)")
        conn.execute("VACUUM ANALYZE journal")
        loaded = time.perf_counter() - started
        size = conn.execute(
            "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'journal'::regclass"
        ).fetchone()
        assert size is not None
        answers = {
            name: _timed(lambda question=question: _asked(conn, question), runs) for name, question in asked.items()
        }
        conn.execute("DROP TABLE journal")
    return {
        "entries": held, "load_s": round(loaded), "bytes_an_entry": round(int(size[0]) / held, 1),
        "questions": answers,
    }  # fmt: skip


def _months(rows: int, generated: list[Path]) -> list[int]:
    """Places of the months to load: that of the theft first, as many as make the rows."""
    order = [THEFT, *(place for place in range(len(generated)) if place != THEFT)]
    found, held = [], 0
    for place in order:
        if held >= rows:
            break
        held += parquet.ParquetFile(generated[place]).metadata.num_rows
        found.append(place)
    return found


def _loaded(conn: "psycopg.Connection[Any]", path: Path, place: int, folder: Path) -> int:
    start = int(MONTHS[place].timestamp()) * 1_000_000
    until = int((MONTHS[place] + timedelta(days=32)).replace(day=1).timestamp()) * 1_000_000
    conn.execute(f"CREATE TABLE journal_{place} PARTITION OF journal FOR VALUES FROM ({start}) TO ({until})")
    ids = [f"hex({name}) AS {name}" if kind == pa.binary(16) else name for name, (kind, _) in OCSF.items()]
    lines = folder / "rows.csv"
    duckdb.execute(f"COPY (SELECT {', '.join(ids)} FROM '{path}') TO '{lines}' (FORMAT csv, HEADER false)")
    with (
        conn.cursor() as cursor,
        cursor.copy("COPY journal FROM STDIN (FORMAT csv)") as copy,
        lines.open("rb") as file,
    ):
        while piece := file.read(1 << 20):
            copy.write(piece)
    lines.unlink()
    return int(parquet.ParquetFile(path).metadata.num_rows)


def _asked(conn: "psycopg.Connection[Any]", question: Question) -> int:
    window = [int(at.timestamp()) * 1_000_000 for at in (question.from_at, question.until_at)]
    with conn.cursor(binary=True) as cursor:
        if isinstance(question, ReadBy):
            cursor.execute(_READ_BY, [UUID(question.person), *window])
        else:
            cursor.execute(_READERS, [*window, [UUID(one) for one in question.ids]])
        return cursor.rowcount


def table(results: dict[str, Any]) -> str:
    """A few lines for a terminal."""
    lines = [f"{results['entries']} entries, {results['bytes_an_entry']} bytes each in all copies"]
    for name, one in results["questions"].items():
        other = results["postgres"]["questions"][name]
        lines.append(
            f"{name}: {one['rows']} rows in {one['warm_s']:.3f} s warm"
            f" (PostgreSQL, {results['postgres']['entries']} entries: {other['warm_s']:.3f} s)"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and write the file."""
    parser = argparse.ArgumentParser(prog="python -m bench.forensics", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--people", type=int, default=1_600_000)
    parser.add_argument("--postgres-rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--state", type=Path, default=STATE)
    parser.add_argument("--output", type=Path, default=RESULTS / "forensics.json")
    given = parser.parse_args()
    given.state.mkdir(parents=True, exist_ok=True)
    os.chmod(given.state, 0o711)
    results = run(given.rows, given.people, given.postgres_rows, given.runs, given.state)
    given.output.write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
