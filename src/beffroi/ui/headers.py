"""Headers that keep a page to itself: no script, no outside host, no frame, no copy left in a shared cache."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


def content_security_policy(form_origins: tuple[str, ...]) -> str:
    """The policy (CSP level 3) of every page of the console.

    `form_origins` are the other origins a form may end on: browsers apply ``form-action`` to the redirects that
    follow a POST too, so the guard's origin has to be there for sign-in and sign-out.
    """
    directives = (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        " ".join(("form-action 'self'", *form_origins)),
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return "; ".join(directives)


def strict_headers(get_response: Answer) -> Answer:
    """Middleware: sets the policy above, and forbids storing pages, which may show somebody's file.

    A view that sets one of these headers itself keeps its own value. Static files, served before this
    middleware by whitenoise, stay cacheable.
    """
    headers = {
        "Content-Security-Policy": content_security_policy(tuple(settings.UI_FORM_ORIGINS)),
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return answer
