"""The one-time code that a browser takes from the guard to an application: what it stands for, why it gives nothing.

It lives 60 seconds, is bound to the application and to the ``state`` that this browser carries there, and serves
once; a second use means that somebody else has it (RFC 6749 section 4.1.2). Agents and the people followed have
tables of their own for it, and one law.
"""

import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.core.ids import ApplicationId
from beffroi.guard.authentic import microseconds
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

CODE_LIFE: Final = timedelta(seconds=60)


class NotRedeemed(StrEnum):
    """Why a code gave no session; journaled, never told to whoever presented it."""

    UNKNOWN = "code-unknown"
    EXPIRED = "code-expired"
    REPLAYED = "code-replayed"
    OTHER_APPLICATION = "code-other-application"
    OTHER_STATE = "code-other-state"
    """Another browser's state, or a row that is not as the guard wrote it."""


class Redeemed(NamedTuple):
    """A handle, given once and never stored, and the session's row."""

    handle: str
    session: Row


def bound(
    keys: "Keys", use: bytes, code: str, application: str, session: str, expires_at: datetime, state: str
) -> bytes:
    """What ties a code to all it stands for; of the five texts only the last, the state, may hold a NUL.

    ``use`` is a BLAKE2b personalisation, 16 bytes at most: the session key has other uses.
    """
    ends = str(microseconds(expires_at))
    texts = "\0".join((code, application, session, ends, state)).encode("utf-8", "surrogatepass")
    return blake2b(texts, key=keys.session, person=use, digest_size=32).digest()


def failure(
    keys: "Keys",
    use: bytes,
    handed: Row,
    kept: bytes,
    code: str,
    application: ApplicationId,
    state: str,
    now: datetime,
) -> NotRedeemed | None:
    """Why a code gives nothing here, for this state; ``kept`` is what :func:`bound` gave when it was made."""
    if handed["redeemed_at"] is not None:
        return NotRedeemed.REPLAYED
    if handed["application"] != application:
        return NotRedeemed.OTHER_APPLICATION
    if now >= handed["expires_at"]:
        return NotRedeemed.EXPIRED
    presented = bound(keys, use, code, application, str(handed["session"]), handed["expires_at"], state)
    return None if hmac.compare_digest(kept, presented) else NotRedeemed.OTHER_STATE
