"""What surrounds every page: navigation, account menu, footer links.

The theme sits below the applications and cannot import them: the setting ``UI_SHELL`` is the dotted path of a
function ``(request) -> Shell`` written in the composition root.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.module_loading import import_string

_LOG = logging.getLogger("beffroi.ui")


@dataclass(frozen=True)
class NavigationItem:
    """One entry of the main navigation; `count`, when not None, is shown as a badge (tasks that wait)."""

    label: str
    url: str
    count: int | None = None

    def is_current(self, path: str) -> bool:
        """True when `path` is this entry's page or lies under it (``/`` is current on itself only)."""
        return path == self.url or (self.url != "/" and path.startswith(self.url.rstrip("/") + "/"))


def waiting(count: Callable[[], int]) -> int | None:
    """What waits, for an entry's badge: none when there is nothing, nor when the database does not say.

    A page that needs no database of its own must not fail for the number in its menu.
    """
    try:
        return count() or None
    except DatabaseError as error:
        _LOG.error("a count of the navigation: %s", type(error).__name__)
        return None


@dataclass(frozen=True)
class Membership:
    """One organisation the agent can act for; `value` is what the switch form posts."""

    value: str
    organisation: str
    role: str


@dataclass(frozen=True)
class Account:
    """The signed-in agent, as the header shows them.

    The switch form posts ``membership`` to `switch_url`; sign-out is a POST to `sign_out_url`.
    """

    name: str
    organisation: str
    role: str
    switch_url: str
    sign_out_url: str
    memberships: tuple[Membership, ...] = ()
    current: str = ""

    @property
    def initials(self) -> str:
        """At most two capitals, for the round mark of the menu."""
        letters = [word[0] for word in self.name.replace("-", " ").split() if word]
        return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper()


@dataclass(frozen=True)
class Notice:
    """A line above every page that calls something to mind, with the page where it is dealt with.

    `kind` is one of the kinds of a notice: ``info``, ``warning``, ``danger``, ``success``.
    """

    kind: str
    text: str
    url: str
    link: str


@dataclass(frozen=True)
class Shell:
    """Header and footer of one answer; `account` is None for a visitor who has not signed in.

    `accessibility_level` is ``none``, ``partial`` or ``full``: the mention every public page must carry (décret
    2019-768, article 5); ``none`` as long as no audit against the RGAA says better.
    """

    version: str
    accessibility_url: str
    language_url: str
    home_url: str = "/"
    sign_in_url: str = ""
    product: str = "Beffroi"
    tagline: str = ""
    navigation: tuple[NavigationItem, ...] = field(default=())
    account: Account | None = None
    notices: tuple[Notice, ...] = field(default=())
    demonstration: bool = False
    accessibility_level: str = "none"


def shell_for(request: HttpRequest) -> Shell:
    """The shell that the composition root builds for `request`. Raises ImportError when ``UI_SHELL`` is wrong."""
    build = cast(Callable[[HttpRequest], Shell], import_string(settings.UI_SHELL))
    return build(request)
