"""The guard's settings: loaded and checked by the composition root, passed in whole, never read from the air."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from beffroi.standards.tlog.note import VerifierKey


class Mode(StrEnum):
    """Where the guard runs: ``demonstration`` and ``drill`` allow what ``production`` refuses."""

    PRODUCTION = "production"
    DEMONSTRATION = "demonstration"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Provider:
    """The OpenID provider the guard relies on (OpenID Connect Discovery 1.0).

    ``pkce`` (RFC 7636) is off unless said: ProConnect answers any parameter it does not list by error Y000400. The
    nonce, checked in the signed ID token, still ties a code to the browser that asked for it.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    idp_id: str | None = None
    pkce: bool = False


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the guard answers: ``host``/``port`` for everybody, ``internal_port`` on loopback for /metrics.

    ``fd`` is an already open listening socket, in which case host and port are not used. ``backlog`` and
    ``connections`` bound what may wait and what may be open at once.
    """

    host: str = "127.0.0.1"
    port: int = 8001
    internal_port: int | None = None
    fd: int | None = None
    backlog: int = 1024
    connections: int = 2048


@dataclass(frozen=True, slots=True)
class Batching:
    """The hot path: connections in flight, most requests of a batch, most waiting, seconds before giving up.

    Sizes are counts of decisions; ``one_by_one`` makes each request a transaction of its own, which only the
    bench's baseline asks for.
    """

    connections: int = 2
    most: int = 256
    waiting: int = 4096
    deadline: float = 5.0
    one_by_one: bool = False


@dataclass(frozen=True, slots=True)
class Sealed:
    """No log, no service: for how many seconds journal entries may stay unsealed before nothing is released.

    ``None``: the bound does not apply, where no worker seals: a guard in a test, a drill, a benchmark of the rest.
    The command line never says so.
    """

    longest_lag: float | None = 5.0


@dataclass(frozen=True, slots=True)
class Log:
    """The published log that a database is held to: its public key, its folder, and who else may know of more.

    ``mirrors`` (folders or http(s) addresses) and ``witnesses`` (addresses) give it as a file ``checkpoint``.
    """

    key: VerifierKey
    store: Path
    mirrors: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scanner:
    """Where ClamAV's daemon answers: a UNIX socket, or a host and a port; seconds that a scan may take in all."""

    socket: Path | None = None
    host: str = ""
    port: int = 0
    seconds: float = 8.0


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """All that a guard needs to start. ``public_url`` has no trailing slash."""

    database: str = field(repr=False)
    key_file: Path
    journal_key_file: Path | None
    policy_file: Path
    public_url: str
    mode: Mode
    provider: Provider | None
    person_provider: Provider | None = None
    """Where people, not agents, prove who they are; without it the personal space is closed."""
    person_application: str | None = None
    """The one application that shows people their own space: no other begins, redeems or holds a person's session."""
    listening: Listening = Listening()
    batching: Batching = Batching()
    cold_folder: Path | None = None
    """Files of the journal's past days; without it, only what PostgreSQL holds can be asked about."""
    sealed: Sealed = Sealed()
    log: Log | None = None
    """What was published of the journal; ``None`` where nobody seals it: a test, a drill, a benchmark of the rest."""
    trusted_proxies: tuple[str, ...] = ()
    scanner: Scanner | None = None
    """What every attachment is shown to before it is kept. Without it production takes none; a demonstration takes
    them and says that nothing is scanned."""
