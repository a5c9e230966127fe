"""Template context processor of the theme."""

from functools import cache

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .shell import NavigationItem, Shell, shell_for


def shell(request: HttpRequest) -> dict[str, object]:
    """Give templates ``shell`` and ``navigation``: pairs (item, is it current), built on first use only.

    Lazy, so that a page without header (an error page, a fragment) asks the guard nothing.
    """

    @cache
    def built() -> Shell:
        return shell_for(request)

    def navigation() -> list[tuple[NavigationItem, bool]]:
        matching = [item for item in built().navigation if item.is_current(request.path)]
        # "/dossiers/" and "/dossiers/archives/" may both match: the longest address is the page one is on.
        chosen = max(matching, key=lambda item: len(item.url), default=None)
        return [(item, item is chosen) for item in built().navigation]

    return {"shell": SimpleLazyObject(built), "navigation": navigation}
