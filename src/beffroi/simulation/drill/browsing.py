"""A browser on the guard's own pages, without JavaScript: cookies, redirects followed by hand, forms as they are."""

import base64
import html
import re
import secrets
from datetime import datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from beffroi.guard.signin.browser import agent_cookie
from beffroi.simulation.drill.passkey import Passkey
from beffroi.simulation.drill.stage import APPLICATION, RETURN_TO
from beffroi.simulation.identity_provider.personas import Persona
from beffroi.standards import totp

HOST: Final = "127.0.0.1"
REFUSAL: Final = "La demande ne correspond pas à ce que je peux vérifier."
_TOKEN: Final = re.compile(r'name="form_token" value="([^"]+)"')
_OPTIONS: Final = re.compile(r'data-options="([^"]+)"')
_SECRET: Final = re.compile(r"<code>([A-Z2-7]{26,})</code>")
_CODE: Final = re.compile(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}")


class Unexpected(RuntimeError):
    """A page was not what this step of the drill leads to; the message says which, never what was on it."""


class Browser:
    """One person's browser. ``cookie`` is what the guard left there when the session began."""

    def __init__(self, port: int, cookie: str | None = None) -> None:
        self.url = f"http://{HOST}:{port}"
        self._state = secrets.token_urlsafe(32)
        self._http = httpx.AsyncClient(timeout=20, trust_env=False, verify=False)
        if cookie is not None:
            self._http.cookies.set(agent_cookie(APPLICATION), cookie, domain=HOST)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def decide(self, decide_url: str, passkey: Passkey, *, agree: bool) -> int:
        """Sign or refuse a request on its page; the status of the last answer: 303 when it was heard."""
        page = await self._go(decide_url)
        if page.status_code != 200:
            return page.status_code
        given = {"verdict": "refuse", "reason": REFUSAL}
        if agree:
            given = {"verdict": "approve", "answer": self._signed(page, passkey)}
        return (await self._send("/approvals/decide", page, given)).status_code

    async def witness(self, proof_url: str, passkey: Passkey) -> str:
        """Confirm oneself, say that an identity card was seen; the code that the page then shows."""
        page = await self._go(proof_url)
        given = {"kind": "passkey", "answer": self._signed(page, passkey)}
        _expect(await self._send("/sign-in/factor", page, given), 303)
        proof = await self._http.get(f"{self.url}/proofs/hand-over")
        handed = await self._send("/proofs/hand-over", proof, {"proof": "identity-card"})
        code = _CODE.search(handed.text)
        if code is None:
            raise Unexpected(f"no code was handed over: {handed.status_code}")
        return code[0]

    async def enrol(self, persona: Persona, code: str, at: datetime) -> str | None:
        """Sign in at the provider, type the enrolment code, keep a one-time password; what the application gets.

        ``None`` when the guard does not take the code.
        """
        begun = await self._http.get(f"{self.url}/sign-in?{urlencode(self._fields())}")
        people = await self._http.get(_left(begun))
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(_left(begun)))
        typed = {"login": persona.login, "method": "otp", "password": "demonstration", "action": "sign-in"}
        returned = await self._http.get(_left(await self._http.post(origin + _left(people), data=typed)))
        _expect(returned, 303)
        page = await self._http.get(f"{self.url}/sign-in/enrol")
        if (await self._send("/sign-in/enrol", page, {"kind": "code", "code": code})).status_code != 303:
            return None
        choice = await self._http.get(f"{self.url}/sign-in/enrol")
        secret = _SECRET.search(choice.text)
        if secret is None:
            raise Unexpected(f"no one-time password is offered: {choice.status_code}")
        key = base64.b32decode(secret[1])
        kept = {"kind": "totp", "code": totp.code(key, totp.step_at(at))}
        left = await self._send("/sign-in/enrol", choice, kept)
        return dict(parse_qsl(urlsplit(_left(left)).query))["code"]

    @property
    def state(self) -> str:
        """What the application gave this browser, and expects back."""
        return self._state

    def _fields(self) -> dict[str, str]:
        return {"application": APPLICATION, "return_to": RETURN_TO, "state": self._state}

    async def _go(self, url: str) -> httpx.Response:
        """One of the guard's addresses, as the application would send the browser there; the page it leads to."""
        begun = await self._http.get(f"{url}&{urlencode(self._fields())}")
        return begun if begun.status_code != 303 else await self._http.get(self.url + _left(begun))

    async def _send(self, path: str, page: httpx.Response, fields: dict[str, str]) -> httpx.Response:
        token = _TOKEN.search(page.text)
        if token is None:
            raise Unexpected(f"{path}: a page without its form: {page.status_code}")
        data = {"form_token": token[1], **fields}
        return await self._http.post(self.url + path, data=data, headers={"origin": self.url})

    def _signed(self, page: httpx.Response, passkey: Passkey) -> str:
        options = _OPTIONS.search(page.text)
        if options is None:
            raise Unexpected(f"a page that asks for no passkey: {page.status_code}")
        return passkey.sign(html.unescape(options[1]), self.url, HOST)


def _expect(answer: httpx.Response, status: int) -> None:
    if answer.status_code != status:
        raise Unexpected(f"{urlsplit(str(answer.url)).path}: {answer.status_code}")


def _left(answer: httpx.Response) -> str:
    """Where a redirect leads."""
    _expect(answer, 303)
    return answer.headers["location"]
