"""Where a person's browser goes to end the provider's own session too (RP-Initiated Logout 1.0)."""

import logging
import secrets
from typing import TYPE_CHECKING, Final

from beffroi.guard.personal import sessions
from beffroi.guard.personal.provider import LEFT, person_edge
from beffroi.guard.signin.provider import Unreachable
from beffroi.standards.oidc import end_session_url

if TYPE_CHECKING:
    from beffroi.guard.services import Services
    from beffroi.guard.stamped import Row

_LOG: Final = logging.getLogger("beffroi.guard.personal")


async def logout_url(services: "Services", session: "Row") -> str:
    """The provider's logout, else the guard's own page when the provider cannot be asked. Raises SealRefused."""
    state = f"{session['application']}.{secrets.token_urlsafe(32)}"
    edge = person_edge(services)
    try:
        if edge is not None and session["logout_hint"] is not None:
            party = edge.party(services.policy)
            return end_session_url(await edge.provider(), party, sessions.hint(services.keys, session), state)
    except Unreachable as error:
        _LOG.warning("provider of people: %s", error)
    return f"{services.settings.public_url}{LEFT}?state={state}"
