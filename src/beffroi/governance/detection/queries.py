"""Reading through the guard: the last hour, a page of the journal, one entry."""

from dataclasses import asdict, dataclass
from datetime import datetime

from beffroi.client import Conversation, Refused, consultations
from beffroi.client.consultations import Entries, Entry, Live, Proof


@dataclass(frozen=True)
class Wanted:
    """Which entries; as the guard's door names them. Instants are aware."""

    from_at: datetime | None = None
    until_at: datetime | None = None
    organisation: str | None = None
    account: str | None = None
    session: str | None = None
    application: str | None = None
    kind: str | None = None
    before: int | None = None


def live(conversation: Conversation, by: str) -> Live | Refused:
    """The last hour, by application, organisation or account."""
    return conversation.ask(consultations.live(by))


def entries(conversation: Conversation, wanted: Wanted) -> Entries | Refused:
    """A page of the journal."""
    given = asdict(wanted)
    for name in ("from_at", "until_at"):
        given[name] = given[name] and given[name].isoformat()
    return conversation.ask(consultations.entries(**given))


def entry(conversation: Conversation, number: int) -> Entry | Refused:
    """One entry."""
    return conversation.ask(consultations.entry(number))


def proof(conversation: Conversation, number: int) -> Proof | Refused:
    """How one entry stands in the published log."""
    return conversation.ask(consultations.proof(number))
