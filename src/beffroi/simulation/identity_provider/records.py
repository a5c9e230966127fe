"""What the provider remembers, in memory, for as long as it runs: nothing here outlives the process."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from beffroi.simulation.identity_provider.assurance import Asked, Method
from beffroi.simulation.identity_provider.roles import Somebody

CODE_SECONDS: Final = 30
ACCESS_TOKEN_SECONDS: Final = 60
SESSION_SECONDS: Final = 12 * 3600
INTERACTION_SECONDS: Final = 30 * 60
MOST_REMEMBERED: Final = 20_000

Clock = Callable[[], float]
Record = TypeVar("Record")


class Shelf(Generic[Record]):
    """Records under unguessable names, forgotten after ``seconds``, the oldest first past the limit."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._seconds = seconds
        self._clock = clock
        self._records: dict[str, tuple[float, Record]] = {}

    def put(self, record: Record, name: str | None = None) -> str:
        name = name or secrets.token_urlsafe(32)
        while len(self._records) >= MOST_REMEMBERED:
            del self._records[next(iter(self._records))]
        self._records[name] = (self._clock() + self._seconds, record)
        return name

    def get(self, name: str) -> Record | None:
        ends, record = self._records.get(name, (0.0, None))
        if record is None or self._clock() >= ends:
            self._records.pop(name, None)
            return None
        return record

    def take(self, name: str) -> Record | None:
        """The record, and forget it: for what may be used once."""
        record = self.get(name)
        self._records.pop(name, None)
        return record


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in at the provider with one browser; ``authenticated`` in seconds since 1970."""

    persona: Somebody
    method: Method
    authenticated: int


@dataclass(frozen=True, slots=True)
class Interaction:
    """An authorization request that waits for its person; only the browser that brought it may answer."""

    query: str
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code with what it stands for, in the shape Authlib asks of one."""

    code: str = field(repr=False)
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str
    asked: Asked
    session: Session
    code_challenge: str | None = None
    code_challenge_method: str | None = None

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.session.authenticated

    def get_acr(self) -> str | None:
        return self.session.method.acr if self.asked.acr else None

    def get_amr(self) -> list[str] | None:
        return list(self.session.method.amr) if self.asked.amr else None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token for userinfo, in the shape Authlib asks of one; expiry is the shelf's."""

    client: object
    session: Session
    scope: str

    def get_client(self) -> object:
        return self.client

    def get_user(self) -> Session:
        return self.session

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False
