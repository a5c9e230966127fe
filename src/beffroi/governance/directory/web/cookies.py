"""The console's cookies: the session's handle and desk, the device, and what waits while the agent is at the guard.

The handle lives in the browser and nowhere else: a copy of the console's database opens no session
(docs/decisions/0008-console-keeps-no-session.md).
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from beffroi.core.identifying import Identifying
from beffroi.governance.directory.sealing import seal, unseal

_WAIT_SECONDS: Final = 900
"""How long a departure for the guard may last; the guard's own sign-in lives ten minutes."""
_DEVICE_SECONDS: Final = 365 * 24 * 3600
_DEVICE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_PIECE: Final = 3_500
"""Characters in one cookie: browsers keep 4,096 bytes, name and attributes included (RFC 6265 section 6.1)."""
_PIECES: Final = 6


class Waiting(msgspec.Struct, frozen=True):
    """A departure for the guard: its state, the page to come back to, and the form that was being sent, if any."""

    state: str
    path: str
    form: tuple[tuple[str, str], ...] | None = None

    def __repr__(self) -> str:
        return f"Waiting({self.path.partition('?')[0]})"


class Desk(msgspec.Struct, frozen=True):
    """Whose session this browser holds, for the pages shown while the guard, which alone knows, does not answer.

    Random ids and the end of the session; it opens nothing: what such a page shows has no identity.
    """

    account: str
    organisation: str
    until: datetime


def _name(short: str) -> str:
    return f"{settings.DIRECTORY_COOKIE_PREFIX}beffroi-{short}"


def _write(response: HttpResponse, short: str, value: str, seconds: int | None) -> None:
    response.set_cookie(
        _name(short),
        value,
        max_age=seconds,
        path="/",
        secure=bool(settings.DIRECTORY_COOKIE_PREFIX),
        httponly=True,
        samesite="Lax",
    )


def _delete(response: HttpResponse, short: str) -> None:
    response.set_cookie(
        _name(short),
        "",
        max_age=0,
        expires="Thu, 01 Jan 1970 00:00:00 GMT",
        path="/",
        secure=bool(settings.DIRECTORY_COOKIE_PREFIX),
        httponly=True,
        samesite="Lax",
    )


def read_handle(request: HttpRequest) -> Identifying | None:
    """The session's handle that this browser holds."""
    sealed = request.COOKIES.get(_name("agent"))
    text = None if sealed is None else unseal(settings.SECRET_KEY, "handle", sealed)
    return None if text is None else Identifying(text)


def write_handle(response: HttpResponse, handle: Identifying) -> None:
    """Hand the handle to the browser, until it is closed."""
    _write(response, "agent", seal(settings.SECRET_KEY, "handle", handle.reveal()), None)


def forget_handle(response: HttpResponse) -> None:
    """Take it back, and what was noted of its session."""
    _delete(response, "agent")
    forget_desk(response)


def takes_handle_back(response: HttpResponse) -> bool:
    """Whether this answer ends what the browser holds."""
    found = response.cookies.get(_name("agent"))
    return found is not None and not found.value


def read_desk(request: HttpRequest) -> Desk | None:
    """Whose session this browser last held, while that session may still be live."""
    sealed = request.COOKIES.get(_name("bureau"))
    text = None if sealed is None else unseal(settings.SECRET_KEY, "desk", sealed)
    desk = None if text is None else msgspec.json.decode(text, type=Desk)
    return desk if desk is not None and desk.until > datetime.now(UTC) else None


def write_desk(response: HttpResponse, desk: Desk) -> None:
    """Note it, until the browser is closed."""
    _write(response, "bureau", seal(settings.SECRET_KEY, "desk", msgspec.json.encode(desk).decode()), None)


def forget_desk(response: HttpResponse) -> None:
    """Take it back."""
    _delete(response, "bureau")


def device_of(request: HttpRequest) -> str | None:
    """The secret that names this browser from one sign-in to the next."""
    device = request.COOKIES.get(_name("poste"), "")
    return device if _DEVICE.fullmatch(device) else None


def write_device(response: HttpResponse) -> None:
    """Name this browser for a year."""
    _write(response, "poste", secrets.token_urlsafe(32), _DEVICE_SECONDS)


def fingerprint(request: HttpRequest) -> str:
    """What the guard binds a session to: this device and this kind of browser, 43 characters.

    Version numbers are left out, so that a browser which updates itself in the middle of a morning stays the same.
    """
    family = re.sub(r"[\d._]+", "", request.headers.get("User-Agent", ""))
    keyed = hmac.new((device_of(request) or "").encode(), family.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(keyed).rstrip(b"=").decode("ascii")


def _slot(state: str) -> str:
    return f"attente-{hashlib.sha256(state.encode()).hexdigest()[:12]}"


def write_waiting(response: HttpResponse, waiting: Waiting) -> bool:
    """Keep what waits, in the browser; False when the form is too large to be kept (the rest is)."""
    kept = True
    sealed = seal(settings.SECRET_KEY, "waiting", msgspec.json.encode(waiting).decode())
    if len(sealed) > _PIECE * _PIECES:
        kept = False
        without = msgspec.structs.replace(waiting, form=None)
        sealed = seal(settings.SECRET_KEY, "waiting", msgspec.json.encode(without).decode())
    pieces = [sealed[start : start + _PIECE] for start in range(0, len(sealed), _PIECE)]
    for number, piece in enumerate(pieces):
        _write(response, f"{_slot(waiting.state)}-{number}", piece, _WAIT_SECONDS)
    return kept


def read_waiting(request: HttpRequest, state: str) -> Waiting | None:
    """What this browser left with under ``state``, or None: the return is not this browser's."""
    found = [request.COOKIES.get(_name(f"{_slot(state)}-{number}"), "") for number in range(_PIECES)]
    text = unseal(settings.SECRET_KEY, "waiting", "".join(found))
    if text is None:
        return None
    waiting = msgspec.json.decode(text, type=Waiting)
    return waiting if hmac.compare_digest(waiting.state.encode(), state.encode()) else None


def forget_waiting(request: HttpRequest, response: HttpResponse, state: str) -> None:
    """Nothing waits any more."""
    for number in range(_PIECES):
        if _name(f"{_slot(state)}-{number}") in request.COOKIES:
            _delete(response, f"{_slot(state)}-{number}")
