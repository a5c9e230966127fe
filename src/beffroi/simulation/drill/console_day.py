"""The same day through the console's pages, with a browser's cookies: what its process writes must hold nobody."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import httpx

from beffroi.simulation.drill.daily_life import WORKER, hand_over
from beffroi.simulation.drill.scratch import ScratchDatabase
from beffroi.simulation.drill.stage import Stage
from beffroi.simulation.people import FOLLOWED, Person
from beffroi.simulation.personas import BY_LOGIN

_FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def play(database: ScratchDatabase, url: str, stage: Stage) -> Counter[str]:
    """Sign in, read, search, break the glass, mistype; the statuses of each page."""
    own = [r.person for r in stage.records if any(x.referent_login == WORKER for x in r.relations)]
    others = [r.person for r in stage.records if not any(x.kind == FOLLOWED for x in r.relations)]
    with httpx.Client(base_url=url, timeout=20, trust_env=False) as browser:
        visit = _Visit(browser)
        left = visit.get("/connexion/?suite=/portefeuille/")
        state = parse_qs(urlsplit(left.headers["location"]).query)["state"][0]
        code = asyncio.run(_code(database, stage, state))
        visit.get(f"/retour/?code={code}&state={state}", as_page="/retour/")
        visit.get("/portefeuille/")
        visit.get("/portefeuille/structure/")
        visit.get("/mon-compte/")
        for person in own[:5]:
            visit.get(f"/personnes/{person.id}/", as_page="/personnes/")
            visit.follow(person)
        visit.get("/rendez-vous/")
        visit.get("/portefeuille/filtre/?statut=followed")
        visit.search([*own[5:7], *others[:2]])
        visit.break_the_glass(others[:2])
        visit.mistype(own[7:9])
        return visit.pages


async def _code(database: ScratchDatabase, stage: Stage, state: str) -> str:
    conn = await asyncpg.connect(database.guard)
    try:
        return await hand_over(conn, stage, BY_LOGIN[WORKER], state)
    finally:
        await conn.close()


class _Visit:
    """One browser, and what it was answered."""

    def __init__(self, browser: httpx.Client) -> None:
        self._browser = browser
        self.pages: Counter[str] = Counter()

    def get(self, address: str, *, as_page: str | None = None, **headers: str) -> httpx.Response:
        answer = self._browser.get(address, headers=headers)
        self.pages[f"{as_page or address.partition('?')[0]} {answer.status_code}"] += 1
        return answer

    def _post(self, address: str, page: str, form: dict[str, str]) -> None:
        """Send a form as its page shows it, with the page's own token."""
        shown = self._browser.get(page)
        token = _FORM_TOKEN.search(shown.text)
        sent = {**form, "csrfmiddlewaretoken": token[1]} if token else form
        headers = {"origin": str(self._browser.base_url).rstrip("/"), "referer": str(self._browser.base_url)}
        answer = self._browser.post(address, data=sent, headers=headers)
        self.pages[f"{re.sub('[0-9a-f-]{36}/', '', address)} {answer.status_code}"] += 1

    def follow(self, person: Person) -> None:
        """Give an hour and write a status, with names typed where codes belong."""
        name, day = f"{person.first_names} {person.last_name}", str((datetime.now(UTC) + timedelta(days=2)).date())
        hours, status = f"/personnes/{person.id}/rendez-vous/", f"/personnes/{person.id}/parcours/"
        hour = {"day": day, "hour": "10:00", "minutes": "45", "kind": "follow-up", "place": "office", "knowing": "1"}
        for sent in (hour, {**hour, "kind": name, "place": person.address_line}):
            self._post(hours, hours, sent)
        for said in ("followed", name):
            self._post(status, status, {"quoi": "statut", "status": said})

    def search(self, people: Sequence[Person]) -> None:
        for person in people:
            for by, value in (("nir", person.nir), ("email", person.email), ("phone", person.phone)):
                if value:
                    self._post("/recherche/", "/recherche/", {"recherche": "numero", "by": by, "value": value})
            name = {
                "last_name": person.last_name,
                "first_name": person.first_names.split(",")[0],
                "birth_date": person.birth_date.strftime("%d/%m/%Y"),
            }
            self._post("/recherche/", "/recherche/", {"recherche": "identite", **name})

    def break_the_glass(self, people: Sequence[Person]) -> None:
        for person in people:
            page = f"/personnes/{person.id}/"
            text = f"{person.first_names} {person.last_name}, {person.nir}, {person.email}, attend à l’accueil."
            self._post(f"{page}urgence/", page, {"reason": "emergency", "text": text})

    def mistype(self, people: Sequence[Person]) -> None:
        for person in people:
            name = f"{person.first_names} {person.last_name}"
            self.get(f"/personnes/{quote(name)}/", as_page="/personnes/name/")
            self.get(f"/recherche/?nir={person.nir}&email={quote(person.email)}")
            wrong = {"recherche": "numero", "by": "nir", "value": name}
            self._post("/recherche/", "/recherche/", wrong)
            self._browser.post("/recherche/", data={"value": person.nir, "csrfmiddlewaretoken": person.nir})
        for person in people:
            self.get("/", host=f"{person.nir}.example")
            # Another browser with the same cookies: the session is revoked, so this comes last.
            self.get("/portefeuille/", referer=f"http://localhost/?nir={person.nir}", **{"user-agent": person.nir})
