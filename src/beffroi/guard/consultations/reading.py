"""Reading the journal for somebody on duty: everywhere, or at one organisation alone.

Rows that are not genuine give no name and no budget, and are reported; the rest is shown all the same: it is most
needed then.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from beffroi.core import consulting, fields
from beffroi.core.budgets import Caps, Scope
from beffroi.core.consulting import Book
from beffroi.core.ids import Bucket, OrganisationId
from beffroi.core.policy import ASSIGNMENTS, EVERYTHING, RELATIONS, Policy
from beffroi.guard.budget_rows import window_of
from beffroi.guard.consultations import statements
from beffroi.guard.consultations.answers import MOST_ROWS, Active, By, Entries, Fullest, Live, Searched, Shown
from beffroi.guard.decisions.facts import clock_at
from beffroi.guard.stamped import is_genuine
from beffroi.guard.vault import agents

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

MINUTES: Final = 60
SPAN: Final = timedelta(days=1)
"""What a search covers when it does not say."""
_ORGANISATIONS: Final = "SELECT * FROM guard.organisation WHERE id = ANY ($1::uuid[])"
_APPLICATIONS: Final = "SELECT * FROM guard.application WHERE id = ANY ($1::text[])"
_BUDGETS: Final = "SELECT * FROM guard.budget WHERE key = ANY ($1::text[])"


class Reading:
    """One reading, in one snapshot, at the instant ``now``; ``own``: of that organisation alone."""

    def __init__(self, conn: Any, keys: "Keys", policy: Policy, now: datetime, own: OrganisationId | None) -> None:
        self._conn = conn
        self._keys = keys
        self._policy = policy
        self._now = now
        self._own = None if own is None else UUID(own)

    async def live(self, by: By) -> Live:
        """The last hour."""
        minutes = [0] * MINUTES
        for ago, entries in await self._conn.fetch(statements.COUNT_MINUTES, self._now, self._own):
            minutes[MINUTES - 1 - min(ago, MINUTES - 1)] += entries
        found = await self._conn.fetch(statements.COUNT_BY, self._now, self._own, by, MOST_ROWS)
        ids = [row["id"] for row in found if row["id"] is not None]
        names, fills = await self._names(by, ids), await self._fills(by, ids)
        rows = [
            Active(row["id"] or "", names.get(row["id"]), row["in_minute"], row["in_hour"], row["people"],
                fills.get(row["id"]))
            for row in found
        ]  # fmt: skip
        return Live(self._now, minutes, rows, found[0]["total"] if found else 0)

    async def entries(self, wanted: Searched) -> Entries:
        """A page of entries; outside one's own organisation there is none."""
        organisation = None if wanted.organisation is None else UUID(wanted.organisation)
        if self._own is not None and organisation not in (None, self._own):
            return Entries([], None)
        until = wanted.until_at or self._now
        found = await self._conn.fetch(
            statements.LIST_ENTRIES, wanted.before, wanted.from_at or until - SPAN, until, MOST_ROWS + 1,
            self._own or organisation, wanted.account, wanted.application, wanted.kind, wanted.session,
        )  # fmt: skip
        shown = found[:MOST_ROWS]
        return Entries(await self._shown(shown), shown[-1]["entry"] if len(found) > len(shown) else None)

    async def entry(self, number: int) -> Shown | None:
        """One entry; ``None`` when it is not within reach, as when there is none."""
        row = await self._conn.fetchrow(statements.LOAD_ENTRY, number)
        if row is None or self._own not in (None, row["organisation"]):
            return None
        return (await self._shown([row]))[0]

    async def _shown(self, rows: Iterable[Mapping[str, Any]]) -> list[Shown]:
        rows = list(rows)
        names = {
            by: await self._names(by, list({str(row[by]) for row in rows if row[by] is not None}))
            for by in ("account", "organisation", "application")
        }
        return [
            Shown(
                entry=row["entry"], at=row["at"], kind=row["kind"], person=_text(row["person"]),
                groups=list(fields.names(row["groups"])), account=_text(row["account"]),
                account_name=names["account"].get(str(row["account"])), session=_text(row["session"]),
                organisation=_text(row["organisation"]),
                organisation_name=names["organisation"].get(str(row["organisation"])),
                application=row["application"], application_name=names["application"].get(row["application"]),
                role=row["role"], purpose=row["purpose"], explanation=row["explanation"], policy=row["policy"],
                detail=row["detail"],
            )
            for row in rows
        ]  # fmt: skip

    async def _names(self, by: str, ids: list[str]) -> dict[str, str]:
        if by == "account":
            return agents.names_of(self._keys, await self._genuine("account", agents.ACCOUNTS, ids))
        text = _ORGANISATIONS if by == "organisation" else _APPLICATIONS
        return {str(row["id"]): row["name"] for row in await self._genuine(by, text, ids)}

    async def _fills(self, by: By, ids: list[str]) -> dict[str, Fullest]:
        """The fullest budget of each, of those that its own consultations are charged to."""
        scopes = {scope.key: scope for id_ in ids for scope in self._scopes(by, id_)}
        books: dict[str, list[Book]] = {}
        for row in await self._genuine("budget", _BUDGETS, list(scopes)):
            scope = scopes[row["key"]]
            window = window_of(row)
            caps = Caps(*(row[f"{span}_cap"] for span in Caps._fields))
            books.setdefault(scope.id, []).append(Book(scope.bucket, window, caps))
        clock = clock_at(self._now)
        fills = {id_: consulting.fullest(held, clock.day, clock.hour) for id_, held in books.items()}
        return {id_: Fullest(*fill) for id_, fill in fills.items() if fill is not None}

    def _scopes(self, by: By, id_: str) -> Iterable[Scope]:
        buckets: Iterable[Bucket] = self._policy.buckets if by == "account" else (EVERYTHING,)
        return (Scope(by, id_, bucket) for bucket in buckets if bucket not in (RELATIONS, ASSIGNMENTS))

    async def _genuine(self, table: str, text: str, ids: list[str]) -> list[Any]:
        rows = await self._conn.fetch(text, ids) if ids else []
        return [row for row in rows if is_genuine(self._keys, table, row)]


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
