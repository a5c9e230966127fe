"""Who keeps a catalogue, and why a change of it was not written."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Fault(StrEnum):
    """Why a session was not written."""

    UNKNOWN = "unknown"
    CHANGED = "changed"
    TWICE = "twice"
    TOO_FEW = "too-few"
    CANCELLED = "cancelled"
    BEGUN = "begun"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who writes, for which organisation, when."""

    organisation: UUID
    organisation_name: str
    account: UUID
    at: datetime
