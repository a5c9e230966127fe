"""POST /v1/token: an application proves itself by a signed assertion, and gets an access token (RFC 7523).

Whatever is wrong with the assertion, the answer is the same bytes: an unknown application, an unknown key and a bad
signature cost the same work and say the same. The reason goes to the guard's log.
"""

import logging
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import CODE, ApplicationId
from beffroi.guard import stamped
from beffroi.guard.applications.access_tokens import LIFE_SECONDS, AccessTokens
from beffroi.guard.journal import Entry, append
from beffroi.guard.settings import Mode
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer
from beffroi.standards.client_assertion import (
    ASSERTION_TYPE,
    GRANT_TYPE,
    Assertion,
    AssertionRefusal,
    read_claimed,
    verify_assertion,
)
from beffroi.standards.jose import PublicKeys, read_key_set

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.applications")
_NO_KEYS: Final = (
    b'{"keys":[{"kty":"EC","crv":"P-256","kid":"nobody","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",'
    b'"y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}]}'
)
"""The generator of P-256, whose private key nobody needs: what an unknown application is checked against."""

KEY: Final = """
SELECT *, clock_timestamp() AS now FROM guard.application_key WHERE application = $1 AND kid = $2
"""
SPEND: Final = """
INSERT INTO guard.spent_assertion (application, jti, expires_at) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING RETURNING jti
"""
FORGET: Final = """
DELETE FROM guard.spent_assertion WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM guard.spent_assertion WHERE expires_at < clock_timestamp() - interval '1 minute' LIMIT 50))
"""


async def token(call: Call) -> Answer:
    """Answer the token endpoint (RFC 6749 section 5)."""
    form = call.form_fields()
    if form.get("grant_type") != GRANT_TYPE:
        return _error(400, "unsupported_grant_type")
    if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
        return _error(401, "invalid_client")
    services = call.services
    audience = f"{services.settings.public_url}/v1/token"
    async with services.pool.acquire() as conn:
        answer = await exchange(
            conn,
            services.keys,
            form["client_assertion"],
            audience,
            accept_demonstration_keys=services.settings.mode is not Mode.PRODUCTION,
        )
    if isinstance(answer, AssertionRefusal):
        _LOG.warning("application refused: %s", answer.value)
        return _error(401, "invalid_client")
    return json_answer({"access_token": answer, "token_type": "Bearer", "expires_in": LIFE_SECONDS})


async def exchange(
    conn: "asyncpg.Connection",
    keys: "Keys",
    assertion: str,
    audience: str,
    *,
    accept_demonstration_keys: bool = False,
) -> str | AssertionRefusal:
    """A fresh access token for a believed assertion, which is spent; whichever guard sees it second refuses it."""
    claimed = read_claimed(assertion)
    if claimed is None or CODE.fullmatch(claimed.client) is None:
        return AssertionRefusal.MALFORMED
    row = await conn.fetchrow(KEY, claimed.client, claimed.kid)
    now = row["now"] if row is not None else await conn.fetchval("SELECT clock_timestamp()")
    genuine = row is not None and keys.authenticator.genuine_row("application_key", row)
    if row is not None and not genuine:
        await _alert(conn, ApplicationId(claimed.client))
    trusted = row is not None and genuine and row["revoked_at"] is None and now < row["until_at"]
    read = read_key_set(f'{{"keys":[{row["jwk"]}]}}'.encode() if trusted and row is not None else _NO_KEYS)
    key_set = read if isinstance(read, PublicKeys) else PublicKeys({})
    if not trusted:
        # The same signature arithmetic, against a key that signs for nobody.
        key_set = PublicKeys(dict.fromkeys([claimed.kid], key_set.by_kid["nobody"]))
    judged = verify_assertion(
        assertion, key_set, claimed.client, audience, now, accept_demonstration_keys=accept_demonstration_keys
    )
    if not isinstance(judged, Assertion):
        return judged
    if not trusted:
        return AssertionRefusal.BAD_SIGNATURE
    async with conn.transaction():
        await conn.execute(FORGET)
        spent = await conn.fetchval(SPEND, judged.client, judged.jti, judged.expires_at)
    if spent is None:
        return AssertionRefusal.REPLAYED
    return AccessTokens(keys.session).issue(ApplicationId(judged.client), judged.kid, now.timestamp())


async def _alert(conn: "asyncpg.Connection", application: ApplicationId) -> None:
    """A key that is not as the guard wrote it: somebody may be trying to speak for the application (I-16)."""
    _LOG.critical("integrity: a row of guard.application_key is forged or damaged (application %s)", application)
    now, detail = await stamped.instant(conn), '{"table":"application_key"}'
    await append(conn, [Entry(now, "integrity", application=application, detail=detail)])


def _error(status: int, code: str) -> Answer:
    """An error of the token endpoint (RFC 6749 section 5.2): one body whatever was wrong with the client."""
    return json_answer({"error": code}, status)


ROUTES: Final[Routes] = {("POST", "/v1/token"): token}
