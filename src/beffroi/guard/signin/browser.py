"""What ties a browser to the guard: two cookies of the guard's own origin, and a token in every form.

Cookies are ``HttpOnly``, ``SameSite=Lax`` (the provider's return is a cross-site navigation) and, over TLS,
``Secure`` with the ``__Host-`` prefix (RFC 6265bis section 4.1.3.2): no neighbour host can plant one.
"""

import hmac
from typing import Final

from beffroi.guard.signin.pages import is_secure
from beffroi.guard.web.requests import Call, Header

SIGN_IN: Final = "beffroi-sign-in"


def agent_cookie(application: str) -> str:
    """Name of the cookie that remembers, on the guard's origin, the session begun for an application."""
    return f"beffroi-agent-{application}"


def read(call: Call, name: str) -> str:
    """Value of one of the guard's cookies, empty when the browser has none."""
    return call.cookies().get(_prefixed(call, name), "")


def write(call: Call, name: str, value: str, seconds: int) -> Header:
    """A ``set-cookie`` header."""
    secure = "; Secure" if is_secure(call) else ""
    text = f"{_prefixed(call, name)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return b"set-cookie", text.encode("ascii")


def clear(call: Call, name: str) -> Header:
    """A ``set-cookie`` header that takes a cookie back."""
    return write(call, name, "", 0)


def address(call: Call) -> str:
    """Where the request comes from: the peer, or what a trusted proxy says of its own peer.

    Of ``X-Forwarded-For`` only the last element is believed, the one that proxy itself added.
    """
    forwarded = call.header(b"x-forwarded-for")
    if forwarded and call.peer in call.services.settings.trusted_proxies:
        return forwarded.rpartition(",")[2].strip()[:64]
    return call.peer


def is_own_form(call: Call, form: dict[str, str], form_token: str) -> bool:
    """Whether a POST comes from a page of this sign-in: the token of its form, and an origin that is ours.

    ``Origin`` is ``null`` where the page's referrer policy is ``no-referrer`` (Fetch section 3.2): the token then
    decides alone.
    """
    origin = call.header(b"origin")
    if origin not in (None, "null") and origin != call.services.settings.public_url:
        return False
    return hmac.compare_digest(form.get("form_token", "").encode("utf-8", "replace"), form_token.encode())


def _prefixed(call: Call, name: str) -> str:
    return f"__Host-{name}" if is_secure(call) else name
