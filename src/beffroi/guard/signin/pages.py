"""The guard's pages: rendered here, in French or in English, under the strictest content policy that works.

CSP level 3: nothing from another origin, no inline script or style, no frame. ``form-action`` names the application's
origin where a form ends there, because browsers apply it to the redirect that follows a POST.
"""

import re
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from beffroi.guard.settings import Mode
from beffroi.guard.signin.sentences import ENGLISH
from beffroi.guard.web.problems import LANGUAGES, language_of
from beffroi.guard.web.requests import HTML, NO_STORE, Answer, Call, Header

LANGUAGE_COOKIE: Final = "beffroi-language"
_PARIS: Final = ZoneInfo("Europe/Paris")
_PAGES: Final = Environment(
    loader=PackageLoader("beffroi.guard.signin"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
_FIXED: Final[tuple[Header, ...]] = (
    HTML,
    NO_STORE,
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"publickey-credentials-get=(self), publickey-credentials-create=(self)"),
    (b"vary", b"accept-language, cookie"),
)
_BEFORE_PUNCTUATION: Final = re.compile(r" (?=[:;?!»])")
_STATIC: Final = {
    "guard.css": b"text/css; charset=utf-8",
    "passkey.js": b"text/javascript; charset=utf-8",
    "logo.svg": b"image/svg+xml",
}
STATIC: Final = "/sign-in/static/"


def translate(tongue: str, sentence: str) -> str:
    """A sentence of the pages in the language wanted; French is the source, an English one is never missing.

    French double punctuation is preceded by a no-break space (Lexique de l’Imprimerie nationale).
    """
    return ENGLISH[sentence] if tongue == "en" else _BEFORE_PUNCTUATION.sub("\u00a0", sentence)


def language(call: Call) -> str:
    """``fr`` or ``en``: the link just followed, else the cookie, else the browser's preference."""
    wanted = _asked(call) or call.cookies().get(LANGUAGE_COOKIE, "")
    return wanted if wanted in LANGUAGES else language_of(call.headers.get(b"accept-language"))


def _asked(call: Call) -> str | None:
    for field in call.query.split(b"&"):
        if field in (b"language=fr", b"language=en"):
            return field[-2:].decode("ascii")
    return None


def page(
    call: Call, template: str, status: int = 200, *headers: Header, lead_to: str | None = None, **values: object
) -> Answer:
    """Render a template. ``lead_to`` is the registered address a form of this page may end at."""
    tongue = language(call)
    asked = _asked(call)
    if asked is not None:
        secure = "; Secure" if is_secure(call) else ""
        cookie = f"{LANGUAGE_COOKIE}={asked}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}"
        headers = (*headers, (b"set-cookie", cookie.encode("ascii")))
    body = _PAGES.get_template(template).render(
        _=lambda sentence: translate(tongue, sentence),
        language=tongue,
        here=call.path,
        switchable=call.method == "GET",
        static=STATIC,
        demonstration=call.services.settings.mode is Mode.DEMONSTRATION,
        **values,
    )
    policy = _POLICY if lead_to is None else f"{_POLICY} {origin_of(lead_to)}"
    security = (b"content-security-policy", policy.encode("ascii"))
    spoken = (b"content-language", tongue.encode("ascii"))
    return Answer(status, (*_FIXED, security, spoken, *headers), body.encode())


def clock_text(at: datetime, tongue: str) -> str:
    """An hour as people of that language write it, in Paris."""
    local = at.astimezone(_PARIS)
    return f"{local:%H:%M}" if tongue == "en" else f"{local:%H}\u00a0h\u00a0{local:%M}"


def is_same_day(one: datetime, other: datetime) -> bool:
    """Whether two instants fall on one day in Paris."""
    return one.astimezone(_PARIS).date() == other.astimezone(_PARIS).date()


def origin_of(url: str) -> str:
    """Scheme and authority of a URL (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_secure(call: Call) -> bool:
    """Whether people reach the guard over TLS; only a demonstration on this machine does without."""
    return call.services.settings.public_url.startswith("https://")


async def static(call: Call) -> Answer:
    """The stylesheet, the script of passkeys, the logo; nothing else, and never by path."""
    name = call.path.removeprefix(STATIC)
    headers: tuple[Header, ...] = (
        (b"content-type", _STATIC[name]),
        (b"cache-control", b"public, max-age=3600"),
        (b"cross-origin-resource-policy", b"same-origin"),
    )
    return Answer(200, headers, _file(name))


STATIC_ROUTES: Final = {("GET", STATIC + name): static for name in _STATIC}


@lru_cache(maxsize=len(_STATIC))
def _file(name: str) -> bytes:
    return (files("beffroi.guard.signin") / "static" / name).read_bytes()
