"""Start-up checks of the theme: a missing setting refuses to start."""

from collections.abc import Sequence

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Return ui.E001 when ``UI_SHELL`` names no importable callable, ui.E002 when ``UI_FORM_ORIGINS`` is absent.

    ``UI_FORM_ORIGINS`` may be an empty tuple, but has to be said: forgetting the guard's origin there breaks
    sign-in in the browser only, long after the start.
    """
    found: list[CheckMessage] = []
    path = getattr(settings, "UI_SHELL", None)
    try:
        usable = isinstance(path, str) and callable(import_string(path))
    except ImportError:
        usable = False
    if not usable:
        found.append(
            Error(
                "UI_SHELL must be the dotted path of a function (request) -> beffroi.ui.shell.Shell.",
                hint='For instance UI_SHELL = "beffroi.config.shell.shell_for".',
                id="ui.E001",
            )
        )
    if not isinstance(getattr(settings, "UI_FORM_ORIGINS", None), (tuple, list)):
        found.append(
            Error(
                "UI_FORM_ORIGINS must list the origins a form may end on, besides the console's own.",
                hint='For instance UI_FORM_ORIGINS = ("https://garde.exemple.fr",), or () for none.',
                id="ui.E002",
            )
        )
    return found
