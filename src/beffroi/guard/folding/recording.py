"""The fact that each writing of an authenticated row leaves in the journal: which row, which version, whose.

An entry of kind ``fact``: the table is its ``explanation``, so that the facts of a table can be left out without
being read; ``detail`` is canonical JSON of the key, the version, 8 bytes of the row's MAC and 8 bytes of a MAC over
all of it, so that nobody who can write the journal without the keys can say what a row is. No value of the row is in
it.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.folding import GONE, Fact
from beffroi.guard.authentic import TABLES, Authenticator, microseconds

if TYPE_CHECKING:
    from beffroi.guard.stamped import Row

KIND: Final = "fact"
UNFOLDED: Final = frozenset({"budget", "reach", "application_day", "message", "letter", "sealed", "person_session"})
"""Written by every opening, or once a minute: the first two are held to the openings themselves; an older day of an
application, or none, only makes its caps smaller; a message or a letter gives nothing to who gets it twice, or not.
How far the journal is sealed is held to the published log: a fact of it would be one more entry to seal, for ever.
A session of the personal space reads its own person alone and ends within the hour; its row goes with the file."""
BORN_UNSAID: Final = frozenset({"relation"})
"""Imported by the million: the first version of a row has no fact, the later ones have. That a row which gives access
is gone gives nothing, and one that ended cannot become the first version again. One that refuses has a fact from its
first version on (:func:`beffroi.guard.relating.relations.begin`)."""
FOLDED: Final = tuple(table for table in TABLES if table not in UNFOLDED)
LEAP: Final = 1_000_000
"""Versions between a row that is set right and the one it replaces, where the versions between are not known: no copy
of what was there before follows it."""
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "policy": ("version",),
    "application_key": ("application", "kid"),
    "relation": ("person", "organisation", "kind"),
    "line_member": ("account", "line"),
}
"""Primary keys that are not ``id``."""
_PURPOSE: Final = "beffroi/fact"
_BYTES: Final = 8
_LAST: Final = microseconds(datetime(9999, 1, 1, tzinfo=UTC))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_ACCOUNTS: Final = ("account", "requester", "approver", "reviewer")


def key_columns(table: str) -> tuple[str, ...]:
    """Columns of a table's primary key."""
    return KEYS.get(table, ("id",))


def key_of(table: str, row: "Row") -> str:
    """A row's primary key as the journal writes it."""
    return "/".join(str(row[name]) for name in key_columns(table))


def version_of(table: str, row: "Row") -> int:
    """What grows with each writing of a row: its version, or what stands for one in a table that has none.

    A policy is activated again later, a member of a line recorded again later. A code of enrolment is voided by
    bringing its end forward, used, or tried once more.
    """
    if table == "policy":
        return microseconds(row["activated_at"])
    if table == "line_member":
        return microseconds(row["since_at"])
    if table == "enrolment":
        early = max(0, _LAST - microseconds(row["expires_at"]))
        return (early << 5) + (16 if row["used_at"] is not None else 0) + min(int(row["failures"]), 15)
    return int(row["version"])


def beyond(table: str, row: "Row", after: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Columns that take a row past the version ``after``, beside what else of it changes.

    Raises ValueError for a policy: which one is in force is not for a machine to say.
    """
    if table == "policy":
        raise ValueError("a policy is activated by people")
    if table == "line_member":
        return {"since_at": max(row["since_at"], instant_of(after)) + _TICK}
    if table == "enrolment":
        early = max((after >> 5) + 1, _LAST - microseconds(changes.get("expires_at", row["expires_at"])))
        return {"expires_at": instant_of(_LAST - early)}
    return {"version": max(after, int(row["version"])) + 1}


def instant_of(since: int) -> datetime:
    """An instant from microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=since)


def mac_of(row: "Row") -> str:
    """What the journal keeps of a row's MAC."""
    mac: bytes = row["mac"]
    return mac[:_BYTES].hex()


def fact_of(table: str, row: "Row", *, gone: bool = False) -> Fact:
    """What is to be journaled of a row as it has just been written, or deleted."""
    own = {"organisation": "organisation", "application": "application"}
    account = next((str(row[name]) for name in _ACCOUNTS if row.get(name) is not None), None)
    concerned = {name: str(row[column]) for name, column in own.items() if row.get(column) is not None}
    key = key_of(table, row)
    if table in ("account", "swept"):
        account = key
    if table in ("organisation", "contract"):
        concerned["organisation"] = key
    if table in ("application", "breaker"):
        concerned["application"] = key
    version = version_of(table, row)
    return Fact(table, key, version, GONE if gone else mac_of(row), account, **concerned)


def detail_of(authenticator: Authenticator, fact: Fact) -> str:
    """The entry's detail, with its proof."""
    members = {"id": fact.id, "mac": fact.mac, "proof": _proof(authenticator, fact), "version": fact.version}
    return json.dumps(members, separators=(",", ":"), sort_keys=True)


def read(authenticator: Authenticator, entry: Mapping[str, Any]) -> Fact | None:
    """The fact of an entry of the journal; None when it is not the guard's."""
    try:
        members = json.loads(entry["detail"])
        mac, proof = members["mac"], members["proof"]
        concerned = [None if entry[name] is None else str(entry[name]) for name in _CONCERNED]
        fact = Fact(str(entry["explanation"]), members["id"], members["version"], mac, *concerned)
        genuine = hmac.compare_digest(_proof(authenticator, fact), proof)
    except (ValueError, TypeError, KeyError):
        return None
    return fact if genuine else None


_CONCERNED: Final = ("account", "organisation", "application")


def _proof(authenticator: Authenticator, fact: Fact) -> str:
    return authenticator.stamp_text(_PURPOSE, json.dumps(fact).encode())[:_BYTES].hex()


def columns_of(authenticator: Authenticator, facts: Iterable[Fact]) -> list[list[str | None]]:
    """Table, account, organisation, application and detail of each fact, as columns for the journal."""
    rows = [
        (fact.table, fact.account, fact.organisation, fact.application, detail_of(authenticator, fact))
        for fact in facts
    ]
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], [], [], []]
