"""A week of ordinary life through the console's pages; then every column it keeps is searched for anybody.

Agents of several organisations sign in each day, follow the links of their pages and send the forms they find there,
once with what belongs in them and once with names and numbers wherever something can be typed or chosen. No page is
named here: one that is added is visited like the others.
"""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from random import Random
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

import asyncpg
import httpx
import psycopg
from psycopg import sql

from beffroi.simulation import catalogue
from beffroi.simulation.agents import Agent
from beffroi.simulation.directory import build_directory
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill import console_day, loot
from beffroi.simulation.drill.daily_life import hand_over
from beffroi.simulation.drill.form_filling import Form, Read, filled
from beffroi.simulation.drill.guard_process import served
from beffroi.simulation.drill.scratch import Scratch, ScratchDatabase
from beffroi.simulation.drill.searching import Hit, Item, Search, apart_from_public
from beffroi.simulation.drill.stage import Clockwork, Stage, prepare
from beffroi.simulation.drill.values import Value, distinct, of_agent, of_person
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
TABLES: Final = frozenset({"appointment", "case", "programme", "prescription", "training_session"})
"""Tables of the console that a week must have filled, or nothing was tried."""
_LEAVES: Final = re.compile("connexion|confirmation|langue|style|partout|espace|fin-de-session")
"""Pages that end a session or belong to somebody else's."""
_SENDS_AWAY: Final = re.compile("/departs/|/comptes/|/confinement")
"""Forms by which colleagues leave, or are cut off: the week would be over on its first day."""
_IDS: Final = re.compile("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+")
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
            pages += asyncio.run(_week(database, url, stage, newcomers, days))
        if sabotage is not None:
            sabotage(database, values)
        kept = columns(database)
        rows = _rows(database)
    search = Search(values)
    logs = [item for item in loot.files(scratch.folder, "log") if item.name.endswith(".log")]
    items = [*kept, *[item for item in logs if "console" in item.name or "guard" in item.name]]
    hits = search.hits(items)
    found, public = (
        apart_from_public(hits, Search(distinct(hit.value for hit in hits)), control) if hits else ([], [])
    )
    report: dict[str, Any] = {
        "drill": "console-week",
        "values_searched": len(values),
        "values_in_clear": len({hit.value for hit in found}),
        "columns_searched": len(kept),
        "rows": rows,
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
    empty = sorted(name for name in TABLES if not report["rows"].get(name))
    if empty:
        found.append(f"nothing was written in {', '.join(empty)}: nothing is proven")
    broken = sorted(page for page in report["pages"] if page.endswith((" 500", " 502")))
    if broken:
        found.append(f"pages that failed: {', '.join(broken)}")
    return found


def columns(database: ScratchDatabase) -> list[Item]:
    """Every column of every table of the console, as text; bytes in hexadecimal, which is searched too."""
    found = []
    with psycopg.connect(database.admin, autocommit=True) as admin:
        named = admin.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'console'::regnamespace AND c.relkind IN ('r', 'p', 'm')"
            " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum"
        ).fetchall()
        for table, column in named:
            asked = sql.SQL("SELECT {}::text FROM console.{}").format(sql.Identifier(column), sql.Identifier(table))
            texts = [row[0] for row in admin.execute(asked) if row[0] is not None]
            found.append(Item(f"console.{table}.{column}", "\n".join(texts).encode(), text=True))
    return found


def _rows(database: ScratchDatabase) -> dict[str, int]:
    with psycopg.connect(database.admin, autocommit=True) as admin:
        tables = admin.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'console'::regnamespace AND relkind = 'r' ORDER BY 1"
        ).fetchall()
        counted = {}
        for (table,) in tables:
            row = admin.execute(sql.SQL("SELECT count(*) FROM console.{}").format(sql.Identifier(table))).fetchone()
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
    database: ScratchDatabase, url: str, stage: Stage, newcomers: Sequence[Person], days: int
) -> Counter[str]:
    """Each day everybody signs in and works; the statuses of each kind of page."""
    pages: Counter[str] = Counter()
    conn = await asyncpg.connect(database.guard)
    try:
        clock = await Clockwork.at_next_midnight(conn)
        for day in range(days):
            await clock.set(timedelta(days=day, hours=9))
            for worker in WORKERS:
                agent = BY_LOGIN[worker.login]
                typed = [r.person for r in stage.records if any(x.referent_login == agent.login for x in r.relations)]
                with httpx.Client(base_url=url, timeout=30, trust_env=False) as browser:
                    visit = _Visit(browser, worker, [*typed[:6], *newcomers], Random(f"{worker.login}:{day}"), pages)
                    await visit.sign_in(conn, stage, agent)
                    visit.work()
        return pages
    finally:
        await conn.close()


class _Visit:
    """One agent's day in one browser."""

    def __init__(
        self, browser: httpx.Client, worker: Worker, typed: Sequence[Person], rng: Random, pages: Counter[str]
    ) -> None:
        self._browser, self._worker, self._typed, self._rng, self._pages = browser, worker, typed, rng, pages
        self._visited: Counter[str] = Counter()
        self._sent: Counter[str] = Counter()
        self._forms = FORMS_A_DAY if worker.writes else 0

    async def sign_in(self, conn: "asyncpg.Connection", stage: Stage, agent: Agent) -> None:
        """Begin a session as the guard's pages would."""
        left = self._browser.get(f"/connexion/?suite={self._worker.begins}")
        state = parse_qs(urlsplit(left.headers["location"]).query)["state"][0]
        code = await hand_over(conn, stage, agent, state)
        self._get(f"/retour/?code={code}&state={state}")

    def work(self) -> None:
        """Follow links and send forms until the day is over."""
        waiting = deque([self._worker.begins, "/"])
        for _ in range(PAGES_A_DAY):
            if not waiting:
                return
            address = waiting.popleft()
            kind = _place(address)
            if self._visited[kind] >= SAME_PAGE or _LEAVES.search(address):
                continue
            self._visited[kind] += 1
            page = self._get(address)
            if page.is_redirect and page.headers["location"].startswith("/"):
                waiting.appendleft(page.headers["location"])
            if page.status_code != 200 or "html" not in page.headers.get("content-type", ""):
                continue
            read = Read(page.text)
            self._rng.shuffle(read.links)
            # What is new of a page comes first: a day goes through as many kinds as it can.
            waiting.extendleft(link for link in read.links if not self._visited[_place(link)])
            for form in read.forms:
                self._try(address, form)

    def _try(self, address: str, form: Form) -> None:
        """One form twice: as it is meant, and with names where codes belong."""
        action = urljoin(address, form.action or address)
        kind = f"{form.method} {_kind(action)} {','.join(one.name for one in form.fields)}"
        if _LEAVES.search(action) or _SENDS_AWAY.search(action) or self._sent[kind] >= SAME_PAGE or self._forms <= 0:
            return
        manners = (False,) if self._worker.discreet else (True, False)
        for indiscreet in manners:
            self._sent[kind] += 1
            self._forms -= 1
            person = None if self._worker.discreet else self._rng.choice(self._typed)
            self._send(action, form, filled(form, person, self._rng.randrange(60), indiscreet=indiscreet))

    def _send(self, action: str, form: Form, sent: Mapping[str, str]) -> None:
        if form.method == "get":
            answer = self._browser.get(action.partition("?")[0], params=dict(sent))
        else:
            here = str(self._browser.base_url).rstrip("/")
            answer = self._browser.post(action, data=dict(sent), headers={"origin": here, "referer": f"{here}/"})
        self._pages[f"{form.method} {_kind(action)} {answer.status_code}"] += 1
        if answer.is_redirect and answer.headers["location"].startswith("/"):
            self._get(answer.headers["location"])

    def _get(self, address: str) -> httpx.Response:
        answer = self._browser.get(address)
        self._pages[f"get {_kind(address)} {answer.status_code}"] += 1
        return answer


def _place(address: str) -> str:
    """The address without its ids: a section of a file is a page of its own."""
    return _IDS.sub("*", address.partition("#")[0])


def _kind(address: str) -> str:
    """The address without its ids and without what is asked of it."""
    return _IDS.sub("*", address.partition("?")[0].partition("#")[0])
