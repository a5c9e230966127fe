"""Rows that grant, cap or authenticate carry a MAC (I-16): who can write the database cannot forge a right.

The MAC is keyed BLAKE2b, 16 bytes (RFC 7693, 2.9), over the table's name and the authenticated columns of
``TABLES``, in that order. The encoding is unambiguous because the layout of a table is fixed: its numbers (whole
numbers, booleans, instants in microseconds since 1970) come first, 8 bytes each; then every other value preceded
by its length in 4 bytes, an absent value having a length of its own. Id and version are among the columns, so a
genuine MAC copied to another row, or kept from an older version, is refused.

Left out are columns that the vault already authenticates (ciphertexts, wrapped keys) and those that can only
shorten a right (``session.seen_at``).
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from hashlib import blake2b
from operator import itemgetter
from struct import Struct, error, pack
from typing import Final
from uuid import UUID

MAC_BYTES: Final = 16
REMEMBERED: Final = 1 << 16
"""Rows whose genuine MAC is remembered: hot ones come back thousands of times a second."""

Value = None | bool | int | str | bytes | UUID | datetime | Sequence[str] | Sequence[UUID] | Sequence[int]


class Kind(Enum):
    """How a column is read. Only the first two may never be null."""

    NUMBER = "int or bool"
    INSTANT = "aware datetime, or int of microseconds since 1970"
    MAYBE_NUMBER = "number or null"
    MAYBE_INSTANT = "instant or null"
    ID = "UUID, its canonical text, its 16 bytes, or null"
    TEXT = "str or null"
    BYTES = "bytes or null"
    IDS = "list of ids"
    TEXTS = "list of texts"
    NUMBERS = "list of whole numbers of 8 bytes, signed"


_N, _I, _MN, _MI = Kind.NUMBER, Kind.INSTANT, Kind.MAYBE_NUMBER, Kind.MAYBE_INSTANT
_ID, _T, _B, _IDS, _TS, _NS = Kind.ID, Kind.TEXT, Kind.BYTES, Kind.IDS, Kind.TEXTS, Kind.NUMBERS

TABLES: Final[Mapping[str, Mapping[str, Kind]]] = {
    "policy": {"version": _T, "source": _T, "activated_at": _I},
    "organisation": {
        "id": _ID, "code": _T, "name": _T, "kind": _T, "siret": _T, "active": _N, "contract_until": _I,
        "confirmed_agents": _N, "version": _N,
    },
    "application": {
        "id": _T, "name": _T, "organisation": _ID, "open": _N, "redirect_uris": _TS, "hour_cap": _N,
        "day_cap": _N, "week_cap": _N, "month_cap": _N, "version": _N,
    },
    "application_key": {
        "application": _T, "kid": _T, "jwk": _T, "until_at": _I, "revoked_at": _MI, "version": _N,
    },
    "account": {
        "id": _ID, "status": _T, "subject_index": _ID, "idp_id": _T, "email_index": _ID, "attested_until": _I,
        "reviewed_until": _I, "requested_by": _ID, "approved_by": _ID, "pools": _IDS, "created_at": _I,
        "version": _N,
    },
    "habilitation": {
        "id": _ID, "account": _ID, "organisation": _ID, "role": _T, "status": _T, "from_at": _I, "until_at": _I,
        "version": _N,
    },
    "habilitation_application": {
        "id": _ID, "habilitation": _ID, "application": _T, "ended_at": _MI, "version": _N,
    },
    "factor": {
        "id": _ID, "account": _ID, "kind": _T, "credential_id": _B, "public_key": _B, "sign_count": _MN,
        "secret": _B, "last_step": _MN, "failures": _N, "locked_until": _MI, "created_at": _I, "revoked_at": _MI,
        "version": _N,
    },
    "enrolment": {
        "id": _ID, "account": _ID, "code_hash": _B, "failures": _N, "expires_at": _I, "used_at": _MI,
        "created_at": _I,
    },
    "session": {
        "id": _ID, "handle_hash": _B, "application": _T, "account": _ID, "habilitation": _ID, "level": _N,
        "factor_at": _I, "client_hash": _B, "created_at": _I, "expires_at": _I, "revoked_at": _MI, "version": _N,
    },
    "person_session": {
        "id": _ID, "handle_hash": _B, "application": _T, "person": _ID, "client_hash": _B, "created_at": _I,
        "expires_at": _I, "revoked_at": _MI, "version": _N,
    },
    "person_binding": {"id": _ID, "person": _ID, "subject_index": _ID, "bound_at": _I, "version": _N},
    "delay": {
        "id": _ID, "request": _ID, "account": _ID, "from_at": _I, "until_at": _I, "shown_at": _I, "renews": _ID,
        "decided_at": _I, "version": _N,
    },
    "breach": {
        "id": _ID, "request": _ID, "organisation": _ID, "scope": _T, "ids": _T, "from_at": _I, "until_at": _I,
        "cause": _T, "declared_at": _I, "withdrawn_at": _MI, "version": _N,
    },
    "invitation": {
        "id": _ID, "person": _ID, "organisation": _ID, "account": _ID, "locator": _T, "code_hash": _B, "failures": _N,
        "issued_at": _I, "expires_at": _I, "ended_at": _MI, "session": _ID, "version": _N,
    },
    "presence_code": {
        "id": _ID, "person": _ID, "organisation": _ID, "code_hash": _B, "made_at": _I, "expires_at": _I,
        "ended_at": _MI, "ending": _T, "version": _N,
    },
    "report": {
        "id": _ID, "person": _ID, "entry": _N, "consulted_at": _I, "account": _ID, "organisation": _ID,
        "standing": _T, "answer": _T, "reported_at": _I, "examined_at": _MI, "examined_by": _ID, "answered_at": _MI,
        "answered_by": _ID, "version": _N,
    },
    "containment": {
        "id": _ID, "kind": _T, "scope": _T, "groups": _N, "since_at": _I, "lifted_at": _MI, "version": _N,
    },
    "relation": {
        "person": _ID, "organisation": _ID, "kind": _T, "referent": _ID, "since_at": _I, "until_at": _MI,
        "version": _N,
    },
    "cover": {
        "id": _ID, "organisation": _ID, "account": _ID, "absent": _ID, "from_at": _I, "until_at": _I, "made_by": _ID,
        "made_at": _I, "version": _N,
    },
    "transfer": {
        "id": _ID, "person": _ID, "giving": _ID, "receiving": _ID, "organisation": _ID, "reason": _T,
        "asked_by": _ID, "asked_at": _I, "expires_at": _I, "status": _T, "answer": _T, "decided_by": _ID,
        "decided_at": _MI, "version": _N,
    },
    "export_copy": {
        "id": _ID, "mark": _T, "account": _ID, "session": _ID, "organisation": _ID, "application": _T, "purpose": _T,
        "groups": _N, "reason": _T, "people": _N, "request": _ID, "made_at": _I, "version": _N,
    },
    "notice": {
        "id": _ID, "code": _T, "subject": _T, "day": _T, "hour": _T, "account": _ID, "organisation": _ID,
        "people": _N, "made_at": _I, "version": _N,
    },
    "letter": {"id": _ID, "notice": _ID, "person": _ID, "made_at": _I},
    "glass_verdict": {
        "id": _ID, "entry": _N, "opened_at": _I, "account": _ID, "organisation": _ID, "verdict": _T, "judged_by": _ID,
        "judged_at": _I, "version": _N,
    },
    "erasure_list": {
        "id": _ID, "organisation": _ID, "status": _T, "digest": _B, "people": _N, "prepared_at": _I, "signed_at": _MI,
        "request": _ID, "erased": _N, "kept": _N, "reached": _ID, "ended_at": _MI, "version": _N,
    },
    "erasure_hold": {
        "id": _ID, "person": _ID, "organisation": _ID, "reason": _T, "held_by": _ID, "held_at": _I, "until_at": _I,
        "ended_at": _MI, "version": _N,
    },
    "person_request": {
        "id": _ID, "person": _ID, "organisation": _ID, "article": _T, "received_at": _I, "state": _T, "extended": _T,
        "reason": _T, "registered_by": _ID, "registered_at": _I, "moved_by": _ID, "moved_at": _MI, "version": _N,
    },
    "correction": {
        "id": _ID, "person": _ID, "request": _ID, "organisation": _ID, "groups": _N, "corrected_by": _ID,
        "corrected_at": _I, "sealed": _B, "version": _N,
    },
    "restriction": {
        "id": _ID, "person": _ID, "organisation": _ID, "ground": _T, "request": _ID, "since_at": _I,
        "decided_by": _ID, "told_at": _MI, "lifted_at": _MI, "lifted_by": _ID, "version": _N,
    },
    "person_alias": {
        "id": _ID, "person": _ID, "survivor": _ID, "organisation": _ID, "merged_by": _ID, "merged_at": _I,
        "undo_until": _I, "ended_at": _MI, "ended_by": _ID, "version": _N,
    },
    "budget": {
        "key": _T, "hour": _N, "day": _N, "recent": _B, "hour_spent": _N, "day_spent": _N, "week_spent": _N,
        "month_spent": _N, "hour_cap": _N, "day_cap": _N, "week_cap": _N, "month_cap": _N, "version": _N,
    },
    "reach": {"account": _ID, "person": _ID, "day": _N, "marks": _NS, "found_day": _N, "version": _N},
    "breaker": {
        "id": _T, "since_day": _N, "first_hour": _N, "first_day": _N, "first_week": _N, "first_month": _N,
        "hour_ceiling": _N, "day_ceiling": _N, "week_ceiling": _N, "month_ceiling": _N, "frozen": _N,
        "judged_hour": _N, "version": _N,
    },
    "application_day": {
        "application": _T, "day": _N, "hours": _B, "people": _N, "week": _N, "month": _N, "version": _N,
    },
    "request": {
        "id": _ID, "kind": _T, "requester": _ID, "beneficiary": _ID, "organisation": _ID, "digest": _B, "needed": _N,
        "status": _T, "created_at": _I, "expires_at": _I, "decided_at": _MI, "version": _N,
    },
    "approval": {
        "id": _ID, "request": _ID, "approver": _ID, "verdict": _T, "at": _I, "factor": _ID, "challenge": _B,
        "nonce": _B, "assertion": _T, "version": _N,
    },
    "origin": {
        "id": _ID, "request": _ID, "requested_by": _ID, "approved_by": _ID, "enrolled_by": _ID, "proof": _T,
        "trained_at": _MI, "begun_at": _MI, "confirmed_by": _ID, "confirmed_at": _MI, "version": _N,
    },
    "roster_domain": {"id": _ID, "organisation": _ID, "domain": _T, "ended_at": _MI, "version": _N},
    "roster_person": {"id": _ID, "organisation": _ID, "email_index": _ID, "ended_at": _MI, "version": _N},
    "message": {
        "id": _ID, "recipient": _ID, "template": _T, "about": _T, "refs": _T, "created_at": _I,
    },
    "swept": {"id": _ID, "warned_at": _MI, "suspended_at": _MI, "restarted_at": _MI, "version": _N},
    "scim_token": {
        "id": _ID, "organisation": _ID, "token_hash": _B, "created_by": _T, "created_at": _I, "expires_at": _I,
        "revoked_at": _MI, "version": _N,
    },
    "directory_entry": {
        "id": _ID, "organisation": _ID, "resource": _ID, "account": _ID, "email_index": _ID, "external_index": _ID,
        "created_at": _I, "changed_at": _I, "removed_at": _MI, "version": _N,
    },
    "admission": {
        "id": _ID, "organisation": _ID, "source": _T, "entry": _ID, "account": _ID, "status": _T, "created_at": _I,
        "closed_at": _MI, "closed_by": _ID, "version": _N,
    },
    "leaver": {
        "id": _ID, "account": _ID, "organisation": _ID, "source": _T, "status": _T, "created_at": _I,
        "decided_at": _MI, "decided_by": _ID, "version": _N,
    },
    "leaver_day": {"id": _ID, "until_at": _I, "version": _N},
    "escalation": {
        "id": _ID, "kind": _T, "organisation": _ID, "account": _ID, "created_at": _I, "closed_at": _MI,
        "version": _N,
    },
    "exam": {
        "id": _ID, "account": _ID, "course": _T, "edition": _T, "seed": _B, "drawn": _TS, "begun_at": _I,
        "ended_at": _MI, "score": _MN, "passed": _MN, "version": _N,
    },
    "campaign": {
        "id": _ID, "organisation": _ID, "opened_at": _I, "due_at": _I, "closed_at": _MI, "reminded": _MN,
        "digest": _B, "version": _N,
    },
    "sitting": {
        "id": _ID, "campaign": _ID, "reviewer": _ID, "content": _T, "digest": _B, "created_at": _I,
        "signed_at": _MI, "factor": _ID, "nonce": _B, "challenge": _B, "assertion": _T, "version": _N,
    },
    "review": {
        "id": _ID, "campaign": _ID, "habilitation": _ID, "account": _ID, "reasons": _TS, "facts": _T,
        "verdict": _T, "reviewer": _ID, "sitting": _ID, "at": _MI, "version": _N,
    },
    "line_member": {"account": _ID, "line": _ID, "since_at": _I, "version": _N},
    "cut": {
        "id": _ID, "kind": _T, "scope": _T, "groups": _N, "made_by": _ID, "operator": _T, "organisation": _ID,
        "reason": _T, "accounts": _N, "sessions": _N, "since_at": _I, "ended_at": _MI, "version": _N,
    },
    "organisation_provider": {
        "id": _ID, "organisation": _ID, "provider": _T, "name": _T, "source": _T, "accepted_at": _I,
        "accepted_by": _ID, "withdrawn_at": _MI, "withdrawn_by": _ID, "version": _N,
    },
    "contract": {
        "id": _ID, "from_at": _I, "until_at": _I, "clauses": _TS, "controllers": _TS, "level": _N, "contact": _B,
        "opened_at": _MI, "ended_at": _MI, "version": _N,
    },
    "checklist_item": {
        "id": _ID, "organisation": _ID, "list": _T, "code": _T, "done_at": _MI, "done_by": _ID, "evidence": _B,
        "version": _N,
    },
    "audit": {
        "id": _ID, "organisation": _ID, "questionnaire": _T, "opened_at": _I, "opened_by": _ID, "due_at": _I,
        "closed_at": _MI, "version": _N,
    },
    "audit_answer": {
        "id": _ID, "audit": _ID, "question": _T, "answer": _T, "evidence": _B, "answered_at": _I,
        "answered_by": _ID, "due_at": _MI, "corrected_at": _MI, "version": _N,
    },
    "cold_file": {
        "id": _ID, "name": _T, "layout": _T, "from_at": _I, "until_at": _I, "rows": _N, "first_entry": _N,
        "last_entry": _N, "size": _N, "sha256": _B, "kinds": _T, "written_at": _I, "ended_at": _MI, "version": _N,
    },
    "sealed": {
        "id": _T, "origin": _T, "size": _N, "root": _B, "last_entry": _N, "published_size": _N,
        "published_entry": _N, "sealed_at": _I, "version": _N,
    },
}  # fmt: skip
"""Authenticated columns of each table, in the order in which :meth:`Authenticator.stamp` takes their values."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
ABSENT: Final = b"\xff\xff\xff\xff"
"""The length of a value that is not there."""


def columns(table: str) -> tuple[str, ...]:
    """Names of the authenticated columns, in order. Raises KeyError for a table whose rows carry no MAC."""
    return tuple(TABLES[table])


def microseconds(value: datetime) -> int:
    """An instant as the encoding counts it: since 1970. Raises TypeError for a naive one."""
    since = value - _EPOCH  # raises TypeError for a naive datetime: a bug of the caller
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _number(value: Value) -> int:
    if type(value) is int or type(value) is bool:
        return value
    if isinstance(value, datetime):
        return microseconds(value)
    raise TypeError("an authenticated number is an int, a bool or an aware datetime")


def _sized(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _maybe_number(value: Value) -> bytes:
    return ABSENT if value is None else b"\0\0\0\x08" + _number(value).to_bytes(8, "big", signed=True)


def _id(value: Value) -> bytes:
    if value is None:
        return ABSENT
    if isinstance(value, str):
        raw = bytes.fromhex(value.replace("-", ""))
    elif isinstance(value, UUID):
        raw = value.bytes
    else:
        raw = value if isinstance(value, bytes) else b""
    if len(raw) != 16:
        raise TypeError("an authenticated id is a UUID, its text or its 16 bytes")
    return b"\0\0\0\x10" + raw


def _text(value: Value) -> bytes:
    if value is None:
        return ABSENT
    if not isinstance(value, str):
        raise TypeError("an authenticated text is a str")
    return _sized(value.encode())


def _bytes(value: Value) -> bytes:
    if value is None:
        return ABSENT
    if not isinstance(value, bytes):
        raise TypeError("authenticated bytes are bytes")
    return _sized(value)


def _list(each: Callable[[Value], bytes]) -> Callable[[Value], bytes]:
    def encode(value: Value) -> bytes:
        if not isinstance(value, list | tuple):
            raise TypeError("an authenticated list is a list or a tuple")
        return _sized(b"".join(each(item) for item in value))

    return encode


def _numbers(value: Value) -> bytes:
    if not isinstance(value, list | tuple):
        raise TypeError("an authenticated list is a list or a tuple")
    return _sized(pack(f">{len(value)}q", *value))


_ENCODERS: Final[dict[Kind, Callable[[Value], bytes]]] = {
    Kind.MAYBE_NUMBER: _maybe_number,
    Kind.MAYBE_INSTANT: _maybe_number,
    Kind.ID: _id,
    Kind.TEXT: _text,
    Kind.BYTES: _bytes,
    Kind.IDS: _list(_id),
    Kind.TEXTS: _list(_text),
    Kind.NUMBERS: _numbers,
}


class _Layout:
    """The encoding of one table, prepared once."""

    def __init__(self, table: str, kinds: Mapping[str, Kind]) -> None:
        order = list(kinds.values())
        numbers = [place for place, kind in enumerate(order) if kind in (Kind.NUMBER, Kind.INSTANT)]
        self.width = len(order)
        self.pick: Callable[[Sequence[Value]], tuple[Value, ...]] = (
            itemgetter(*numbers) if len(numbers) > 1 else lambda values: tuple(values[place] for place in numbers)
        )
        self.instants = any(order[place] is Kind.INSTANT for place in numbers)
        self.pack = Struct(f">{len(numbers)}q").pack
        self.rest = [(place, _ENCODERS[kind]) for place, kind in enumerate(order) if kind in _ENCODERS]
        self.prefix = _sized(f"beffroi/v1/{table}".encode())

    def encode(self, values: Sequence[Value]) -> bytes:
        if len(values) != self.width:
            raise ValueError(f"{self.width} authenticated values expected, {len(values)} given")
        picked = self.pick(values)
        if self.instants:
            picked = tuple([value if type(value) is int else _number(value) for value in picked])
        try:
            numbers = self.pack(*picked)
        except error:  # something that is no number: said by _number
            numbers = self.pack(*map(_number, picked))
        return self.prefix + numbers + b"".join([encode(values[place]) for place, encode in self.rest])


_LAYOUTS: Final = {table: _Layout(table, kinds) for table, kinds in TABLES.items()}


def prefix(table: str) -> bytes:
    """What the encoding of a row of this table begins with."""
    return _LAYOUTS[table].prefix


def encoded(table: str, values: Sequence[Value]) -> bytes:
    """The bytes that a row's MAC covers. Raises as :meth:`Authenticator.stamp` does."""
    return _LAYOUTS[table].encode(values)


class Authenticator:
    """Stamps and checks rows under one key. Values are given in the order of :func:`columns`.

    Checks of rows already found genuine cost a look-up: the answer depends on the bytes alone, never on when it
    was given. The memory is bounded; when full, the older half is forgotten.
    """

    __slots__ = ("_genuine", "_key", "_keyed", "distrusted")

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the MAC key has 32 bytes")
        self._key = key
        self._keyed = blake2b(digest_size=MAC_BYTES, key=key)
        self._genuine: dict[tuple[str, bytes, tuple[Value, ...]], None] = {}
        self.distrusted: frozenset[tuple[str, str]] = frozenset()
        """Scopes whose rows are not what the journal says (guard/folding): this process refuses them, whatever any
        row says. Replaced whole."""

    def __repr__(self) -> str:
        return "Authenticator(«redacted»)"

    def stamp(self, table: str, values: Sequence[Value]) -> bytes:
        """MAC of a row, 16 bytes.

        Raises KeyError for a table without MAC, ValueError for a wrong number of values, TypeError or
        struct.error for a value of the wrong type: all bugs of the caller.
        """
        return self.stamp_encoded(_LAYOUTS[table].encode(values))

    def genuine(self, table: str, values: Sequence[Value], mac: bytes) -> bool:
        """Whether ``mac`` is the MAC of these values. Lists among the values must be tuples to be remembered."""
        try:
            seen = (table, mac, tuple(values))
            if seen in self._genuine:
                return True
        except TypeError:  # a list is not hashable: checked each time
            return hmac.compare_digest(self.stamp(table, values), mac)
        if not hmac.compare_digest(self.stamp(table, values), mac):
            return False
        if len(self._genuine) >= REMEMBERED:
            for old in list(self._genuine)[: REMEMBERED // 2]:
                del self._genuine[old]
        self._genuine[seen] = None
        return True

    def stamp_encoded(self, encoded: bytes) -> bytes:
        """MAC of a row already encoded as :func:`encoded` does: for who writes a million rows of one table."""
        hashing = self._keyed.copy()  # the key's block is hashed once
        hashing.update(encoded)
        return hashing.digest()

    def stamp_text(self, purpose: str, text: bytes) -> bytes:
        """MAC of what is no row, 16 bytes; ``purpose`` (16 ASCII letters at most) keeps uses and rows apart."""
        return blake2b(text, digest_size=MAC_BYTES, key=self._key, person=purpose.encode()).digest()

    def stamp_row(self, table: str, row: Mapping[str, Value]) -> bytes:
        """MAC of a row given by column names; columns that are not authenticated are ignored."""
        return self.stamp(table, [row[name] for name in TABLES[table]])

    def genuine_row(self, table: str, row: Mapping[str, Value]) -> bool:
        """Whether the row's own ``mac`` column is genuine. asyncpg records are accepted."""
        values = [row[name] for name in TABLES[table]]
        mac = row["mac"]
        try:
            return isinstance(mac, bytes) and self.genuine(
                table, [tuple(value) if isinstance(value, list) else value for value in values], mac
            )
        except (TypeError, error):  # a value that was never stamped, as an instant at infinity
            return False
