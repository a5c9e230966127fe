"""What became of the last enrolment code of an account: what its requester and its approver are told."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.signin.enrolments import TRIES

_LAST: Final = """
SELECT DISTINCT ON (account) * FROM guard.enrolment WHERE account = ANY ($1::uuid[])
ORDER BY account, created_at DESC, id
"""


class CodeState(StrEnum):
    """Where a code stands. ``closed``: five wrong tries; somebody may be guessing."""

    OPEN = "open"
    USED = "used"
    CLOSED = "closed"
    EXPIRED = "expired"


class HandedCode(NamedTuple):
    """The last code of an account: its state, and when it was handed over."""

    state: CodeState
    at: datetime


def state_of(*, failures: int, used: bool, expired: bool) -> CodeState:
    """The state of a code. Five wrong tries are told before all else: they are what people must hear of."""
    if failures >= TRIES:
        return CodeState.CLOSED
    if used:
        return CodeState.USED
    return CodeState.EXPIRED if expired else CodeState.OPEN


async def last_codes(work: Work, accounts: Iterable[str]) -> dict[str, HandedCode]:
    """The last code of each account that ever had one. Raises Forged."""
    rows = await work.conn.fetch(_LAST, list(accounts))
    return {
        str(row["account"]): HandedCode(
            state_of(
                failures=row["failures"], used=row["used_at"] is not None, expired=work.now >= row["expires_at"]
            ),
            row["created_at"],
        )
        for row in rows
        if stamped.genuine(work.keys, "enrolment", row)
    }
