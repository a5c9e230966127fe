"""What a hijacked console may try, and what it must not have loosened: rows that grant, before and after.

A hijacked console holds the application's key and token, its role in the database, and every handle it was given. It
holds no browser of the guard's own origin and no passkey.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from beffroi.guard.authentic import TABLES, columns
from tests.guard.signin.serving import Guard

Row = Mapping[str, Any]
Changed = Callable[[Row, Row], bool]
PASSING: Final = frozenset(
    {
        # What ends by itself and grants nothing alone: the session's own life, drafts that a passkey must sign,
        # questions begun, requests that other people must approve, what one person records for others to read.
        "session", "request", "sitting", "exam", "reach", "application_day", "checklist_item", "audit",
        "audit_answer", "admission", "directory_entry", "leaver", "swept", "escalation",
        "message",
        # What an office writes to people it follows, within its budgets.
        "notice", "letter",
        # What says whose a copy is.
        "export_copy",
        # What was said of an opening that is over.
        "glass_verdict",
        # What another organisation's agent must agree to.
        "transfer",
    }
)  # fmt: skip
GRANTING: Final = tuple(sorted(TABLES.keys() - PASSING))
_KEYS: Final = {"budget": ("key",), "policy": ("version",), "application_key": ("application", "kid"),
                "relation": ("person", "organisation", "kind"), "line_member": ("account", "line")}  # fmt: skip


class Facts(NamedTuple):
    """Rows of every granting table, by key; ``people`` are those who were known."""

    rows: dict[str, dict[tuple[str, ...], Row]]
    people: frozenset[str]


def facts(guard: Guard) -> Facts:
    """Everything that grants now. Each row must be genuine: a loosening could also be a forged row left behind."""

    async def read() -> Facts:
        found: dict[str, dict[tuple[str, ...], Row]] = {}
        for table in GRANTING:
            rows = await guard.world.conn.fetch(f"SELECT * FROM guard.{table}")
            assert all(guard.world.keys.authenticator.genuine_row(table, row) for row in rows), table
            key = _KEYS.get(table, ("id",))
            found[table] = {
                tuple(str(row[name]) for name in key): {name: row[name] for name in columns(table)} for row in rows
            }
        people = await guard.world.conn.fetch("SELECT id FROM guard.person")
        return Facts(found, frozenset(str(row["id"]) for row in people))

    return guard.run(read())


def _other(before: Row, after: Row, *apart: str) -> bool:
    """Whether any column changed but these, and the version."""
    return any(before[name] != after[name] for name in before if name not in (*apart, "version"))


def _ended(name: str) -> Changed:
    """Rows in which one instant may be set, once, and nothing else changes."""
    return lambda before, after: (
        _other(before, after, name)
        or (before[name] != after[name] and (before[name] is not None or after[name] is None))
    )


def _account(before: Row, after: Row) -> bool:
    return (
        _other(before, after, "status", "attested_until", "reviewed_until")
        or (before["status"] != after["status"] and after["status"] not in ("suspended", "closed"))
        or after["attested_until"] > before["attested_until"]
        or after["reviewed_until"] > before["reviewed_until"]
    )


def _habilitation(before: Row, after: Row) -> bool:
    return (
        _other(before, after, "status", "until_at")
        or (before["status"] != after["status"] and after["status"] not in ("suspended", "closed"))
        or after["until_at"] > before["until_at"]
    )


def _organisation(before: Row, after: Row) -> bool:
    return (
        _other(before, after, "active", "contract_until")
        or after["active"] > before["active"]
        or after["contract_until"] > before["contract_until"]
    )


def _contract(before: Row, after: Row) -> bool:
    return (
        _other(before, after, "until_at", "ended_at")
        or after["until_at"] > before["until_at"]
        or (before["ended_at"] is not None and after["ended_at"] is None)
    )


def _provider(before: Row, after: Row) -> bool:
    return _other(before, after, "withdrawn_at", "withdrawn_by") or (
        before["withdrawn_at"] is not None and before != after
    )


def _budget(before: Row, after: Row) -> bool:
    return any(after[name] > before[name] for name in ("hour_cap", "day_cap", "week_cap", "month_cap")) or any(
        after[name] < before[name] for name in ("hour_spent", "day_spent", "week_spent", "month_spent")
    )


def _always(before: Row, after: Row) -> bool:
    return before != after


# What loosens when a row changes; whatever is not named here loosens by any change at all.
_CHANGES: Final[Mapping[str, Changed]] = {
    "account": _account, "habilitation": _habilitation, "organisation": _organisation, "contract": _contract,
    "budget": _budget, "roster_domain": _ended("ended_at"), "roster_person": _ended("ended_at"),
    "scim_token": _ended("revoked_at"), "factor": _ended("revoked_at"), "application_key": _ended("revoked_at"),
    "relation": _ended("until_at"), "habilitation_application": _ended("ended_at"),
    "organisation_provider": _provider,
    "cover": lambda before, after: _other(before, after, "until_at") or after["until_at"] > before["until_at"],
    "enrolment": lambda before, after: _other(before, after, "failures", "expires_at", "used_at")
    or after["failures"] < before["failures"] or after["expires_at"] > before["expires_at"]
    or (before["used_at"] is not None and after["used_at"] is None),
}  # fmt: skip
# Tables in which a new row takes something away.
_TIGHTENING: Final = frozenset({"containment", "line_member", "cut"})


def loosened(before: Facts, after: Facts) -> list[str]:
    """What grants more than it did: new rows, lifted or lost tightenings, changes the wrong way."""
    found = []
    for table in GRANTING:
        was, now = before.rows[table], after.rows[table]
        for key in now.keys() - was.keys():
            registered = table == "relation" and key[0] not in before.people  # somebody new, registered just now
            if table not in _TIGHTENING and table != "budget" and not registered:
                found.append(f"{table}: a row more {key}")
        for key in was.keys() - now.keys():
            found.append(f"{table}: a row less {key}")
        changed = _CHANGES.get(table, _always)
        found += [f"{table}: {key} changed" for key in was.keys() & now.keys() if changed(was[key], now[key])]
    return found


def tightened(before: Facts, after: Facts) -> list[str]:
    """Tables of which anything changed at all."""
    return [table for table in GRANTING if table != "budget" and before.rows[table] != after.rows[table]]
