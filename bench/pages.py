"""Pages of the console with 1.6 million people loaded: time until each is answered, against a page that asks nobody.

``python -m bench pages`` writes ``bench/results/pages.json``.
"""

import asyncio
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

import asyncpg
from psycopg.conninfo import conninfo_to_dict

from beffroi.config.secret_files import write_private
from beffroi.config.settings import DSN_SETTINGS
from beffroi.config.wiring import CONSOLE_APPLICATION
from beffroi.core import policy_file
from beffroi.core.ids import ApplicationId
from beffroi.core.policy import Level
from beffroi.guard import stamped, turnstile
from beffroi.guard.keys import Keys
from beffroi.guard.sessions.beginning import SignedIn, begin
from beffroi.guard.vault.records import Agent, encode
from beffroi.guard.vault.sealing import new_key, seal
from beffroi.simulation.application_key import ensure_application_key
from bench import console_rows, machine
from bench.decision import Bench, GuardOfBench
from bench.population import OFFICES, advisers, identifier

BOUND_MS = 150.0
"""What issue 5 promises of every everyday page, at the 95th percentile."""
ADVISERS = 10
BASELINE = "nobody is asked"
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) Bench/1.0"
_PROVIDER = "bench-idp"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_FIRST = re.compile(r'href="/catalogue/([0-9a-f-]{36})/')
GROUPS = "identity.contact.situation.followup"


class Browser:
    """One adviser's browser: cookies, one connection kept open, time of each answer."""

    def __init__(self, port: int) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=30)
        self._origin = f"http://127.0.0.1:{port}"
        self._cookies: dict[str, str] = {}

    def ask(self, address: str, form: Mapping[str, str] | None = None) -> "Answer":
        """One request; the whole body is read."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"user-agent": _AGENT, "accept-language": "fr", "cookie": cookies, "accept": "text/html"}
        body = None
        if form is not None:
            body = urlencode(form)
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


async def _arm(
    guard_dsn: str, held: Keys, jwk: Mapping[str, object], return_to: str, accounts: int, count: int
) -> None:
    """The console as an application of the population, and names for the advisers who sign in to it; once."""
    conn = await asyncpg.connect(guard_dsn)
    try:
        async with conn.transaction():
            await turnstile.take(conn)
            now = await conn.fetchval("SELECT guard.instant()")
            known = await conn.fetchrow("SELECT * FROM guard.application WHERE id = $1", CONSOLE_APPLICATION)
            caps = dict.fromkeys(("hour_cap", "day_cap", "week_cap", "month_cap"), 2_000_000_000)
            if known is None:
                row = {
                    "id": CONSOLE_APPLICATION, "name": "Console", "organisation": identifier("organisation", 0),
                    "open": True, "redirect_uris": [return_to], **caps, "version": 1,
                }  # fmt: skip
                await stamped.insert(conn, held, "application", row)
                key = {
                    "application": CONSOLE_APPLICATION, "kid": str(jwk["kid"]), "jwk": json.dumps(jwk),
                    "until_at": now + timedelta(days=3650), "revoked_at": None, "version": 1,
                }  # fmt: skip
                await stamped.insert(conn, held, "application_key", key)
                for rank in range(accounts):
                    if rank % OFFICES < count:
                        await _name(conn, held, rank)
                for rank in range(count):
                    await _admit(conn, held, rank, now)
            else:
                await stamped.amend(conn, held, "application", known, redirect_uris=[return_to])
    finally:
        await conn.close()


async def _name(conn: "asyncpg.Connection", held: Keys, rank: int) -> None:
    """A name for an adviser: pages of an office show those of colleagues."""
    account, own = identifier("account", rank), new_key()
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", account)
    assert row is not None, "the population has its advisers"
    owner = UUID(account).bytes
    who = Agent(first_name="Camille", last_name=f"Bench{rank}", email=f"bench{rank}@exemple.org")
    personal = seal(own, owner, "agent", encode(who))
    bound = {"idp_id": _PROVIDER, "subject_index": UUID(identifier("subject", rank))}
    await stamped.amend(conn, held, "account", row, wrapped_key=held.wrap(own, owner), personal=personal, **bound)


async def _admit(conn: "asyncpg.Connection", held: Keys, rank: int, at: datetime) -> None:
    """An adviser's habilitation in the console, at an office that accepts the provider."""
    served = {
        "id": identifier("console-served", rank), "habilitation": identifier("habilitation", rank),
        "application": CONSOLE_APPLICATION, "ended_at": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, held, "habilitation_application", served)
    accepted = {
        "id": identifier("accepted", rank), "organisation": identifier("organisation", rank % OFFICES),
        "provider": _PROVIDER, "name": "Bench", "source": "import", "accepted_at": at, "accepted_by": None,
        "withdrawn_at": None, "withdrawn_by": None, "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, held, "organisation_provider", accepted)


async def _codes(guard_dsn: str, held: Keys, states: Sequence[str]) -> list[str]:
    """A code for each adviser in turn, as the sign-in pages would hand it to the browser of that state."""
    policy, codes = policy_file.load_default(), []
    conn = await asyncpg.connect(guard_dsn)
    try:
        for rank, state in enumerate(states):
            async with conn.transaction():
                await turnstile.take(conn)
                account = await conn.fetchrow(
                    "SELECT * FROM guard.account WHERE id = $1", identifier("account", rank)
                )
                assert account is not None, "the population has its advisers"
                now = await conn.fetchval("SELECT guard.instant()")
                signed_in = SignedIn(
                    account, ApplicationId(CONSOLE_APPLICATION), Level.PASSKEY, now, state,
                    secrets.token_urlsafe(32), None, "{}",
                )  # fmt: skip
                codes.append(await begin(conn, held, policy.session, signed_in, policy.version))
        return codes
    finally:
        await conn.close()


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


def _sign_in(bench: Bench, held: Keys, port: int, count: int) -> list[Browser]:
    browsers = [Browser(port) for _ in range(count)]
    left = [browser.ask("/connexion/?suite=/portefeuille/") for browser in browsers]
    states = [parse_qs(urlsplit(answer.location).query)["state"][0] for answer in left]
    for browser, state, code in zip(
        browsers, states, asyncio.run(_codes(bench.roles.guard, held, states)), strict=True
    ):
        back = browser.ask(f"/retour/?{urlencode({'code': code, 'state': state})}")
        if back.status != 302:
            raise SystemExit(f"an adviser could not sign in: {back.status} {back.text[-500:]}")
    return browsers


def pages_of(people: int, rank: int, turn: int, course: str) -> Iterator[tuple[str, str, Mapping[str, str] | None]]:
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


def run(people: int, turns: int, folder: Path) -> dict[str, Any]:
    """Every measure; the dictionary that is written as JSON."""
    bench = Bench(folder, people, 0, 0)
    try:
        database = conninfo_to_dict(bench.roles.owner)["dbname"]
        rows = console_rows.fill(bench.server.dsn(database=str(database)), bench.roles, folder / "console")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        key = folder / f"console-{people}.jwk"
        jwk = ensure_application_key(key)
        count = min(ADVISERS, advisers(people))
        asyncio.run(
            _arm(bench.roles.guard, bench.keys, jwk, f"http://127.0.0.1:{port}/retour/", advisers(people), count)
        )
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
    browsers = _sign_in(bench, bench.keys, port, count)
    nobody = Browser(port)
    shown = browsers[0].ask("/catalogue/?mots=cuisine")
    course = _FIRST.search(shown.text)
    if course is None:
        raise SystemExit(f"the catalogue shows nothing: {shown.status} {shown.location} {shown.text[-500:]}")
    taken: dict[str, list[float]] = {}
    for turn in range(turns + 1):
        for rank, browser in enumerate(browsers):
            asked = [(BASELINE, nobody, "/accessibilite/", None)]
            asked += [
                (name, browser, address, form) for name, address, form in pages_of(people, rank, turn, course[1])
            ]
            for name, who, address, form in asked:
                if form is not None:
                    token = _TOKEN.search(who.ask(address).text)
                    form = {**form, "csrfmiddlewaretoken": token[1] if token else ""}
                answer = who.ask(address, form)
                if answer.status != 200:
                    raise SystemExit(f"{name}: {answer.status} {answer.location} {answer.text[-800:]}")
                if turn:
                    taken.setdefault(name, []).append(answer.taken)
    return taken


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
