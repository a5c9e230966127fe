"""Every account with its exposure, in memory: loaded once, then brought up to date with what changed since.

Whatever changes a row changes its MAC, so that comparing the MACs of all accounts and habilitations with those held
finds every change, whoever made it: first by a digest of every 256th part of them, then, where one differs, account
by account. Relations have no such mark small enough to compare: they are counted anew for
the organisations asked about, and for all of them when the last count is older than ``COUNTED``. Computing gives way
every few milliseconds: the guard decides meanwhile.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from beffroi.core.exposure_network import AHEAD, Network, Related, Shared, covered
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Policy
from beffroi.guard import stamped
from beffroi.guard.exposure import rows, statements

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys
    from beffroi.guard.services import Services

COUNTED: Final = timedelta(minutes=10)
"""How old the counts of all organisations' relations may be."""
SLICE: Final = 100
"""Accounts read or judged between two pauses: some milliseconds."""
_AREA: Final = "exposure"
_NO_RELATIONS: Final = Related({}, {})

_Part = tuple[str, int]
"""A table, and the first byte of the account's id."""


class _Loaded(NamedTuple):
    """What one snapshot of the database told."""

    shared: Shared
    organisations: Sequence[Any]
    whole: bool
    counts: Sequence[Any] | None
    covers: Sequence[Any]
    gone: Collection[UUID]
    changed: Sequence[Any]
    held: Sequence[Any]
    origins: Sequence[Any]
    approvals: Sequence[Any]
    digests: dict[_Part, bytes]
    marks: dict[int, dict[UUID, bytes]]


class Detail(NamedTuple):
    """What the inventory filters and sorts by, and no figure depends on."""

    status: str
    created_at: datetime


class Inventory:
    """The network of one database. One refresh at a time; figures are read from :attr:`network` in between."""

    def __init__(self, keys: "Keys") -> None:
        self._keys = keys
        self._turn = asyncio.Lock()
        self._network: Network | None = None
        self._names: dict[OrganisationId, str] = {}
        self._details: dict[AccountId, Detail] = {}
        self._digests: dict[_Part, bytes] = {}
        self._marks: dict[int, dict[UUID, bytes]] = {}
        self._counted_at: datetime | None = None

    @property
    def network(self) -> Network:
        """Facts and figures as of the last refresh. Only after one."""
        assert self._network is not None, "refreshed before"
        return self._network

    def name(self, organisation: OrganisationId) -> str:
        """Public name of an organisation; empty when there is none of that id."""
        return self._names.get(organisation, "")

    def detail(self, account: AccountId) -> Detail:
        """Status and creation of an account of :attr:`network`."""
        return self._details[account]

    async def refresh(self, conn: Any, policy: Policy, about: Collection[OrganisationId] = ()) -> Network:
        """Bring everything up to date, the relations of the organisations ``about`` among it.

        Reads one snapshot. Raises asyncpg.PostgresError; then what was known stays as it was.
        """
        async with self._turn:
            if self._network is not None and self._network.policy.version != policy.version:
                self._network, self._digests, self._marks = None, {}, {}
            loaded = await self._load(conn, policy, about)
            await self._take_in(loaded, policy, about)
            return self.network

    async def _load(self, conn: Any, policy: Policy, about: Collection[OrganisationId]) -> _Loaded:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            now = await stamped.instant(conn)
            whole = self._network is None or self._counted_at is None or now - self._counted_at >= COUNTED
            population = await conn.fetchval(statements.COUNT_PEOPLE) if whole else self.network.shared.population
            shared = Shared(
                now,
                rows.containment(
                    self._keys,
                    await conn.fetch(statements.LOAD_CONTAINMENTS),
                    await conn.fetch(statements.LOAD_LINE_MEMBERS),
                ),
                rows.applications(self._keys, await conn.fetch(statements.LOAD_APPLICATIONS)),
                population,
            )
            organisations = await conn.fetch(statements.LOAD_ORGANISATIONS)
            instants = now, now - policy.newcomer_life, now + AHEAD
            counts = None
            if whole:
                counts = await conn.fetch(statements.COUNT_RELATIONS, *instants)
            elif about:
                counts = await conn.fetch(statements.COUNT_RELATIONS_OF, *instants, list(about))
            covers = [] if counts is None else await conn.fetch(statements.LOAD_COVERS, now, now + AHEAD)
            digests = {(row[0], row[1]): row[2] for row in await conn.fetch(statements.DIGEST_ACCOUNTS)}
            marks = await self._marks_of(conn, digests)
            before = {id_: mark for part in marks for id_, mark in self._marks.get(part, {}).items()}
            listed = {id_: mark for part in marks.values() for id_, mark in part.items()}
            changed = [id_ for id_, mark in listed.items() if before.get(id_) != mark]
            found = await conn.fetch(statements.LOAD_ACCOUNTS, changed) if changed else []
            held = await conn.fetch(statements.LOAD_HABILITATIONS, changed) if changed else []
            origins = await conn.fetch(statements.LOAD_ORIGINS, changed) if changed else []
            approvals = await conn.fetch(statements.LOAD_APPROVALS, changed) if changed else []
            gone = before.keys() - listed.keys()
        return _Loaded(
            shared, organisations, whole, counts, covers, gone, found, held, origins, approvals, digests, marks
        )  # fmt: skip

    async def _marks_of(self, conn: Any, digests: dict[_Part, bytes]) -> dict[int, dict[UUID, bytes]]:
        """The marks of all accounts in the parts whose digests are others than those held."""
        parts = digests.keys() | self._digests.keys()
        found: dict[int, dict[UUID, bytes]] = {
            part: {} for table, part in parts if digests.get((table, part)) != self._digests.get((table, part))
        }
        for row in await conn.fetch(statements.LIST_ACCOUNTS, list(found)) if found else ():
            found[row[0]][row[1]] = row[2]
        return found

    async def _take_in(self, loaded: _Loaded, policy: Policy, about: Collection[OrganisationId]) -> None:
        network = self._network or Network(policy, loaded.shared)
        network.share(loaded.shared)
        for row in loaded.organisations:
            network.put_organisation(rows.organisation(self._keys, row))
            self._names[OrganisationId(str(row["id"]))] = row["name"]
        if loaded.counts is not None:
            counts, covers = rows.related(loaded.counts), rows.covers(self._keys, loaded.covers)
            for organisation in network.organisations if loaded.whole else about:
                related = counts.get(organisation, _NO_RELATIONS)
                network.put_relations(organisation, covered(related, covers.get(organisation, ())))
            if loaded.whole:
                self._counted_at = loaded.shared.now
        for id_ in loaded.gone:
            network.remove(AccountId(str(id_)))
        held: dict[UUID, list[Any]] = {}
        for row in loaded.held:
            held.setdefault(row["account"], []).append(row)
        makers = rows.makers(self._keys, loaded.origins, loaded.approvals)
        for some in _slices(loaded.changed):
            for row in some:
                one = rows.employed(self._keys, row, held.get(row["id"], ()), makers.get(row["id"], ()))
                network.put(one)
                self._details[one.account.id] = Detail(row["status"], row["created_at"])
            await asyncio.sleep(0)
        judging = True
        while judging:
            judging = network.settle(SLICE)
            await asyncio.sleep(0)
        # Only now, so that a refresh cancelled half-way leaves nothing that the next one would take for done.
        self._network, self._digests = network, loaded.digests
        self._marks |= loaded.marks


def inventory_of(services: "Services") -> Inventory:
    """The one inventory of this guard."""
    kept = services.areas.get(_AREA)
    if not isinstance(kept, Inventory):
        kept = services.areas[_AREA] = Inventory(services.keys)
    return kept


def _slices(found: Sequence[Any]) -> Iterator[Iterable[Any]]:
    for start in range(0, len(found), SLICE):
        yield found[start : start + SLICE]
