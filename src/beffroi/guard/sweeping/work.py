"""What a function that changes facts is given: a transaction that holds the turn, keys, policy, the instant."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from beffroi.core.policy import Policy

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys


class Work(NamedTuple):
    """One transaction under the turnstile (``conn``), and the instant it speaks of (PostgreSQL's clock)."""

    conn: Any
    keys: "Keys"
    policy: Policy
    now: datetime
