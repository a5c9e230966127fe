"""What handlers are given: built once by guard.process, handed to every call."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from beffroi.core.ids import ApplicationId
from beffroi.core.policy import Policy
from beffroi.guard.settings import GuardSettings

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.decisions.worker import Worker
    from beffroi.guard.folding.watching import Watch
    from beffroi.guard.keys import Keys
    from beffroi.guard.metrics import Metrics
    from beffroi.guard.sealing.watch import SealWatch


class AccessTokens(Protocol):
    """Reads the bearer token of an application. Stateless (a MAC), so that the hot path asks nobody."""

    def read(self, token: str) -> ApplicationId | None:
        """The application a live token was issued to, ``None`` when it is forged, expired or unreadable."""


@dataclass(slots=True)
class Services:
    """The guard's parts. ``policy`` is replaced whole when another version becomes active."""

    settings: GuardSettings
    policy: Policy
    keys: "Keys"
    pool: "asyncpg.Pool"
    worker: "Worker"
    tokens: AccessTokens
    metrics: "Metrics"
    sealed: "SealWatch"
    """How far the journal is sealed: nothing is released where it lags."""
    watch: "Watch | None" = None
    """What looks whether the rows are what the journal says; none in a test that has no use for it."""
    areas: dict[str, object] = field(default_factory=dict)
    """What an area keeps for itself (the provider's metadata and keys, say), by the area's name."""
