"""Duties of a week around what people are told and may ask: files that leave, messages, requests, their own space."""

import re
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

import asyncpg
import httpx

from beffroi.core import policy_file
from beffroi.guard import stamped
from beffroi.guard.erasing import archiving, carrying, lists
from beffroi.guard.notifying import composing
from beffroi.simulation import former
from beffroi.simulation.drill.console_browser import ConsoleBrowser, NoSuchForm, taken
from beffroi.simulation.drill.form_filling import Read, story
from beffroi.simulation.drill.week_cast import (
    ADVISER,
    COLLEAGUE,
    CORRESPONDENT,
    OFFICER,
    Cast,
    link,
    path,
    today,
    token,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_CODE: Final = re.compile(r"\b([0-9A-Z]{4}(?:-[0-9A-Z]{4}){2,3})\b")
_FORM_TOKEN: Final = re.compile(r'name="form_token" value="([^"]+)"')


async def export(cast: Cast) -> None:
    """Two people at once, then all of one's own once a second person agreed."""
    browser = await cast.at(ADVISER)
    two = [(await cast.one_of(ADVISER)).id for _ in range(2)]
    home = "/portefeuille/fichiers/"
    page = browser.post("/portefeuille/export/", {**token(browser.read("/portefeuille/")), "personne": two})
    chosen = {"groups": ["contact"], "reason": _first(page, "reason")}
    cast.keep("a file of two people", browser.submit_on(page, {**chosen, "etape": "telecharger"}))
    page = browser.read("/portefeuille/export/?portee=mes")
    asked = Read(taken(browser.submit_on(page, {**chosen, "etape": "demander"})).text).forms
    request = next(form.action.split("/")[3] for form in asked if form.action.endswith("/retrait/"))
    await cast.agreed(request, 1)
    copy = browser.post(f"{home}{request}/", token(browser.read(home)))
    cast.keep("a file that was agreed to", copy)


async def messages(cast: Cast) -> None:
    """Two people are written to; whoever got the message looks its code up."""
    browser = await cast.at(ADVISER)
    two = [(await cast.one_of(ADVISER)).id for _ in range(2)]
    page = browser.post("/portefeuille/message/", {**token(browser.read("/portefeuille/")), "personne": two})
    said = {"subject": "call-back", "day": "", "hour": ""}
    read = taken(browser.submit_on(page, {**said, "etape": "relire"}))
    sent = taken(browser.submit_on(read, {**said, "etape": "envoyer"}))
    taken(browser.submit("/verifier/", {"code": _code(sent)}))


async def rights(cast: Cast) -> None:
    """What a person asks of the office: identity checked, data handed out, answered in words."""
    browser, person = await cast.at(CORRESPONDENT), await cast.one_of(COLLEAGUE)
    shown = taken(browser.submit(f"/personnes/{person.id}/droits/", {"article": "access", "received_on": today()}))
    request = path(shown)
    for _ in range(2):
        shown = taken(browser.submit_on(shown, {"suite": _first_button(shown, "suite", but=("refused", "extend"))}))
    for form in ("html", "json"):
        cast.keep(f"data handed out ({form})", browser.submit_on(shown, {"forme": form}))
    taken(browser.submit(request, {"suite": "answered", "text": story(person)}))


async def own_space(cast: Cast) -> None:
    """A code handed over, typed on the guard's page; a consultation reported, then answered."""
    browser, person = await cast.at(ADVISER), await cast.one_of(ADVISER)
    code = _code(taken(browser.submit(f"/personnes/{person.id}/code-d-acces/", {})))
    with _Visitor(cast) as visitor:
        visitor.enter(code)
        asked = visitor.browser.submit("/mon-espace/consultations/", {"entree": None}, to="/signaler/")
        taken(visitor.browser.submit_on(asked, {"confirme": "oui"}))
    officer = await cast.at(OFFICER)
    taken(officer.submit("/signalements/", {"signalement": None, "reponse": None}))


async def retention(cast: Cast) -> None:
    """Files that nobody follows are archived; the list of those to erase is looked at, signed by two, carried out."""
    keys, policy = cast.stage.keys(), policy_file.load_default()
    await former.write(cast.conn, keys, cast.stage.population.world, await stamped.instant(cast.conn))
    pool = await asyncpg.create_pool(cast.guard_dsn, min_size=1, max_size=2)
    try:
        for part in (archiving.archive, lists.prepare):
            await part(pool, keys, policy)
        browser = await cast.at(CORRESPONDENT)
        list_ = link(browser.read("/effacements/"), "/effacements/")
        hold = link(browser.read(list_), list_, "retenir/")
        taken(browser.submit(hold, {"reason": _first(browser.read(hold), "reason")}))
        taken(browser.submit(list_, {"empreinte": None}))
        request = await cast.conn.fetchval(
            "SELECT id FROM guard.request WHERE kind = 'erasure' AND status = 'pending'"
        )
        await cast.agreed(str(request), 2)
        done = await carrying.carry_out(pool, keys, policy)
        if not done:
            raise NoSuchForm("nobody was erased")
    finally:
        await pool.close()


async def mails(cast: Cast) -> None:
    """What the week has to tell agents is put in the queue, as the worker does."""
    async with cast.conn.transaction():
        await composing.compose_due(cast.conn, cast.stage.keys())


class _Visitor:
    """A person's own browser, at the console and on the guard's page that takes a code."""

    def __init__(self, cast: Cast) -> None:
        self.browser = ConsoleBrowser(cast.url, cast.pages)
        self._guard = httpx.Client(base_url=f"http://127.0.0.1:{cast.guard_port}", timeout=20, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.browser.__exit__(kind, value, traceback)
        self._guard.close()

    def enter(self, code: str) -> None:
        """From the console to the guard's page, and back with a session."""
        left = self.browser.get("/mon-espace/code/").headers["location"]
        self._guard.get(_query(left))
        page = self._guard.get("/person/code")
        form = _FORM_TOKEN.search(page.text)
        sent: Mapping[str, str] = {"form_token": form[1] if form else "", "code": code}
        origin = str(self._guard.base_url).rstrip("/")
        back = self._guard.post("/person/code", data=dict(sent), headers={"origin": origin})
        if back.status_code != 303:
            raise NoSuchForm(f"/person/code: answered {back.status_code}")
        taken(self.browser.read(_query(back.headers["location"])))


def _query(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _code(page: httpx.Response) -> str:
    found = _CODE.search(page.text)
    if found is None:
        raise NoSuchForm(f"{path(page).split('/')[1]}: no code is shown")
    return found[1]


def _first(page: httpx.Response, name: str) -> str:
    """The first choice of a control."""
    for form in Read(page.text).forms:
        for one in form.fields:
            options = [value for value in one.options if value]
            if one.name == name and options:
                return options[0]
    raise NoSuchForm(f"{path(page).split('/')[1]}: nothing to choose for {name}")


def _first_button(page: httpx.Response, name: str, but: tuple[str, ...]) -> str:
    for form in Read(page.text).forms:
        for button, value in form.buttons:
            if button == name and value not in but:
                return value
    raise NoSuchForm(f"{path(page).split('/')[1]}: no button {name}")
