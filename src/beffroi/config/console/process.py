"""``beffroi console``: waitress serves the Django application by threads (docs/decisions/0008)."""

import gc
import os

import click

from beffroi.config.database import CONSOLE
from beffroi.config.settings import SettingMissing, Settings, load

THREADS = 8
COLLECTED_EVERY = 50_000
"""Objects made between two looks for cycles. At Python's 700, a page that reads thousands of rows sets off, every few
pages, a walk through the 170,000 objects that the process holds (models, communes): a tenth of a second and more."""
LARGEST_BODY = 8 * 1024 * 1024
"""Bytes: an attachment, and enough more that a page can say which limit a larger one passed."""
LARGEST_HEADERS = 64 * 1024
"""Bytes; what an agent typed may wait in sealed cookies during a step-up."""


@click.command()
def console() -> None:
    """Serve the web application that people use, until a signal."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "beffroi.config.console.settings"
    settings = load(roles=(CONSOLE,))
    from beffroi.config.console.guard import shared_guard
    from beffroi.config.console.wsgi import application

    shared_guard()  # refuses to start without the application's key
    from waitress import serve

    gc.collect()
    gc.freeze()  # what was loaded by now stays: nobody need walk through it
    gc.set_threshold(COLLECTED_EVERY, 20, 50)
    serve(application, **_serving(settings))


def _serving(settings: Settings) -> dict[str, object]:
    """Arguments of waitress. A proxy in front is believed only when it is named, and then alone.

    Raises SettingMissing when several are named.
    """
    proxies = settings.said("BEFFROI_TRUSTED_PROXIES").split()
    if len(proxies) > 1:
        raise SettingMissing("BEFFROI_TRUSTED_PROXIES names several addresses: the console believes one proxy alone.")
    trust: dict[str, object] = {}
    if proxies:
        headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
        trust = {"trusted_proxy": proxies[0], "trusted_proxy_headers": headers}
    return {
        "host": settings.bind,
        "port": settings.console_port,
        "threads": THREADS,
        "ident": None,
        "max_request_body_size": LARGEST_BODY,
        # Nothing that passes through is written to the console's disk, on its way in or out.
        "inbuf_overflow": LARGEST_BODY + LARGEST_HEADERS,
        "outbuf_overflow": LARGEST_BODY + LARGEST_HEADERS,
        "max_request_header_size": LARGEST_HEADERS,
        "clear_untrusted_proxy_headers": True,
        "channel_timeout": 60,
        **trust,
    }
