"""What the worker is told of mail: which server, in whose name, and where the console is."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Security(StrEnum):
    """How the way to the mail server is protected. ``NONE`` is for a server on the same host only."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server. Its certificate is always verified, by the system's authorities or those of ``ca_file``.

    ``timeout`` is in seconds, for each exchange.
    """

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout: float = 20.0


@dataclass(frozen=True, slots=True)
class Folder:
    """Mails of a demonstration: files in a folder, none of which leaves the machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class Mailing:
    """All that sending takes. ``sender`` is the address of From; ``console_url`` has no trailing slash."""

    to: Smtp | Folder
    sender: str
    console_url: str
