"""Second factors of an account: passkeys for everybody, one-time passwords where the policy allows them.

Every verification reads the factor's row under lock and writes what was learnt (counter, time step, failures) in the
same transaction, so that nothing is accepted twice and no try goes uncounted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from beffroi.core.ids import AccountId, RoleCode
from beffroi.core.policy import Level
from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.stamped import Row
from beffroi.guard.vault.sealing import owner_bytes, seal_for, unseal_for
from beffroi.standards import totp, webauthn
from beffroi.standards.webauthn import Credential, RelyingPartyIdentity, WebAuthnRefusal

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

MOST_FAILURES: Final = 5
LOCK: Final = timedelta(minutes=15)
LONGEST_LOCK: Final = timedelta(days=1)
MOST_FACTORS: Final = 10
PASSKEY, TOTP = "passkey", "totp"
LEVELS: Final = {PASSKEY: Level.PASSKEY, TOTP: Level.SECOND_FACTOR}


class FactorRefusal(StrEnum):
    """Why a factor did not prove anything; each has its own sentence on the page."""

    WRONG = "factor-wrong"
    LOCKED = "factor-locked"
    REVOKED = "factor-revoked"
    ALREADY_KNOWN = "factor-already-known"
    TOO_MANY = "factor-too-many"


async def usable(conn: "asyncpg.Connection", keys: "Keys", account: AccountId, allowed: Sequence[str]) -> list[Row]:
    """Factors of an account that are not revoked and of an allowed kind, locked. Raises Forged."""
    rows = await conn.fetch(
        "SELECT * FROM guard.factor WHERE account = $1 AND revoked_at IS NULL ORDER BY created_at FOR UPDATE", account
    )
    return [stamped.genuine(keys, "factor", row) for row in rows if row["kind"] in allowed]


def allowed_kinds(roles: Sequence[RoleCode], totp_roles: frozenset[RoleCode]) -> tuple[str, ...]:
    """Kinds an account may use: one-time passwords only when every role it holds may live with them."""
    return (PASSKEY, TOTP) if roles and all(role in totp_roles for role in roles) else (PASSKEY,)


async def verify_passkey(
    conn: "asyncpg.Connection",
    keys: "Keys",
    factors: Sequence[Row],
    answer: str,
    party: RelyingPartyIdentity,
    challenge: bytes,
    now: datetime,
) -> Row | FactorRefusal:
    """The passkey that answered the challenge. One whose counter went back has a copy somewhere: it is revoked."""
    named = webauthn.read_credential_id(answer)
    factor = next((each for each in factors if each["kind"] == PASSKEY and each["credential_id"] == named), None)
    if factor is None:
        return FactorRefusal.WRONG
    credential = Credential(factor["credential_id"], factor["public_key"], factor["sign_count"])
    counter = webauthn.verify_assertion(answer, party, challenge, credential)
    if counter is WebAuthnRefusal.CLONED:
        await stamped.amend(conn, keys, "factor", factor, revoked_at=now)
        detail = f'{{"factor":"{factor["id"]}"}}'
        account = str(factor["account"])
        await append(conn, [Entry(now, "factor-revoked", account=account, explanation=counter.value, detail=detail)])
        return FactorRefusal.REVOKED
    if isinstance(counter, WebAuthnRefusal):
        return FactorRefusal.WRONG
    return await stamped.amend(conn, keys, "factor", factor, sign_count=counter, failures=0)


async def verify_totp(
    conn: "asyncpg.Connection", keys: "Keys", account: Row, factors: Sequence[Row], typed: str, now: datetime
) -> Row | FactorRefusal:
    """The one-time password that was typed. Every fifth wrong one in a row locks the factor.

    A quarter of an hour, then twice as long each time, up to a day: at five tries a quarter of an hour, one of the
    three codes that hold at a time would be met, more likely than not, within a year and a half. All factors of the
    kind share each try, so that enrolling several does not buy more guesses. Nobody is locked out from outside: it
    takes the provider's sign-in to come this far.
    """
    candidates = [factor for factor in factors if factor["kind"] == TOTP]
    if any(factor["locked_until"] is not None and now < factor["locked_until"] for factor in candidates):
        return FactorRefusal.LOCKED
    for factor in candidates:
        secret = _secret(keys, account, factor)
        step = totp.matching_step(secret, typed, now, factor["last_step"])
        if step is not None:
            return await stamped.amend(conn, keys, "factor", factor, last_step=step, failures=0, locked_until=None)
    locked = False
    for factor in candidates:
        failures = factor["failures"] + 1
        locked = locked or failures % MOST_FAILURES == 0
        await stamped.amend(
            conn,
            keys,
            "factor",
            factor,
            failures=failures,
            locked_until=now + _lock(failures) if failures % MOST_FAILURES == 0 else None,
        )
    if locked:
        await append(conn, [Entry(now, "factor-locked", account=str(account["id"]))])
    return FactorRefusal.LOCKED if locked else FactorRefusal.WRONG


def _lock(failures: int) -> timedelta:
    """How long the factor is locked after so many wrong codes in a row."""
    doublings = min(failures // MOST_FAILURES - 1, 16)
    return min(LOCK * (1 << doublings), LONGEST_LOCK)


async def add_passkey(
    conn: "asyncpg.Connection", keys: "Keys", account: Row, credential: Credential, now: datetime
) -> Row | FactorRefusal:
    """Keep a verified passkey; journaled. A credential is kept once, whoever's it is."""
    taken = await conn.fetchval("SELECT 1 FROM guard.factor WHERE credential_id = $1", credential.credential_id)
    if taken is not None:
        return FactorRefusal.ALREADY_KNOWN
    kept = {
        "credential_id": credential.credential_id,
        "public_key": credential.public_key,
        "sign_count": credential.sign_count,
    }
    return await _add(conn, keys, account, PASSKEY, now, kept)


async def add_totp(
    conn: "asyncpg.Connection", keys: "Keys", account: Row, secret: bytes, step: int, now: datetime
) -> Row | FactorRefusal:
    """Keep a shared secret whose first code, of time step ``step``, was typed; journaled."""
    return await _add(conn, keys, account, TOTP, now, {"secret": secret, "last_step": step})


async def _add(
    conn: "asyncpg.Connection", keys: "Keys", account: Row, kind: str, now: datetime, kept: dict[str, object]
) -> Row | FactorRefusal:
    live = await conn.fetchval(
        "SELECT count(*) FROM guard.factor WHERE account = $1 AND revoked_at IS NULL", account["id"]
    )
    if live >= MOST_FACTORS:
        return FactorRefusal.TOO_MANY
    identifier = str(uuid4())
    secret = kept.get("secret")
    if isinstance(secret, bytes):
        owner = owner_bytes(str(account["id"]))
        kept["secret"] = seal_for(
            keys, owner, account["wrapped_key"], account["epoch"], f"factor/{identifier}", secret
        )
    row: dict[str, object] = {
        "id": identifier,
        "account": account["id"],
        "kind": kind,
        "credential_id": None,
        "public_key": None,
        "sign_count": None,
        "secret": None,
        "last_step": None,
        "failures": 0,
        "locked_until": None,
        "created_at": now,
        "revoked_at": None,
        "version": 1,
    } | kept
    await stamped.insert(conn, keys, "factor", row)
    detail = f'{{"factor":"{identifier}","kind":"{kind}"}}'
    await append(conn, [Entry(now, "factor-added", account=str(account["id"]), detail=detail)])
    return row


def _secret(keys: "Keys", account: Row, factor: Row) -> bytes:
    owner = owner_bytes(str(account["id"]))
    return unseal_for(
        keys, owner, account["wrapped_key"], account["epoch"], f"factor/{factor['id']}", factor["secret"]
    )
