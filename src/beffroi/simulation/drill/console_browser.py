"""An agent's browser in front of the console, without JavaScript: cookies, links, forms sent as pages show them."""

import re
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, urljoin, urlsplit

import asyncpg
import httpx

from beffroi.simulation.agents import Agent
from beffroi.simulation.drill.daily_life import hand_over
from beffroi.simulation.drill.form_filling import Form, Read, filled
from beffroi.simulation.drill.stage import Stage
from beffroi.simulation.people import Person

Given = Mapping[str, str | Sequence[str] | None]
"""What is typed, chosen and pressed, by the name of the control; several values for one that takes several, and
``None`` for the first that is offered."""
Upload = Mapping[str, tuple[str, bytes, str]]
"""Files by control: their name, content and type."""
_IDS: Final = re.compile("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+")
_WRONG: Final = re.compile(r'href="#id_([a-z_-]+)"')
"""Controls that a page's summary of errors leads to: their names, nothing that was typed."""
_REDIRECTS: Final = 4


class NoSuchForm(RuntimeError):
    """A page lacks the form that this step of the drill sends; the message names the page and the controls."""


def place(address: str) -> str:
    """The address without its ids: a section of a file is a page of its own."""
    return _IDS.sub("*", address.partition("#")[0])


def kind(address: str) -> str:
    """The address without its ids and without what is asked of it."""
    return _IDS.sub("*", address.partition("?")[0].partition("#")[0])


def taken(answer: httpx.Response) -> httpx.Response:
    """The same answer. Raises NoSuchForm where it says that what was sent was not taken."""
    if answer.status_code != 200:
        wrong = ", ".join(dict.fromkeys(_WRONG.findall(answer.text)))
        raise NoSuchForm(f"{kind(urlsplit(str(answer.url)).path)}: answered {answer.status_code} {wrong}".strip())
    return answer


class ConsoleBrowser:
    """One browser. ``pages`` counts the statuses of each kind of page; ``cookie`` is what the guard's pages left."""

    def __init__(self, url: str, pages: Counter[str] | None = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._url = url.rstrip("/")
        self.pages: Counter[str] = Counter() if pages is None else pages
        self.cookie = secrets.token_urlsafe(32)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    async def sign_in(self, conn: "asyncpg.Connection", stage: Stage, agent: Agent, begins: str = "/") -> None:
        """Begin a session as the guard's pages would."""
        left = self._http.get(f"/connexion/?suite={begins}")
        state = parse_qs(urlsplit(left.headers["location"]).query)["state"][0]
        code = await hand_over(conn, stage, agent, state, self.cookie)
        self.get(f"/retour/?code={code}&state={state}")

    def get(self, address: str) -> httpx.Response:
        """One page as it is answered, a redirect included."""
        return self._counted("get", address, self._http.get(address))

    def read(self, address: str) -> httpx.Response:
        """One page, redirects within the console followed."""
        return self.read_after(self.get(address))

    def post(self, address: str, given: Given, files: Upload | None = None) -> httpx.Response:
        """Send a form that is not looked for on any page; the answer as it is."""
        headers = {"origin": self._url, "referer": f"{self._url}/"}
        data = {name: value if isinstance(value, str) else list(value or ()) for name, value in given.items()}
        return self._counted("post", address, self._http.post(address, data=data, files=files, headers=headers))

    def submit(
        self,
        address: str,
        given: Given,
        files: Upload | None = None,
        *,
        about: Person | None = None,
        to: str = "",
    ) -> httpx.Response:
        """Read a page, send its form that has these controls, and ends in ``to``; follow where it leads.

        What is hidden in it goes along; with ``about``, its other controls get what belongs there of this person.
        Raises NoSuchForm where the page has none.
        """
        return self.submit_on(self.read(address), given, files, about=about, to=to)

    def submit_on(
        self,
        page: httpx.Response,
        given: Given,
        files: Upload | None = None,
        *,
        about: Person | None = None,
        to: str = "",
    ) -> httpx.Response:
        """The same on a page that was read already."""
        wanted, here = {*given, *(files or {})}, str(page.url)
        own = (here.removeprefix(self._url), "")
        offered = Read(page.text).forms if wanted else [one for one in Read(page.text).forms if one.action in own]
        form = next((one for one in offered if one.action.endswith(to) and _has(one, wanted, given)), None)
        if form is None:
            shown = kind(urlsplit(here).path)
            raise NoSuchForm(f"{shown} {page.status_code}: no form with {', '.join(sorted(wanted))}")
        chosen = {one.name: [value for value in one.options if value][:1] for one in form.fields if one.options}
        sent: dict[str, str | Sequence[str]] = {name: value for name, value in chosen.items() if name in given}
        if about is not None:
            sent |= filled(Form(form.action, form.method, form.fields), about, 0, indiscreet=False)
        for name in {one.name for one in form.fields if one.type == "hidden"}:
            sent[name] = [one.value for one in form.fields if (one.name, one.type) == (name, "hidden")]
        action = urljoin(here, form.action or here).removeprefix(self._url)
        sent |= {name: value for name, value in given.items() if value is not None}
        return self.read_after(self.post(action, sent, files))

    def read_after(self, answer: httpx.Response) -> httpx.Response:
        """The page that an answer leads to within the console."""
        for _ in range(_REDIRECTS):
            if not (answer.is_redirect and answer.headers["location"].startswith("/")):
                break
            answer = self.get(answer.headers["location"])
        return answer

    def query(self, action: str, sent: Mapping[str, str]) -> httpx.Response:
        """Send a form by its address, as one that searches does."""
        address = action.partition("?")[0]
        return self._counted("get", address, self._http.get(address, params=dict(sent)))

    def _counted(self, method: str, address: str, answer: httpx.Response) -> httpx.Response:
        self.pages[f"{method} {kind(address)} {answer.status_code}"] += 1
        return answer


def _has(form: Form, wanted: set[str], given: Given) -> bool:
    """Whether the form has each control, with the value asked where its page fixes it."""
    names = {one.name for one in form.fields} | {name for name, _ in form.buttons}
    if not wanted <= names:
        return False
    fixed = {one.name: {one.value} for one in form.fields if one.type == "hidden"}
    for name, value in form.buttons:
        fixed.setdefault(name, set()).add(value)
    return all(given[name] in {None, *values} for name, values in fixed.items() if name in given)
