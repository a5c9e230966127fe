"""What the console writes about a request names no value of it."""

import logging
from types import SimpleNamespace

from beffroi.config.console.logs import Discreet

NAME = "Inès Delaunay"


def written(record: logging.LogRecord) -> str:
    """The line as the handler writes it."""
    assert Discreet().filter(record)
    return logging.Formatter("%(message)s").format(record)


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    """A warning as Django makes one."""
    made = logging.LogRecord("django.request", logging.WARNING, __file__, 1, message, arguments, None)
    made.__dict__.update(extra)
    return made


def test_address_that_somebody_typed_is_not_written() -> None:
    request = SimpleNamespace(method="GET", resolver_match=None)
    line = written(record("%s: %s", "Not Found", f"/personnes/{NAME}/", request=request, status_code=404))
    assert line == "404 GET an address that leads nowhere"


def test_refusal_on_a_known_page_is_written_with_its_route() -> None:
    request = SimpleNamespace(method="POST", resolver_match=SimpleNamespace(route="personnes/<uuid:person>/urgence/"))
    line = written(record("Forbidden (%s): %s", "CSRF", f"/{NAME}", request=request, status_code=403))
    assert line == "403 POST /personnes/<uuid:person>/urgence/"


def test_record_without_request_is_written_as_it_is() -> None:
    assert (
        written(record("the guard does not answer: %s", "ConnectError")) == "the guard does not answer: ConnectError"
    )
