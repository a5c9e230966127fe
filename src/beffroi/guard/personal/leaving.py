"""Where a person's browser goes to end the provider's own session too (RP-Initiated Logout 1.0)."""

import logging
import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.guard.personal import sessions
from beffroi.guard.personal.provider import LEFT, person_edge
from beffroi.guard.signin.provider import Unreachable
from beffroi.standards.oidc import end_session_url

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys
    from beffroi.guard.services import Services
    from beffroi.guard.stamped import Row

_LOG: Final = logging.getLogger("beffroi.guard.personal")


class Left(NamedTuple):
    """What of a session that ended leads to the provider's logout; ``hint`` is its ID token, where it gave one."""

    application: str
    hint: str | None


def left(keys: "Keys", session: "Row") -> Left:
    """Read what the logout needs. Raises SealRefused."""
    return Left(session["application"], None if session["logout_hint"] is None else sessions.hint(keys, session))


async def logout_url(services: "Services", ended: Left) -> str:
    """The provider's logout, else the guard's own page when the provider cannot be asked.

    Outside any transaction: the provider may take seconds to answer.
    """
    state = f"{ended.application}.{secrets.token_urlsafe(32)}"
    edge = person_edge(services)
    try:
        if edge is not None and ended.hint is not None:
            return end_session_url(await edge.provider(), edge.party(services.policy), ended.hint, state)
    except Unreachable as error:
        _LOG.warning("provider of people: %s", error)
    return f"{services.settings.public_url}{LEFT}?state={state}"
