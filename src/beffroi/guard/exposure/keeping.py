"""Every account with its exposure, in memory: loaded once, then brought up to date with what changed since.

Whatever changes a row changes its MAC, so that comparing the MACs of all accounts and habilitations with those held
finds every change, whoever made it. Relations have no such mark small enough to compare: they are counted anew for
the organisations asked about, and for all of them when the last count is older than ``COUNTED``. Computing gives way
every few milliseconds: the guard decides meanwhile.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from beffroi.core.exposure_network import AHEAD, Network, Related, Shared
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Policy
from beffroi.guard import stamped
from beffroi.guard.exposure import rows, statements

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

COUNTED: Final = timedelta(minutes=10)
"""How old the counts of all organisations' relations may be."""
SLICE: Final = 100
"""Accounts read or judged between two pauses: some milliseconds."""
_NO_RELATIONS: Final = Related({}, {})


class _Loaded(NamedTuple):
    """What one snapshot of the database told."""

    shared: Shared
    organisations: Sequence[Any]
    counts: Sequence[Any] | None
    gone: Collection[UUID]
    changed: Sequence[Any]
    held: Sequence[Any]
    marks: dict[UUID, bytes]
    habilitations: dict[UUID, dict[UUID, bytes]]


class Inventory:
    """The network of one database. One refresh at a time; figures are read from :attr:`network` in between."""

    def __init__(self, keys: "Keys") -> None:
        self._keys = keys
        self._turn = asyncio.Lock()
        self._network: Network | None = None
        self._names: dict[OrganisationId, str] = {}
        self._marks: dict[UUID, bytes] = {}
        self._habilitations: dict[UUID, dict[UUID, bytes]] = {}
        self._counted_at: datetime | None = None

    @property
    def network(self) -> Network:
        """Facts and figures as of the last refresh. Only after one."""
        assert self._network is not None, "refreshed before"
        return self._network

    def name(self, organisation: OrganisationId) -> str:
        """Public name of an organisation; empty when there is none of that id."""
        return self._names.get(organisation, "")

    async def refresh(self, conn: Any, policy: Policy, about: Collection[OrganisationId] = ()) -> Network:
        """Bring everything up to date, the relations of the organisations ``about`` among it.

        Reads one snapshot. Raises asyncpg.PostgresError; then what was known stays as it was.
        """
        async with self._turn:
            if self._network is not None and self._network.policy.version != policy.version:
                self._network, self._marks, self._habilitations = None, {}, {}
            loaded = await self._load(conn, policy, about)
            await self._take_in(loaded, policy, about)
            return self.network

    async def _load(self, conn: Any, policy: Policy, about: Collection[OrganisationId]) -> _Loaded:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            now = await stamped.instant(conn)
            whole = self._network is None or self._counted_at is None or now - self._counted_at >= COUNTED
            population = (
                await conn.fetchval(statements.COUNT_PEOPLE) if whole else self.network.shared.population
            )
            shared = Shared(
                now,
                rows.containment(self._keys, await conn.fetch(statements.LOAD_CONTAINMENTS)),
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
            marks = {row[0]: row[1] for row in await conn.fetch(statements.LIST_ACCOUNTS)}
            habilitations: dict[UUID, dict[UUID, bytes]] = {}
            for id_, account, mac in await conn.fetch(statements.LIST_HABILITATIONS):
                habilitations.setdefault(account, {})[id_] = mac
            changed = [
                id_
                for id_, mac in marks.items()
                if self._marks.get(id_) != mac or self._habilitations.get(id_) != habilitations.get(id_)
            ]
            found = await conn.fetch(statements.LOAD_ACCOUNTS, changed) if changed else []
            held = await conn.fetch(statements.LOAD_HABILITATIONS, changed) if changed else []
            gone = self._marks.keys() - marks.keys()
        if whole:
            self._counted_at = now
        return _Loaded(shared, organisations, counts, gone, found, held, marks, habilitations)

    async def _take_in(self, loaded: _Loaded, policy: Policy, about: Collection[OrganisationId]) -> None:
        network = self._network or Network(policy, loaded.shared)
        network.share(loaded.shared)
        for row in loaded.organisations:
            network.put_organisation(rows.organisation(self._keys, row))
            self._names[OrganisationId(str(row["id"]))] = row["name"]
        if loaded.counts is not None:
            counts = rows.related(loaded.counts)
            whole = self._counted_at == loaded.shared.now
            for organisation in network.organisations if whole else about:
                network.put_relations(organisation, counts.get(organisation, _NO_RELATIONS))
        for id_ in loaded.gone:
            network.remove(AccountId(str(id_)))
        held: dict[UUID, list[Any]] = {}
        for row in loaded.held:
            held.setdefault(row["account"], []).append(row)
        for some in _slices(loaded.changed):
            for row in some:
                network.put(rows.employed(self._keys, row, held.get(row["id"], ())))
            await asyncio.sleep(0)
        while network.settle(SLICE):
            await asyncio.sleep(0)
        # Only now, so that a refresh cancelled half-way leaves nothing that the next one would take for done.
        self._network, self._marks, self._habilitations = network, loaded.marks, loaded.habilitations


def _slices(found: Sequence[Any]) -> Iterator[Iterable[Any]]:
    for start in range(0, len(found), SLICE):
        yield found[start : start + SLICE]
