"""A week of ordinary life through the console's pages; then every column it keeps is searched for anybody.

Agents of several organisations sign in each day, follow the links of their pages and send the forms they find there,
once with what belongs in them and once with names and numbers wherever something can be typed or chosen. No page is
named here: one that is added is visited like the others. Beside that each kind of work is done once by name
(:mod:`.week_duties`), so that no table is empty when it is searched.
"""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from random import Random
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin

import asyncpg
import psycopg
from psycopg import sql

from beffroi.simulation import catalogue
from beffroi.simulation.directory import build_directory
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill import console_day, loot, week_duties
from beffroi.simulation.drill.console_browser import ConsoleBrowser, kind, place
from beffroi.simulation.drill.form_filling import Form, Read, filled
from beffroi.simulation.drill.guard_process import served
from beffroi.simulation.drill.scratch import Scratch, ScratchDatabase
from beffroi.simulation.drill.searching import Hit, Item, Search, apart_from_public
from beffroi.simulation.drill.stage import Clockwork, Stage, prepare
from beffroi.simulation.drill.values import Value, distinct, of_agent, of_person
from beffroi.simulation.drill.week_cast import Cast
from beffroi.simulation.people import Person
from beffroi.simulation.personas import BY_LOGIN
from beffroi.simulation.population import Population

PEOPLE: Final = 400
NEWCOMERS: Final = 40
"""People whom nobody knows yet: some are registered in the week, with everything."""
DAYS: Final = 7
PAGES_A_DAY, FORMS_A_DAY = 34, 26
"""What one agent does in a day; the links of each page are followed in another order every day."""
SAME_PAGE: Final = 3
"""How often one kind of page is visited in a day by one agent."""


class Worker(NamedTuple):
    """Who works: ``writes`` sends forms, ``discreet`` types nobody's name: a catalogue is public."""

    login: str
    begins: str
    writes: bool = True
    discreet: bool = False


WORKERS: Final = (
    Worker("camille.moreau", "/portefeuille/"),
    Worker("karim.haddad", "/rendez-vous/"),
    Worker("sophie.lambert", "/prescriptions/"),
    Worker("sandrine.lopez", "/rendez-vous/structure/"),
    Worker("nadia.benali", "/prescriptions/recues/", discreet=True),
    Worker("philippe.garnier", "/"),
    Worker("claire.fontaine", "/", writes=False),
)
QUEUES: Final = ("mail", "message", "letter")
"""Tables of the guard in which mails to agents and letters to people wait: searched like the console's."""
_LEAVES: Final = re.compile("connexion|confirmation|langue|style|partout|espace|fin-de-session")
"""Pages that end a session or belong to somebody else's."""
_SENDS_AWAY: Final = re.compile("/departs/|/comptes/|/confinement")
"""Forms by which colleagues leave, or are cut off: the week would be over on its first day."""
Sabotage = Callable[[ScratchDatabase, Sequence[Value]], None]


def drill(
    scratch: Scratch, people: int = PEOPLE, days: int = DAYS, sabotage: Sabotage | None = None
) -> dict[str, Any]:
    """Live the week and search; the report, JSON-ready. ``sabotage`` leaks on purpose, for tests."""
    with scratch.empty() as database:
        stage = prepare(scratch, database, Population(people))
        catalogue.load(database.admin, stage.population.world, datetime.now(UTC))
        newcomers = [record.person for record in Population(NEWCOMERS, seed=78).world.people()]
        values = _values(stage, newcomers)
        control = [_public(), *columns(database)]
        with (
            served(database, scratch.folder, stage.key_file, missing.NONE) as port,
            scratch.console(database, port, stage.application_key_file) as url,
        ):
            pages = console_day.play(database, url, stage)
            cast = asyncio.run(_week(database, url, port, stage, newcomers, days))
            pages += cast.pages
        if sabotage is not None:
            sabotage(database, values)
        kept, waiting = columns(database), columns(database, "guard", QUEUES)
        rows, queued = _rows(database), _rows(database, "guard", QUEUES)
    search = Search(values)
    logs = [item for item in loot.files(scratch.folder, "log") if item.name.endswith(".log")]
    handed = [Item(name, content, text=True) for name, content in cast.kept.items()]
    items = [*kept, *waiting, *handed, *[item for item in logs if "console" in item.name or "guard" in item.name]]
    hits = search.hits(items)
    found, public = (
        apart_from_public(hits, Search(distinct(hit.value for hit in hits)), control) if hits else ([], [])
    )
    report: dict[str, Any] = {
        "drill": "console-week",
        "values_searched": len(values),
        "values_in_clear": len({hit.value for hit in found}),
        "columns_searched": len(kept),
        "columns_of_queues_searched": len(waiting),
        "rows": rows,
        "queued": queued,
        "files_handed_out": cast.handed_out,
        "duties": cast.done,
        "duties_not_done": cast.undone,
        "days": days,
        "requests": sum(pages.values()),
        "pages": dict(sorted(pages.items())),
        "found": [_shown(hit) for hit in found[:20]],
        "public_words_left_out": [value.text for value in public],
    }
    return report | {"failures": failures(report)}


def failures(report: Mapping[str, Any]) -> list[str]:
    """What a report of this drill must not show."""
    found = []
    if report["values_in_clear"]:
        where = sorted({hit["where"] for hit in report["found"]})
        found.append(f"{report['values_in_clear']} identifying values lie in {', '.join(where)}")
    filled = report["rows"] | report["queued"]
    empty = sorted(name for name, count in filled.items() if not count)
    if empty or not report["rows"] or len(report["queued"]) != len(QUEUES):
        found.append(f"nothing was written in {', '.join(empty) or 'any table'}: nothing is proven")
    found += [f"{duty} was not done: {why}" for duty, why in report["duties_not_done"].items()]
    if not report["files_handed_out"]:
        found.append("no file was handed out: no name of one was searched")
    broken = sorted(page for page in report["pages"] if page.endswith((" 500", " 502")))
    if broken:
        found.append(f"pages that failed: {', '.join(broken)}")
    return found


def columns(database: ScratchDatabase, schema: str = "console", only: Sequence[str] = ()) -> list[Item]:
    """Every column of every table of a schema, as text; bytes in hexadecimal, which is searched too."""
    found = []
    with psycopg.connect(database.admin, autocommit=True) as admin:
        named = admin.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r', 'p', 'm')"
            " AND a.attnum > 0 AND NOT a.attisdropped AND (c.relname = ANY (%s) OR %s) ORDER BY 1, a.attnum",
            [schema, list(only), not only],
        ).fetchall()
        for table, column in named:
            asked = sql.SQL("SELECT {}::text FROM {}").format(sql.Identifier(column), sql.Identifier(schema, table))
            texts = [row[0] for row in admin.execute(asked) if row[0] is not None]
            found.append(Item(f"{schema}.{table}.{column}", "\n".join(texts).encode(), text=True))
    return found


def _rows(database: ScratchDatabase, schema: str = "console", only: Sequence[str] = ()) -> dict[str, int]:
    with psycopg.connect(database.admin, autocommit=True) as admin:
        tables = admin.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'"
            " AND (relname = ANY (%s) OR %s) ORDER BY 1",
            [schema, list(only), not only],
        ).fetchall()
        counted = {}
        for (table,) in tables:
            asked = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
            row = admin.execute(asked).fetchone()
            counted[str(table)] = int(row[0]) if row else 0
        return counted


def _public() -> Item:
    """Towns and organisations, which bear names of people."""
    directory = build_directory()
    names = [one.name for one in directory.organisations] + [site.city for site in directory.sites]
    return Item("public directory", "\n".join(names).encode(), text=True)


def _values(stage: Stage, newcomers: Sequence[Person]) -> list[Value]:
    people = chain((record.person for record in stage.records), newcomers)
    of_agents = chain.from_iterable(of_agent(agent) for agent in stage.population.world.agents)
    return distinct(chain(chain.from_iterable(of_person(person) for person in people), of_agents))


def _shown(hit: Hit) -> dict[str, str]:
    return {"kind": hit.value.kind.value, "encoding": hit.encoding, "where": hit.item}


async def _week(
    database: ScratchDatabase, url: str, port: int, stage: Stage, newcomers: Sequence[Person], days: int
) -> Cast:
    """Everybody does each duty once, today; then works for so many days; who they were and what came of it."""
    conn = await asyncpg.connect(database.guard)
    try:
        clock = await Clockwork.at_next_midnight(conn)
        cast = Cast(conn, database.guard, stage, url, port, Counter(), newcomers)
        await cast.ready()
        await week_duties.of_the_first_day(cast)
        cast.go_home()
        for day in range(days):
            await clock.set(timedelta(days=day, hours=9))
            for worker in WORKERS:
                agent = BY_LOGIN[worker.login]
                typed = [r.person for r in stage.records if any(x.referent_login == agent.login for x in r.relations)]
                with ConsoleBrowser(url, cast.pages) as browser:
                    await browser.sign_in(conn, stage, agent, worker.begins)
                    _Visit(browser, worker, [*typed[:6], *newcomers], Random(f"{worker.login}:{day}")).work()
        await week_duties.of_the_last_evening(cast)
        cast.go_home()
        return cast
    finally:
        await conn.close()


class _Visit:
    """One agent's day in one browser."""

    def __init__(self, browser: ConsoleBrowser, worker: Worker, typed: Sequence[Person], rng: Random) -> None:
        self._browser, self._worker, self._typed, self._rng = browser, worker, typed, rng
        self._visited: Counter[str] = Counter()
        self._sent: Counter[str] = Counter()
        self._forms = FORMS_A_DAY if worker.writes else 0

    def work(self) -> None:
        """Follow links and send forms until the day is over."""
        waiting = deque([self._worker.begins, "/"])
        for _ in range(PAGES_A_DAY):
            if not waiting:
                return
            address = waiting.popleft()
            shown = place(address)
            if self._visited[shown] >= SAME_PAGE or _LEAVES.search(address):
                continue
            self._visited[shown] += 1
            page = self._browser.get(address)
            if page.is_redirect and page.headers["location"].startswith("/"):
                waiting.appendleft(page.headers["location"])
            if page.status_code != 200 or "html" not in page.headers.get("content-type", ""):
                continue
            read = Read(page.text)
            self._rng.shuffle(read.links)
            # What is new of a page comes first: a day goes through as many kinds as it can.
            waiting.extendleft(link for link in read.links if not self._visited[place(link)])
            for form in read.forms:
                self._try(address, form)

    def _try(self, address: str, form: Form) -> None:
        """One form twice: as it is meant, and with names where codes belong."""
        action = urljoin(address, form.action or address)
        sort = f"{form.method} {kind(action)} {','.join(one.name for one in form.fields)}"
        if _LEAVES.search(action) or _SENDS_AWAY.search(action) or self._sent[sort] >= SAME_PAGE or self._forms <= 0:
            return
        manners = (False,) if self._worker.discreet else (True, False)
        for indiscreet in manners:
            self._sent[sort] += 1
            self._forms -= 1
            person = None if self._worker.discreet else self._rng.choice(self._typed)
            self._send(action, form, filled(form, person, self._rng.randrange(60), indiscreet=indiscreet))

    def _send(self, action: str, form: Form, sent: Mapping[str, str]) -> None:
        browser = self._browser
        answer = browser.query(action, sent) if form.method == "get" else browser.post(action, sent)
        if answer.is_redirect and answer.headers["location"].startswith("/"):
            browser.get(answer.headers["location"])
