"""Pages in French, self-contained: no outside host, scripts and styles admitted by a nonce."""

import secrets
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from beffroi.simulation.identity_provider.web import Response

NARROW_NO_BREAK_SPACE: Final = "\u202f"

_pages = Environment(
    loader=PackageLoader("beffroi.simulation.identity_provider", "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=False,
)
_pages.filters["number"] = lambda number: f"{number:,}".replace(",", NARROW_NO_BREAK_SPACE)


def render(page: str, status: int = 200, **values: object) -> Response:
    """One page of ``pages/`` as an answer.

    There is no ``form-action`` in its policy: browsers apply it to the redirects that follow a form, and a
    sign-in ends by one to the guard.
    """
    nonce = secrets.token_urlsafe(18)
    body = _pages.get_template(page).render(nonce=nonce, **values)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src data:; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = (("content-type", "text/html; charset=utf-8"), ("content-security-policy", policy))
    return Response(status, body.encode(), headers)
