"""A sign-in under way: what the guard remembers between two pages, sealed, for one browser, ten minutes.

The browser holds a random cookie; the database holds its hash and a ciphertext bound to that hash. Each step is
loaded under a row lock, and moves forward only: a state, a challenge or a page that was used once is not accepted
again. The cookie changes when the identity is known, so that one planted before is worth nothing after.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from beffroi.guard.sessions import handles
from beffroi.guard.vault.sealing import Sealer, SealRefused

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

LIFE: Final = timedelta(minutes=10)
MOST_FAILURES: Final = 10
_FORGET: Final = """
DELETE FROM guard.sign_in WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM guard.sign_in WHERE expires_at < $1 LIMIT 20 FOR UPDATE SKIP LOCKED))
"""
_FORGET_CODES: Final = """
DELETE FROM guard.handover WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM guard.handover WHERE expires_at < $1::timestamptz - interval '1 day'
    LIMIT 20 FOR UPDATE SKIP LOCKED))
"""


class Step(StrEnum):
    """Where a sign-in stands."""

    IDENTITY = "identity"
    EXCHANGE = "exchange"
    FACTOR = "factor"
    CODE = "code"
    ENROL = "enrol"
    APPROVAL = "approval"
    PROOF = "proof"
    REVIEW = "review"
    PERSON = "person"
    PERSON_EXCHANGE = "person-exchange"
    PERSON_CODE = "person-code"


class Purpose(StrEnum):
    """What it is for."""

    SIGN_IN = "sign-in"
    STEP_UP = "step-up"
    ADD_FACTOR = "add-factor"
    APPROVE = "approve"
    PROVE_IDENTITY = "prove-identity"
    REVIEW = "review"
    PERSONAL_SPACE = "personal-space"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed content. ``state`` is the application's; ``oidc_state``, ``nonce``, ``verifier`` the provider's.

    ``level`` is what a step-up was asked to reach, or what the factor that allows an enrolment was worth. ``about``
    is the request to be decided, the account whose identity is to be proven, or the sitting to be signed.
    """

    purpose: Purpose
    application: str
    return_to: str
    state: str
    form_token: str
    oidc_state: str = ""
    nonce: str = ""
    verifier: str | None = None
    account: str | None = None
    subject: str | None = None
    idp_id: str | None = None
    id_token: str | None = None
    session: str | None = None
    browser: str | None = None
    enrolment: str | None = None
    level: int = 0
    challenge: bytes | None = None
    totp_secret: bytes | None = None
    about: str | None = None

    def __repr__(self) -> str:
        return f"Progress({self.purpose})"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A sign-in read under lock."""

    id: bytes
    step: Step
    progress: Progress
    failures: int


async def start(conn: "asyncpg.Connection", keys: "Keys", step: Step, progress: Progress, now: datetime) -> str:
    """Remember a new sign-in and return the cookie's value; old ones are swept on the way."""
    await conn.execute(_FORGET, now)
    await conn.execute(_FORGET_CODES, now)
    cookie = handles.new_secret()
    await _insert(conn, keys, handles.digest(cookie), step, progress, now + LIFE)
    return cookie


async def load(conn: "asyncpg.Connection", keys: "Keys", cookie: str, now: datetime) -> Loaded | None:
    """The sign-in of this browser, locked until the transaction ends; None when there is none or it is over."""
    if handles.SECRET.fullmatch(cookie) is None:
        return None
    row = await conn.fetchrow(
        "SELECT * FROM guard.sign_in WHERE id = $1 AND expires_at > $2 FOR UPDATE", handles.digest(cookie), now
    )
    if row is None or row["failures"] >= MOST_FAILURES:
        return None
    try:
        clear = _sealer(keys).unseal(row["sealed"], row["id"][:16])
    except SealRefused:
        return None
    step, progress = msgspec.json.decode(clear, type=tuple[Step, Progress])
    return Loaded(row["id"], step, progress, row["failures"])


async def save(conn: "asyncpg.Connection", keys: "Keys", loaded: Loaded, step: Step, progress: Progress) -> None:
    """Move on, under the same cookie."""
    await conn.execute(
        "UPDATE guard.sign_in SET step = $2, sealed = $3, account = $4 WHERE id = $1",
        loaded.id,
        step.value,
        _sealed(keys, loaded.id, step, progress),
        progress.account,
    )


async def change_cookie(
    conn: "asyncpg.Connection", keys: "Keys", loaded: Loaded, step: Step, progress: Progress, now: datetime
) -> str:
    """Move on under a new cookie; the old one is worth nothing."""
    await close(conn, loaded)
    cookie = handles.new_secret()
    await _insert(conn, keys, handles.digest(cookie), step, progress, now + LIFE)
    return cookie


async def fail(conn: "asyncpg.Connection", loaded: Loaded) -> None:
    """Count a failure; past ten the sign-in is over and must begin again at the provider."""
    await conn.execute("UPDATE guard.sign_in SET failures = failures + 1 WHERE id = $1", loaded.id)


async def close(conn: "asyncpg.Connection", loaded: Loaded) -> None:
    """Forget a sign-in."""
    await conn.execute("DELETE FROM guard.sign_in WHERE id = $1", loaded.id)


async def _insert(
    conn: "asyncpg.Connection", keys: "Keys", identifier: bytes, step: Step, progress: Progress, until: datetime
) -> None:
    await conn.execute(
        "INSERT INTO guard.sign_in (id, application, step, sealed, account, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        identifier,
        progress.application,
        step.value,
        _sealed(keys, identifier, step, progress),
        progress.account,
        until,
    )


def _sealed(keys: "Keys", identifier: bytes, step: Step, progress: Progress) -> bytes:
    return _sealer(keys).seal(msgspec.json.encode((step, progress)), identifier[:16])


def _sealer(keys: "Keys") -> Sealer:
    return Sealer(keys.session, "sign-in")
