"""What every page of a sign-in needs: the sign-in of this browser, its account, its factors, and the way out."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from beffroi.core.containing import WATCHERS
from beffroi.core.ids import CODE, AccountId, ApplicationId
from beffroi.core.policy import Level
from beffroi.guard import stamped, turnstile
from beffroi.guard.journal import Entry, append
from beffroi.guard.providers.holding import against
from beffroi.guard.sessions import handles
from beffroi.guard.sessions.beginning import SignedIn, begin
from beffroi.guard.sessions.live import is_over
from beffroi.guard.sessions.memberships import memberships_in
from beffroi.guard.sessions.memberships import roles as roles_of
from beffroi.guard.signin import browser, factors, progress
from beffroi.guard.signin.progress import Loaded, Progress, Purpose
from beffroi.guard.signin.recognising import may_enter
from beffroi.guard.stamped import Row
from beffroi.guard.web.requests import Answer, Call, redirect
from beffroi.standards.webauthn import RelyingPartyIdentity

if TYPE_CHECKING:
    import asyncpg

MOST_STATE: Final = 512
LEAST_STATE: Final = 16


class Destination(NamedTuple):
    """Where a sign-in must end: a registered address of an open application, and the application's state."""

    application: ApplicationId
    return_to: str
    state: str


class Person(NamedTuple):
    """Who is signing in, and with which factors they may prove it here."""

    account: Row
    allowed: tuple[str, ...]
    factors: list[Row]


async def destination(conn: "asyncpg.Connection", call: Call, fields: dict[str, str]) -> Destination | None:
    """The destination a query names; None unless it is registered, letter for letter (RFC 9700 section 4.1.3)."""
    application, return_to = fields.get("application", ""), fields.get("return_to", "")
    state = fields.get("state", "")
    if CODE.fullmatch(application) is None or not LEAST_STATE <= len(state) <= MOST_STATE or not state.isprintable():
        return None
    row = await conn.fetchrow("SELECT * FROM guard.application WHERE id = $1", application)
    if row is None or not row["open"] or return_to not in row["redirect_uris"]:
        return None
    stamped.genuine(call.services.keys, "application", row)
    return Destination(ApplicationId(application), return_to, state)


def new_progress(purpose: Purpose, to: Destination) -> Progress:
    """The beginning of anything that ends at ``to``."""
    return Progress(
        purpose=purpose,
        application=to.application,
        return_to=to.return_to,
        state=to.state,
        form_token=handles.new_secret(),
    )


async def current(conn: "asyncpg.Connection", call: Call, now: datetime) -> Loaded | None:
    """The sign-in under way in this browser."""
    return await progress.load(conn, call.services.keys, browser.read(call, browser.SIGN_IN), now)


async def person(
    conn: "asyncpg.Connection", call: Call, application: str, account: str, now: datetime
) -> Person | None:
    """The account and its usable factors, locked; None when it may not sign in there any more. Raises Forged."""
    services = call.services
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1 FOR UPDATE", account)
    if row is None or stamped.genuine(services.keys, "account", row)["status"] not in ("active", "invited"):
        return None
    bound = row["subject_index"] is not None
    if bound and await against(conn, services.keys, AccountId(account), row["idp_id"], now, bound=True) is not None:
        return None
    held = await memberships_in(conn, services.keys, AccountId(account), application, now)
    named = [membership.role for membership in held]
    roles = [services.policy.roles[role] for role in named if role in services.policy.roles]
    watcher = any(role.kind in WATCHERS for role in roles)
    if not await may_enter(conn, services.keys, application, account, watcher=watcher):
        return None
    coming = await roles_of(conn, services.keys, AccountId(account), now)
    allowed = factors.allowed_kinds(coming, services.policy.totp_roles)
    return Person(row, allowed, await factors.usable(conn, services.keys, AccountId(account), allowed))


def relying_party(call: Call) -> RelyingPartyIdentity:
    """What passkeys are bound to: the host of the guard's public URL."""
    url = call.services.settings.public_url
    return RelyingPartyIdentity(urlsplit(url).hostname or "", url, "Beffroi")


async def finish(
    conn: "asyncpg.Connection", call: Call, loaded: Loaded, account: Row, factor: Row, now: datetime
) -> Answer | None:
    """Leave for the application: with a code after a sign-in, with the same session after a step-up.

    The caller holds the turnstile. None when a step-up's session ended in the meantime.
    """
    services, going = call.services, loaded.progress
    level = factors.LEVELS[factor["kind"]]
    await progress.close(conn, loaded)
    out = [browser.clear(call, browser.SIGN_IN)]
    back = {"state": going.state}
    if going.purpose is Purpose.SIGN_IN:
        remembered = handles.new_secret()
        signed_in = SignedIn(
            account, ApplicationId(going.application), level, now, going.state, remembered, going.id_token,
            f'{{"factor":"{factor["id"]}","kind":"{factor["kind"]}"}}',
        )  # fmt: skip
        back["code"] = await begin(conn, services.keys, services.policy.session, signed_in, services.policy.version)
        name = browser.agent_cookie(going.application)
        out.append(browser.write(call, name, remembered, services.policy.session.absolute))
    elif not await _refresh(conn, call, going, level, now):
        return None
    return redirect(with_query(going.return_to, back), *out)


async def _refresh(conn: "asyncpg.Connection", call: Call, going: Progress, level: Level, now: datetime) -> bool:
    services, session = call.services, await begun_for(conn, call, going, now)
    # A weaker factor refreshes nothing: it must not make an old passkey look fresh.
    if session is None or level < session["level"]:
        return False
    await stamped.amend(conn, services.keys, "session", session, level=int(level), factor_at=now, seen_at=now)
    entry = Entry(
        now, "stepped-up", account=going.account, session=going.session, application=going.application,
        policy=services.policy.version, detail=f'{{"level":{int(level)}}}',
    )  # fmt: skip
    await append(conn, [entry])
    return True


async def begun_for(conn: "asyncpg.Connection", call: Call, going: Progress, now: datetime) -> Row | None:
    """The live session that a step-up or a further factor was begun for, locked; None when it ended. Raises Forged.

    Whoever ends a session that was stolen must not leave the thief a page on which to enrol a factor of his own.
    """
    session = await conn.fetchrow("SELECT * FROM guard.session WHERE id = $1 FOR UPDATE", going.session)
    if session is None:
        return None
    services = call.services
    genuine = stamped.genuine(services.keys, "session", session)
    return None if is_over(genuine, services.policy.session, now) else genuine


async def take_turn(conn: "asyncpg.Connection") -> datetime:
    """Take the turnstile and read the clock."""
    await turnstile.take(conn)
    return await stamped.instant(conn)


def with_query(url: str, fields: dict[str, str]) -> str:
    """A registered address with the answer's fields."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}"


def new_challenge() -> bytes:
    """32 random bytes (Web Authentication level 3 section 13.4.3)."""
    return secrets.token_bytes(32)
