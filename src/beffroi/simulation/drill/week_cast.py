"""Who does the week's duties: a browser for each, passkeys of those who agree, people whom they follow."""

from collections import Counter, deque
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from beffroi.guard import stamped
from beffroi.simulation.drill.browsing import Browser
from beffroi.simulation.drill.console_browser import ConsoleBrowser, NoSuchForm, kind
from beffroi.simulation.drill.form_filling import Read
from beffroi.simulation.drill.passkey import Passkey
from beffroi.simulation.drill.stage import APPLICATION, RETURN_TO, Stage
from beffroi.simulation.people import Person
from beffroi.simulation.personas import BY_LOGIN

if TYPE_CHECKING:
    import asyncpg

ADVISER, COLLEAGUE, ELSEWHERE = "camille.moreau", "karim.haddad", "sophie.lambert"
RECEPTION, TRAINER, CLERK = "sandrine.lopez", "nadia.benali", "odile.renard"
CORRESPONDENT, OFFICER = "dorothee.vasseur", "claire.fontaine"
APPROVERS: Final = ("helene.marchand", "thomas.leroux")


class Cast:
    """Everybody of a week, in front of one console and one guard.

    ``kept`` is what is searched of the files that were handed out; ``done`` and ``undone`` are the duties, with what
    stopped them.
    """

    def __init__(
        self, conn: "asyncpg.Connection", guard_dsn: str, stage: Stage, url: str, guard_port: int,
        pages: Counter[str], newcomers: Sequence[Person],
    ) -> None:  # fmt: skip
        self.conn, self.guard_dsn, self.stage = conn, guard_dsn, stage
        self.url, self.guard_port, self.pages = url, guard_port, pages
        self.newcomers = deque(newcomers)
        self.done: list[str] = []
        self.undone: dict[str, str] = {}
        self.kept: dict[str, bytes] = {}
        self.handed_out = 0
        self._browsers: dict[str, ConsoleBrowser] = {}
        self._passkeys = {login: Passkey() for login in APPROVERS}
        self._people: dict[str, deque[Person]] = {}

    async def ready(self) -> None:
        """Passkeys enrolled, and the console an application to which people come back as well."""
        keys = self.stage.keys()
        now = await stamped.instant(self.conn)
        for login, passkey in self._passkeys.items():
            nothing = dict.fromkeys(("secret", "last_step", "locked_until", "revoked_at"))
            row = {
                "id": str(uuid4()), "account": BY_LOGIN[login].id, "kind": "passkey",
                "credential_id": passkey.credential_id, "public_key": passkey.public_key, "sign_count": 0,
                "failures": 0, "created_at": now, "version": 1, **nothing,
            }  # fmt: skip
            await stamped.insert(self.conn, keys, "factor", row)
        known = await self.conn.fetchrow("SELECT * FROM guard.application WHERE id = $1", APPLICATION)
        assert known is not None, "the stage has its application"
        back = [RETURN_TO, f"{self.url}/retour/", f"{self.url}/mon-espace/retour/"]
        await stamped.amend(self.conn, keys, "application", known, redirect_uris=back)

    async def at(self, login: str) -> ConsoleBrowser:
        """The browser of an agent, signed in since this morning."""
        if login not in self._browsers:
            self._browsers[login] = ConsoleBrowser(self.url, self.pages)
            await self._browsers[login].sign_in(self.conn, self.stage, BY_LOGIN[login])
        return self._browsers[login]

    def go_home(self) -> None:
        """Everybody closes the browser for the night."""
        for browser in self._browsers.values():
            browser.__exit__(None, None, None)
        self._browsers.clear()

    async def one_of(self, login: str, *, minor: bool = False) -> Person:
        """Somebody whom this adviser follows, and about whom no other duty was done."""
        if login not in self._people:
            own = [r.person for r in self.stage.records if any(x.referent_login == login for x in r.relations)]
            self._people[login] = deque(reversed(own))
        browser = await self.at(login)
        grown = date.today() - timedelta(days=18 * 365.25)  # noqa: DTZ011  as the page reckons
        for person in [each for each in self._people[login] if not minor or each.birth_date > grown]:
            self._people[login].remove(person)
            if browser.get(f"/personnes/{person.id}/").status_code == 200:
                return person
        raise NoSuchForm(f"{login} follows nobody any more")

    async def agreed(self, request: str, count: int) -> None:
        """As many approvers sign a request on the guard's page, where its page in the console sends them.

        Those who may not, being tied to whoever asks, are not sent there.
        """
        signed = 0
        for login in APPROVERS:
            page = (await self.at(login)).read(f"/demandes/{request}/")
            hidden = [one for form in Read(page.text).forms for one in form.fields if one.name == "adresse"]
            if not hidden or signed == count:
                continue
            signed += 1
            async with Browser(self.guard_port, (await self.at(login)).cookie) as browser:
                status = await browser.decide(hidden[0].value, self._passkeys[login], agree=True)
            if status != 303:
                raise NoSuchForm(f"the word of an approver was not heard: {status}")
        if signed < count:
            raise NoSuchForm(f"/demandes/*/: {signed} of {count} had something to decide")

    def keep(self, what: str, answer: httpx.Response, *, content: bool = False) -> None:
        """A file as it was handed out, to be searched: its name always, what is in it where nobody may be."""
        name = answer.headers.get("content-disposition", "")
        if answer.status_code != 200 or not name:
            raise NoSuchForm(f"{what}: answered {answer.status_code} without a file")
        self.handed_out += 1
        self.kept[f"name of {what}"] = name.encode()
        if content:
            self.kept[f"content of {what}"] = answer.content


def today(after: int = 0) -> str:
    """Today or a day after it, as forms take it."""
    return f"{date.today() + timedelta(days=after):%d/%m/%Y}"  # noqa: DTZ011  a form shows the day of here


def links(page: httpx.Response, begins: str) -> list[str]:
    """Links of a page below an address, each once."""
    found = [urlsplit(link).path for link in Read(page.text).links if link.startswith(begins)]
    return [link for link in dict.fromkeys(found) if link != begins]


def link(page: httpx.Response, begins: str, part: str = "") -> str:
    """The first of these links that has this part. Raises NoSuchForm where there is none."""
    found = next((one for one in links(page, begins) if part in one), None)
    if found is None:
        raise NoSuchForm(f"{kind(path(page))} {page.status_code}: no link to {kind(begins)}{part}")
    return found


def token(page: httpx.Response) -> dict[str, str]:
    """What the console puts in every form of a page."""
    found = [one for form in Read(page.text).forms for one in form.fields if one.name == "csrfmiddlewaretoken"]
    return {one.name: one.value for one in found[:1]}


def path(page: httpx.Response) -> str:
    """The address of a page without what is asked of it."""
    return urlsplit(str(page.url)).path
