"""The drill of incident 2: disks, backups and database are stolen, all but the key. Nobody's data may be in them.

A small installation lives a day, then everything it left is searched for every identifying value that was ever put
into it. Before that is believed, leaks of every sort are planted, and each must be found.
"""

import asyncio
import csv
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import psycopg

from beffroi.guard.importing.columns import COLUMNS
from beffroi.guard.importing.people import import_people
from beffroi.guard.importing.problems import write_report
from beffroi.guard.importing.sources import open_source
from beffroi.simulation.directory import build_directory
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill import console_day, daily_life, loot
from beffroi.simulation.drill.guard_process import served
from beffroi.simulation.drill.scratch import Scratch, ScratchDatabase
from beffroi.simulation.drill.searching import Hit, Item, Search, apart_from_public
from beffroi.simulation.drill.stage import Stage, prepare
from beffroi.simulation.drill.values import Kind, Value, distinct, of_agent, of_person, patterns
from beffroi.simulation.people import Person
from beffroi.simulation.population import Population

PEOPLE: Final = 400
IN_FILE: Final = 40
"""People who come by a file instead, as an organisation sends one."""
OTHER_SEED: Final = 77
DOORS: Final = (
    "/v1/open", "/v1/list", "/v1/find", "/v1/update", "/v1/create", "/portefeuille/", "/personnes/", "/recherche/",
    "/personnes/rendez-vous/", "/personnes/parcours/", "/rendez-vous/",
)  # fmt: skip
"""Doors of the guard and pages of the console that must have shown something before the search means anything."""
Sabotage = Callable[[ScratchDatabase], None]


def drill(scratch: Scratch, people: int = PEOPLE, sabotage: Sabotage | None = None) -> dict[str, Any]:
    """Live a day, steal everything, search; the report, JSON-ready. ``sabotage`` leaks on purpose, for tests."""
    population, filed = Population(people), Population(IN_FILE, seed=OTHER_SEED)
    by_file = [record.person for record in filed.world.people()]
    with scratch.empty() as database:
        _write_log_as_it_is(database)
        control = _control(scratch, database)
        stage = prepare(scratch, database, population)
        _import_file(scratch, database, stage, filed)
        newcomer = next(islice(Population(2 * IN_FILE, seed=OTHER_SEED + 1).world.people(), IN_FILE, None)).person
        with served(database, scratch.folder, stage.key_file, missing.NONE) as port:
            answers = Counter(asyncio.run(daily_life.play(database, port, stage, newcomer)))
            with scratch.console(database, port, stage.application_key_file) as url:
                answers += console_day.play(database, url, stage)
            if sabotage is not None:
                sabotage(database)
            values = _values(stage, [*by_file, newcomer])
            search = Search(values)
            items: Counter[str] = Counter()
            hits = search.hits(_counted(loot.everything(scratch, database), items))
        suspects = Search(distinct(hit.value for hit in hits)) if hits else None
        found, public = apart_from_public(hits, suspects, control) if suspects is not None else ([], [])
        unseen = _plant(scratch, database, values)
    report: dict[str, Any] = {
        "drill": "stolen-database",
        "values_searched": len(values),
        "values_in_clear": len({hit.value for hit in found}),
        "patterns": search.size,
        "items_searched": len(items),
        "bytes_searched": sum(items.values()),
        "population": people + IN_FILE + 1,
        "agents": len(population.world.agents),
        "answers": dict(sorted(answers.items())),
        "found": [_shown(hit) for hit in found[:20]],
        "public_words_left_out": [value.text for value in public],
        "planted_and_not_found": unseen,
        "not_covered": [
            "values shorter than three letters, postcodes and codes of the policy (housing, situation…)",
            "words under six bytes inside binary files, where chance would write them (texts are searched for them)",
            "mail spool, exports and jobs: this version of the product makes none",
        ],
    }
    return report | {"failures": failures(report)}


def failures(report: dict[str, Any]) -> list[str]:
    """What a report of this drill must not show."""
    found = []
    if report["values_in_clear"]:
        found.append(f"{report['values_in_clear']} identifying values lie in clear")
    if report["planted_and_not_found"]:
        found.append(f"planted leaks were not found: {', '.join(report['planted_and_not_found'])}")
    if report["values_searched"] < report["population"]:
        found.append("fewer values than people were searched: nothing is proven")
    for door in DOORS:
        if not any(report["answers"].get(f"{door} {status}") for status in (200, 302)):
            found.append(f"nothing came through {door} during the day: nothing is proven")
    return found


def _shown(hit: Hit) -> dict[str, str]:
    """Where a value was found; the value itself is invented, its kind is enough."""
    return {"kind": hit.value.kind.value, "encoding": hit.encoding, "where": hit.item}


def _values(stage: Stage, more: Sequence[Person]) -> list[Value]:
    people = chain((record.person for record in stage.records), more)
    of_people = chain.from_iterable(of_person(person) for person in people)
    of_agents = chain.from_iterable(of_agent(agent) for agent in stage.population.world.agents)
    return distinct(chain(of_people, of_agents))


def _counted(items: Iterator[Item], sizes: "Counter[str]") -> Iterator[Item]:
    for item in items:
        sizes[item.name] += len(item.content)
        yield item


def _write_log_as_it_is(database: ScratchDatabase) -> None:
    """Pages of the write-ahead log in clear rather than compressed: a thief would unfold them first."""
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET wal_compression = off")
        admin.execute("SELECT pg_reload_conf()")


def _control(scratch: Scratch, database: ScratchDatabase) -> list[Item]:
    """The same installation before anybody is in it, with the public directory beside it: what holds no person.

    Towns and organisations bear names of people; a word that stands here is public wherever else it stands.
    """
    directory = build_directory()
    names = [one.name for one in directory.organisations] + [site.city for site in directory.sites]
    public = Item("public directory", "\n".join(names).encode(), text=True)
    return [public, *loot.everything(scratch, database)]


def _import_file(scratch: Scratch, database: ScratchDatabase, stage: Stage, filed: Population) -> None:
    """An organisation's file, some of whose rows are refused; the report of what was wrong stays on the server."""
    lines = [row.values for chunk in filed.chunks() for row in filed.rows(chunk) if row.values is not None]
    follower, referent, nir = (COLUMNS.index(name) for name in ("follower_organisation", "referent", "nir"))
    training = COLUMNS.index("training_organisation")
    with tempfile.TemporaryDirectory(prefix="beffroi-elsewhere-") as elsewhere:
        path = Path(elsewhere) / "people.csv"
        with open(path, "x", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for rank, line in enumerate(lines):
                cells = list(line)
                cells[follower] = cells[referent] = cells[training] = ""
                if rank % 10 == 0:
                    cells[nir] = cells[0]  # a name where the number should be
                writer.writerow(cells)
        outcome = import_people(
            open_source(path), dsn=database.guard, key_file=stage.key_file, operator="drill", workers=1
        )
    write_report(outcome.problems, scratch.folder / "import-report.csv")


def _plant(scratch: Scratch, database: ScratchDatabase, values: Sequence[Value]) -> list[str]:
    """Put a value of each kind, in every encoding, where it must not be; which of them the search does not find.

    Half of them go into a table of the console, half into a log: both ways in are tried.
    """
    one_of_each = list(
        {value.kind: value for value in values if len(value.text) >= 8 or value.kind is Kind.WORD}.values()
    )
    search = Search(one_of_each)
    planted = [(value, pattern) for value in one_of_each for pattern in patterns(value)]
    log = scratch.folder / "planted.log"
    log.write_bytes(b"\n".join(b" " + pattern.content + b" " for _, pattern in planted))
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute("CREATE TABLE console.planted (content bytea, words text)")
        for value, pattern in planted:
            words = pattern.content.decode("ascii", "ignore").replace("\0", "")
            admin.execute("INSERT INTO console.planted VALUES (%s, %s)", [pattern.content, words or value.text])
    try:
        seen = {(hit.value, hit.encoding) for hit in search.hits(loot.files(scratch.folder, "planted", ()))}
        in_dump = {hit.value for hit in search.hits([loot.dump(scratch, database)])}
    finally:
        log.unlink()
        with psycopg.connect(database.admin, autocommit=True) as admin:
            admin.execute("DROP TABLE console.planted")
    lost = [
        f"{value.kind.value} ({pattern.encoding})"
        for value, pattern in planted
        if (value, pattern.encoding) not in seen
    ]
    return lost + [f"{value.kind.value} (in the dump)" for value in one_of_each if value not in in_dump]
