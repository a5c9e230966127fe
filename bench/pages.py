"""Pages of the console with 1.6 million people loaded: time until each is answered, against a page that asks nobody.

``python -m bench pages`` writes ``bench/results/pages.json``.
"""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from psycopg.conninfo import conninfo_to_dict

from beffroi.config.secret_files import write_private
from beffroi.config.settings import DSN_SETTINGS
from beffroi.guard.keys import Keys
from beffroi.simulation.application_key import ensure_application_key
from bench import console_rows, machine
from bench import pages_scene as scene
from bench.decision import Bench, GuardOfBench
from bench.population import advisers, identifier

BOUND_MS = 150.0
"""What issue 5 promises of every everyday page, at the 95th percentile."""
ADVISERS = 10
BASELINE = "nobody is asked"
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) Bench/1.0"
_PROVIDER = "bench-idp"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FIRST = re.compile(r'href="/catalogue/([0-9a-f-]{36})/')
_CLASS = re.compile(r'href="/presences/([0-9a-f-]{36})/')
_LIST = re.compile(r'href="/effacements/([0-9a-f-]{36})/')
PERSON = "person"
REQUESTS = 40
"""Requests of people in the register of the first office."""
GROUPS = "identity.contact.situation.followup"


class Browser:
    """One adviser's browser: cookies, one connection kept open, time of each answer."""

    def __init__(self, port: int) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=30)
        self._origin = f"http://127.0.0.1:{port}"
        self._cookies: dict[str, str] = {}

    def ask(self, address: str, form: Mapping[str, Any] | None = None) -> "Answer":
        """One request; the whole body is read."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"user-agent": _AGENT, "accept-language": "fr", "cookie": cookies, "accept": "text/html"}
        body = None
        if form is not None:
            body = urlencode(form, doseq=True)
            headers |= {"content-type": "application/x-www-form-urlencoded", "origin": self._origin}
        began = time.perf_counter()
        self._http.request("GET" if form is None else "POST", address, body, headers)
        reply = self._http.getresponse()
        content = reply.read()
        taken = 1000 * (time.perf_counter() - began)
        for name, value in reply.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, kept = value.partition(";")[0].partition("=")
                self._cookies[cookie] = kept
        return Answer(reply.status, reply.getheader("location") or "", content.decode(errors="replace"), taken)


class Answer:
    """Status, where it leads, the page, and milliseconds from the request to the last byte."""

    def __init__(self, status: int, location: str, text: str, taken: float) -> None:
        self.status, self.location, self.text, self.taken = status, location, text, taken


@contextmanager
def _console(console_dsn: str, folder: Path, port: int, guard_port: int, key: Path) -> Iterator[None]:
    """The console's own process, as ``beffroi console`` serves it."""
    state = folder / "console"
    write_private(state / "keys" / "console.jwk", key.read_text())
    guard = f"http://127.0.0.1:{guard_port}"
    told = {
        "BEFFROI_STATE": str(state), "BEFFROI_MODE": "demonstration",
        DSN_SETTINGS["beffroi_console"]: console_dsn, "BEFFROI_CONSOLE_PORT": str(port),
        "BEFFROI_CONSOLE_URL": f"http://127.0.0.1:{port}", "BEFFROI_GUARD_URL": "http://guard.example",
        "BEFFROI_GUARD_SERVER_URL": guard,
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BEFFROI_", "DATABASE_"))}
    with open(folder / "console.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "beffroi", "console"], env=kept | told, stdin=subprocess.DEVNULL, stdout=log,
            stderr=log,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit((folder / "console.log").read_text(errors="replace")[-1_500:])
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accessibilite/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _sign_in(bench: Bench, held: Keys, port: int, accounts: Sequence[str]) -> list[Browser]:
    browsers = [Browser(port) for _ in accounts]
    left = [browser.ask("/connexion/?suite=/") for browser in browsers]
    states = [parse_qs(urlsplit(answer.location).query)["state"][0] for answer in left]
    codes = asyncio.run(scene.codes_of(bench.roles.guard, held, dict(zip(accounts, states, strict=True))))
    for browser, state, code in zip(browsers, states, codes, strict=True):
        back = browser.ask(f"/retour/?{urlencode({'code': code, 'state': state})}")
        if back.status != 302:
            raise SystemExit(f"an agent could not sign in: {back.status} {back.text[-500:]}")
    return browsers


def _others(bench: Bench, port: int) -> dict[str, Browser]:
    """A browser of each other role."""
    seats = [identifier("seat", role) for role in scene.SEATS]
    return dict(zip(scene.SEATS, _sign_in(bench, bench.keys, port, seats), strict=True))


def _in_person(bench: Bench, port: int, rank: int) -> Browser:
    """The browser of somebody of the population, who proved an identity; each asks a few times an hour."""
    person = Browser(port)
    state = parse_qs(urlsplit(person.ask("/mon-espace/code/").location).query)["state"][0]
    code = asyncio.run(scene.person_code(bench.roles.guard, bench.keys, identifier("person", rank), state))
    person.ask(f"/mon-espace/retour/?{urlencode({'code': code, 'state': state})}")
    return person


def _prepare_by_pages(browsers: Sequence[Browser], others: Mapping[str, Browser], people: int) -> None:
    """Requests of people in the register, and messages that were sent, each by its own page."""
    for rank, browser in enumerate(browsers):
        own = [identifier("person", one) for one in range(rank, people, advisers(people))][:5]
        sent = {"personne": own, "etape": "envoyer", "subject": "call-back"}
        _heard(_posted(browser, "/portefeuille/message/", sent))
    today = f"{date.today():%d/%m/%Y}"  # noqa: DTZ011  a form shows the day of here
    for one in range(0, people, advisers(people))[:REQUESTS]:
        asked = {"article": "access", "received_on": today}
        address = f"/personnes/{identifier('person', one)}/droits/"
        _heard(_posted(others[scene.CORRESPONDENT], address, asked))


def _posted(browser: Browser, address: str, form: Mapping[str, Any]) -> Answer:
    token = _TOKEN.search(browser.ask(address).text)
    return browser.ask(address, {**form, "csrfmiddlewaretoken": token[1] if token else ""})


def _heard(answer: Answer) -> None:
    """Taken, or told that it is there from an earlier run."""
    if answer.status not in {302, 303, 409, 422, 429}:
        raise SystemExit(f"{answer.status} {answer.location} {answer.text[-800:]}")


Asked = tuple[str, str, Mapping[str, Any] | None]
"""Name of a page, address, form."""


def pages_of(people: int, rank: int, turn: int, course: str) -> Iterator[Asked]:
    """What one adviser asks in one turn: name of the page, address, form."""
    own = range(rank, people, advisers(people))
    person = identifier("person", own[turn % min(20, len(own))])
    yield "portfolio", "/portefeuille/", None
    yield "portfolio, another page", f"/portefeuille/?page={1 + turn % 8}", None
    yield "office", "/portefeuille/structure/", None
    yield "filtered portfolio", "/portefeuille/filtre/?portee=mes&statut=followed", None
    yield "file", f"/personnes/{person}/", None
    yield "file, four groups", f"/personnes/{person}/?rubriques={GROUPS}", None
    yield "search, a hit", "/recherche/", {
        "recherche": "numero", "by": "email", "value": f"personne{own[turn % min(20, len(own))]}@exemple.org",
    }  # fmt: skip
    yield "week", "/rendez-vous/", None
    yield "day", "/rendez-vous/jour/", None
    yield "office's day", "/rendez-vous/structure/", None
    yield "appointments of a person", f"/personnes/{person}/rendez-vous/", None
    yield "status and programmes", f"/personnes/{person}/parcours/", None
    yield "statistics", "/statistiques/", None
    yield "prescriptions", "/prescriptions/", None
    yield "prescriptions of a person", f"/personnes/{person}/prescriptions/", None
    yield "catalogue, by words", "/catalogue/?mots=cuisine", None
    yield "catalogue, by distance", "/catalogue/?commune=clermont-ferrand&km=50", None
    yield "session of the catalogue", f"/catalogue/{course}/", None
    yield "transfers", "/transferts/", None
    yield from _file_pages(identifier("person", own[turn % min(20, len(own))]), identifier("person", own[-1]))
    several = [identifier("person", one) for one in own[:20]]
    yield "export, all of one's own", "/portefeuille/export/?portee=mes", None
    yield "export, twenty people", "/portefeuille/export/", {"personne": several}
    yield "files asked for", "/portefeuille/fichiers/", None
    yield "message, all of one's own", "/portefeuille/message/?portee=mes", None
    yield "message, read before sending", "/portefeuille/message/", {
        "personne": several, "etape": "relire", "subject": "call-back",
    }  # fmt: skip
    yield "messages sent", "/portefeuille/messages/", None
    yield "several for a colleague", "/portefeuille/confier/", {"personne": several}
    yield "absences", "/portefeuille/remplacements/", None
    yield "people without an adviser", "/portefeuille/filtre/?portee=sans-referent", None
    yield "a person with a code", "/personnes/presence/", None
    yield "steps due", "/demarches/", None
    yield "merged files", "/doublons/", None


def _file_pages(person: str, other: str) -> Iterator[Asked]:
    """Pages of one file beside its sections; ``other`` is somebody else of the same adviser's."""
    here = f"/personnes/{person}"
    yield "attachments", f"{here}/pieces/", None
    yield "a note", f"{here}/suivi/", None
    yield "a step", f"{here}/demarches/", None
    yield "situation in time", f"{here}/situation/", None
    yield "legal representatives", f"{here}/representants/", None
    yield "payments", f"{here}/versements/", None
    yield "change of adviser", f"{here}/conseiller/", None
    yield "transfer of a file", f"{here}/transferer/", None
    yield "code for the personal space", f"{here}/code-d-acces/", None
    yield "search for a duplicate", f"{here}/doublon/", None
    yield "two files compared", f"{here}/doublon/{other}/", None


def pages_of_others(turn: int, class_: str, list_: str) -> Iterator[tuple[str, Asked]]:
    """What is asked by those who are no advisers: their role before each page; ``person`` is no agent at all."""
    day = date.today() - timedelta(days=1 + turn % 20)  # noqa: DTZ011  a day of the class, in the console's time
    trainer = scene.TRAINER
    yield trainer, ("trainees", "/stagiaires/", None)
    yield trainer, ("attendance", "/presences/", None)
    yield trainer, ("attendance sheet", f"/presences/{class_}/{day.isoformat()}/", None)
    yield trainer, ("calendar of a session", f"/presences/{class_}/", None)
    yield trainer, ("prescriptions received", "/prescriptions/recues/", None)
    yield trainer, ("own sessions", "/sessions/", None)
    yield trainer, ("quotes, seller", "/devis/?vue=acceptes", None)
    yield trainer, ("invoices, seller", f"/devis/factures/?vue=payees&page={1 + turn % 3}", None)
    yield scene.CLERK, ("quotes, buyer", "/devis/?vue=acceptes", None)
    yield scene.CLERK, ("invoices, buyer", "/devis/factures/", None)
    yield scene.CORRESPONDENT, ("requests of people", "/demandes-des-personnes/", None)
    yield scene.CORRESPONDENT, ("lists to erase", "/effacements/", None)
    yield scene.CORRESPONDENT, ("one list to erase", f"/effacements/{list_}/", None)
    yield scene.ADMINISTRATOR, ("statistics of the network", "/statistiques/reseau/", None)
    yield PERSON, ("own consultations", "/mon-espace/consultations/", None)
    yield PERSON, ("my file", "/mon-espace/dossier/", None)
    yield PERSON, ("own documents", "/mon-espace/documents/", None)
    yield PERSON, ("codes for a desk", "/mon-espace/accueil/", None)
    yield PERSON, ("own reports", "/mon-espace/signalements/", None)
    yield PERSON, ("own dates", "/mon-espace/rendez-vous/", None)
    yield PERSON, ("own requests", "/mon-espace/demandes/", None)
    yield PERSON, ("own breaches", "/mon-espace/violations/", None)


def run(people: int, turns: int, folder: Path) -> dict[str, Any]:
    """Every measure; the dictionary that is written as JSON."""
    bench = Bench(folder, people, 0, 0)
    try:
        database = conninfo_to_dict(bench.roles.owner)["dbname"]
        trainees = [identifier("person", rank) for rank in range(scene.CLASS)]
        admin = bench.server.dsn(database=str(database))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        key = folder / f"console-{people}.jwk"
        jwk = ensure_application_key(key)
        count = min(ADVISERS, advisers(people))
        back = [f"http://127.0.0.1:{port}/{way}retour/" for way in ("", "mon-espace/")]
        asyncio.run(scene.arm(bench.roles.guard, bench.keys, jwk, back, advisers(people), count))
        rows = console_rows.fill(admin, bench.roles, folder / "console", trainees)
        asyncio.run(scene.leave_some(bench.roles.guard, bench.keys))
        for rank in range(count):
            shown = [identifier("person", one) for one in range(rank, people, advisers(people))[:20]]
            asyncio.run(scene.join_documents(bench.roles.guard, bench.keys, shown, identifier("account", rank)))
        with bench.guard(looks="never") as guard, _served(bench, folder, port, guard, key):
            taken = _measure(bench, port, people, count, turns)
    finally:
        bench.server.stop()
    baseline = taken.pop(BASELINE)
    floor = _spread(baseline)
    found = {name: _spread(times) for name, times in taken.items()}
    for row in found.values():
        row["ratio_to_baseline"] = round(row["p50_ms"] / floor["p50_ms"], 1)
    return {
        "machine": machine.description(),
        "people": people,
        "console_rows": rows,
        "advisers": count,
        "turns": turns,
        "bound_ms": BOUND_MS,
        "over_the_bound": sorted(name for name, row in found.items() if row["p95_ms"] > BOUND_MS),
        "baseline": floor,
        "pages": found,
    }


def _served(bench: Bench, folder: Path, port: int, guard: GuardOfBench, key: Path) -> Any:
    return _console(bench.roles.console, folder, port, guard.port, key)


def _measure(bench: Bench, port: int, people: int, count: int, turns: int) -> dict[str, list[float]]:
    """Milliseconds by page, one request at a time; the first turn of each browser is left out."""
    browsers = _sign_in(bench, bench.keys, port, [identifier("account", rank) for rank in range(count)])
    others, nobody = _others(bench, port), Browser(port)
    persons = [_in_person(bench, port, rank) for rank in range(2 * count)]  # twenty questions each are allowed
    _prepare_by_pages(browsers, others, people)
    course = _found(_FIRST, browsers[0].ask("/catalogue/?mots=cuisine"))
    class_ = _found(_CLASS, others[scene.TRAINER].ask("/presences/"))
    list_ = _found(_LIST, others[scene.CORRESPONDENT].ask("/effacements/"))
    taken: dict[str, list[float]] = {}
    for turn in range(turns + 1):
        for rank, browser in enumerate(browsers):
            asked: list[tuple[Browser, Asked]] = [(nobody, (BASELINE, "/accessibilite/", None))]
            asked += [(browser, each) for each in pages_of(people, rank, turn, course)]
            whose = others | {PERSON: persons[rank + count * (turn % 2)]}
            asked += [(whose[role], each) for role, each in pages_of_others(turn, class_, list_)]
            for who, (name, address, form) in asked:
                answer = who.ask(address) if form is None else _posted(who, address, form)
                if answer.status != 200:
                    raise SystemExit(f"{name}: {answer.status} {answer.location} {answer.text[-800:]}")
                if turn:
                    taken.setdefault(name, []).append(answer.taken)
    return taken


def _found(wanted: re.Pattern[str], page: Answer) -> str:
    found = wanted.search(page.text)
    if found is None:
        raise SystemExit(f"a page shows nothing of what is looked for: {page.status} {page.text[-500:]}")
    return found[1]


def _spread(times: Sequence[float]) -> dict[str, Any]:
    cuts = quantiles(times, n=100, method="inclusive")
    return {"p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1), "most_ms": round(max(times), 1),
            "requests": len(times)}  # fmt: skip


def table(results: dict[str, Any]) -> str:
    """The results as people read them."""
    lines = [f"{'page':28}{'p50 ms':>10}{'p95 ms':>10}{'most':>10}{'ratio':>8}"]
    for name, row in ((BASELINE, results["baseline"]), *results["pages"].items()):
        ratio = row.get("ratio_to_baseline", 1.0)
        lines.append(f"{name:28}{row['p50_ms']:>10.1f}{row['p95_ms']:>10.1f}{row['most_ms']:>10.1f}{ratio:>8.1f}")
    over = ", ".join(results["over_the_bound"]) or "none"
    lines.append(f"over {results['bound_ms']:.0f} ms at the 95th percentile: {over}")
    return "\n".join(lines)
