"""Where the browser goes to end the identity provider's session too (RP-Initiated Logout 1.0)."""

import logging
import secrets
from typing import TYPE_CHECKING, Final

from beffroi.guard.services import Services
from beffroi.guard.signin.provider import Unreachable, edge_of
from beffroi.guard.stamped import Row
from beffroi.guard.vault.sealing import owner_bytes, unseal_for
from beffroi.standards.oidc import end_session_url

if TYPE_CHECKING:
    import asyncpg

_LOG: Final = logging.getLogger("beffroi.guard.sessions")


async def logout_url(conn: "asyncpg.Connection", services: Services, session: Row) -> str:
    """The provider's logout, else the guard's own page when the provider cannot be asked.

    ``state`` begins with the application's code, so that the last page can lead back to it; nothing is granted by it.
    """
    state = f"{session['application']}.{secrets.token_urlsafe(32)}"
    own = f"{services.settings.public_url}/sign-out?state={state}"
    edge = edge_of(services)
    if session["logout_hint"] is None or edge is None:
        return own
    account = await conn.fetchrow(
        "SELECT id, wrapped_key, epoch FROM guard.account WHERE id = $1", session["account"]
    )
    owner, label = owner_bytes(str(account["id"])), f"session/{session['id']}"
    hint = unseal_for(services.keys, owner, account["wrapped_key"], account["epoch"], label, session["logout_hint"])
    try:
        provider = await edge.provider()
    except Unreachable as error:
        _LOG.warning("identity provider: %s", error)
        return own
    return end_session_url(provider, edge.party(services.policy), hint.decode("ascii"), state)
