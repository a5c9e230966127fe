"""What each field group holds. Values never show in ``repr``, so neither in logs nor in tracebacks.

Sizes are limits of the door, generous for real files (INSEE's longest names have under 80 letters). Dates are
``AAAA-MM-JJ``. An absent value is ``None`` and is not written.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from beffroi.core.fields import RECORDED
from beffroi.core.identifying import REDACTED
from beffroi.core.nir import NirRefusal, parse_nir

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Line = Annotated[str, Meta(min_length=1, max_length=500)]
Code = Annotated[str, Meta(min_length=1, max_length=64)]
# In Python "$" matches before a last line end too, which is why "(?!\n)" follows it: a number with a line end would
# have another blind index than the number.
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")]
Instant = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}Z$(?!\n)")]
Email = Annotated[str, Meta(min_length=3, max_length=254)]
Phone = Annotated[str, Meta(min_length=3, max_length=40)]
FreeText = Annotated[str, Meta(min_length=1, max_length=10_000)]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A group's values, typed; unknown fields are refused."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({REDACTED})"

    def __rich_repr__(self) -> list[tuple[str, str]]:  # rich prints tracebacks with it
        return []


class Identity(Record, frozen=True):
    """Who the person is. ``sex`` as the civil register writes it; ``birth_place`` an INSEE code or a place."""

    last_name: Name
    first_names: Name
    birth_date: Day
    birth_name: Name | None = None
    sex: Literal["F", "M"] | None = None
    birth_place: Name | None = None
    nationality: Name | None = None


class Contact(Record, frozen=True):
    """How to reach the person."""

    email: Email | None = None
    phone: Phone | None = None
    address_line: Line | None = None
    postcode: Code | None = None
    city: Name | None = None
    commune_code: Code | None = None


class Nir(Record, frozen=True):
    """Number in the national register: fifteen characters, key included."""

    nir: Annotated[str, Meta(pattern=r"^[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{8}$(?!\n)")]


class AgencyId(Record, frozen=True):
    """Identifier given by the employment agency."""

    agency_id: Annotated[str, Meta(pattern=r"^(?:[0-9]{7}|[0-9]{10})[0-9A-Z]$(?!\n)")]


class Change(Record, frozen=True):
    """A change of situation: what (``subject``, ``code`` of core/situations.py), from which day, who wrote it when.

    ``before`` is what a field of the situation said until then; ``corrects`` the place of the change that this one
    puts right.
    """

    at: Instant
    author: Code
    on: Day
    subject: Code
    code: Code | None = None
    text: FreeText | None = None
    before: FreeText | None = None
    corrects: Annotated[int, Meta(ge=0, lt=1_000)] | None = None


class Situation(Record, frozen=True):
    """Where the person stands: work, schooling, housing, means, programme; and what changed when."""

    situation: Line | None = None
    education_level: Line | None = None
    housing: Line | None = None
    mobility: Line | None = None
    programme: Line | None = None
    family: Line | None = None
    resources: Line | None = None
    health: Line | None = None
    text: FreeText | None = None
    changes: Annotated[tuple[Change, ...], Meta(max_length=1_000)] = ()


class Earlier(Record, frozen=True):
    """A wording that a note had until an instant."""

    until: Instant
    text: FreeText


class Note(Record, frozen=True):
    """A note an agent wrote; ``author`` is an account's id, ``outline`` the model it began from."""

    at: Instant
    text: FreeText
    author: Code | None = None
    outline: Code | None = None
    earlier: Annotated[tuple[Earlier, ...], Meta(max_length=20)] = ()


class FollowedAction(Record, frozen=True):
    """A step agreed with the person: who is to do it (the person, or the agent ``account``), until when, done when.

    ``author`` wrote it at ``added_at``; ``id`` is also that of the console's row, which holds no word of it.
    """

    label: Line
    status: Code
    at: Day | None = None
    id: Code | None = None
    author: Code | None = None
    added_at: Instant | None = None
    by: Literal["person", "agent"] | None = None
    account: Code | None = None
    due_on: Day | None = None


class Payment(Record, frozen=True):
    """An amount of a programme: what a month was worth, and the day it was paid. ``cents`` are hundredths of a euro.

    ``corrects`` is the place of the payment that this one puts right.
    """

    at: Instant
    author: Code
    programme: Code
    month: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}$(?!\n)")]
    cents: Annotated[int, Meta(ge=0, le=1_000_000)]
    paid_on: Day | None = None
    corrects: Annotated[int, Meta(ge=0, lt=1_000)] | None = None


class Followup(Record, frozen=True):
    """The follow-up's free texts, actions and payments."""

    notes: Annotated[tuple[Note, ...], Meta(max_length=2_000)] = ()
    actions: Annotated[tuple[FollowedAction, ...], Meta(max_length=2_000)] = ()
    payments: Annotated[tuple[Payment, ...], Meta(max_length=1_000)] = ()


class SensitiveFollowup(Record, frozen=True):
    """Notes on what is nobody else's business: health, family, justice."""

    notes: Annotated[tuple[Note, ...], Meta(max_length=2_000)] = ()


class Training(Record, frozen=True):
    """The training under way or planned, and those followed before."""

    title: Line | None = None
    status: Line | None = None
    starts_on: Day | None = None
    wish: Line | None = None
    history: Annotated[tuple[Line, ...], Meta(max_length=200)] = ()


class Representative(Record, frozen=True):
    """Who answers for a minor or a protected adult; ``letters`` when letters go to them."""

    last_name: Name
    first_names: Name | None = None
    relationship: Line | None = None
    email: Email | None = None
    phone: Phone | None = None
    address_line: Line | None = None
    postcode: Code | None = None
    city: Name | None = None
    letters: bool | None = None


class LegalRepresentative(Representative, frozen=True):
    """One representative, and the others."""

    others: Annotated[tuple[Representative, ...], Meta(max_length=3)] = ()


class Agent(Record, frozen=True):
    """Personal data of a colleague (an account), under that account's own key."""

    first_name: Name
    last_name: Name
    email: Email
    phone: Phone | None = None
    job: Name | None = None
    site: Name | None = None


RECORDS: Final[Mapping[str, type[Record]]] = {
    "identity": Identity,
    "contact": Contact,
    "nir": Nir,
    "agency_id": AgencyId,
    "situation": Situation,
    "followup": Followup,
    "training": Training,
    "legal_representative": LegalRepresentative,
    "sensitive_followup": SensitiveFollowup,
}
"""Type of each group, by the name of its column."""
assert tuple(RECORDS) == tuple(RECORDED)

LARGEST_GROUP: Final = 200_000
"""Bytes of a group's JSON at most."""

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_DECODERS: Final = {name: msgspec.json.Decoder(kind) for name, kind in RECORDS.items()}
_AGENT: Final = msgspec.json.Decoder(Agent)


class RecordRefused(ValueError):
    """A group's values are not acceptable; ``group`` names it, ``reason`` says what was expected, never a value."""

    def __init__(self, group: str, reason: str) -> None:
        super().__init__(f"{group}: {reason}")
        self.group, self.reason = group, reason


def encode(record: Record) -> bytes:
    """Canonical JSON of a record. Raises RecordRefused past 200,000 bytes."""
    text = _ENCODER.encode(record)
    if len(text) > LARGEST_GROUP:
        raise RecordRefused(type(record).__name__, "too large")
    return text


encode_trusted: Final = _ENCODER.encode
"""Canonical JSON of a record whose sizes were checked already: bulk imports."""


def decode(group: str, text: bytes) -> Record:
    """Read a group's JSON, from the vault or from a door. Raises RecordRefused; KeyError for no such group."""
    if len(text) > LARGEST_GROUP:
        raise RecordRefused(group, "too large")
    try:
        return _DECODERS[group].decode(text)
    except msgspec.DecodeError as error:  # its text gives paths and expected types, never a value
        raise RecordRefused(group, str(error)) from None


def convert(group: str, fields: object) -> Record:
    """Read a group already parsed from JSON (builtin types). Raises RecordRefused, for a NIR of a wrong key too."""
    kind = RECORDS.get(group)
    if kind is None:
        raise RecordRefused("fields", "unknown group")
    try:
        record = msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise RecordRefused(group, str(error)) from None
    if isinstance(record, Nir) and isinstance(read := parse_nir(record.nir), NirRefusal):
        raise RecordRefused(group, f"{read.value} - at `$.nir`")
    return record


def decode_agent(text: bytes) -> Agent:
    """Read an agent's personal data from the vault."""
    return _AGENT.decode(text)
