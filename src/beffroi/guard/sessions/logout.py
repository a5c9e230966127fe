"""Where the browser goes to end the identity provider's session too (RP-Initiated Logout 1.0)."""

import logging
import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.guard.services import Services
from beffroi.guard.signin.provider import Unreachable, edge_of
from beffroi.guard.stamped import Row
from beffroi.guard.vault.sealing import owner_bytes, unseal_for
from beffroi.standards.oidc import end_session_url

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.sessions")


class Left(NamedTuple):
    """What of a session that ended leads to the provider's logout; ``hint`` is its ID token, where it gave one."""

    application: str
    hint: str | None


async def left(conn: "asyncpg.Connection", keys: "Keys", session: Row) -> Left:
    """Read what the logout needs. Raises SealRefused, WrappedKeyRefused."""
    application: str = session["application"]
    if session["logout_hint"] is None:
        return Left(application, None)
    account = await conn.fetchrow(
        "SELECT id, wrapped_key, epoch FROM guard.account WHERE id = $1", session["account"]
    )
    owner, label = owner_bytes(str(account["id"])), f"session/{session['id']}"
    hint = unseal_for(keys, owner, account["wrapped_key"], account["epoch"], label, session["logout_hint"])
    return Left(application, hint.decode("ascii"))


async def logout_url(services: Services, ended: Left) -> str:
    """The provider's logout, else the guard's own page when the provider cannot be asked.

    Outside any transaction: the provider may take seconds to answer. ``state`` begins with the application's code, so
    that the last page can lead back to it; nothing is granted by it.
    """
    state = f"{ended.application}.{secrets.token_urlsafe(32)}"
    own = f"{services.settings.public_url}/sign-out?state={state}"
    edge = edge_of(services)
    if ended.hint is None or edge is None:
        return own
    try:
        provider = await edge.provider()
    except Unreachable as error:
        _LOG.warning("identity provider: %s", error)
        return own
    return end_session_url(provider, edge.party(services.policy), ended.hint, state)
