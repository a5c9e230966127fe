"""Pages of the inventory, and one account with its line of creation, for readers of one organisation or of all."""

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from beffroi.core.exposure_network import Employed, Network
from beffroi.core.facts import HabilitationFacts
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Policy
from beffroi.core.suppression import withheld
from beffroi.guard.exposure import answers, statements, trend
from beffroi.guard.exposure.answers import (
    MOST_IN_LINE,
    Account,
    Followed,
    Following,
    Held,
    Label,
    Line,
    Node,
    Page,
    Place,
    Reached,
    Served,
    Wanted,
)
from beffroi.guard.exposure.keeping import Inventory
from beffroi.guard.stamped import is_genuine
from beffroi.guard.vault import agents

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Reading:
    """One reading of the inventory by somebody on duty: everywhere, or at the organisation ``own`` alone.

    What is not genuine gives nothing and is reported; the rest is shown all the same: it is most needed then.
    """

    def __init__(
        self, conn: Any, keys: "Keys", policy: Policy, inventory: Inventory, now: datetime, own: OrganisationId | None
    ) -> None:
        self._conn = conn
        self._keys = keys
        self._policy = policy
        self._inventory = inventory
        self._network: Network = inventory.network
        self._now = now
        self._own = own
        self._served: dict[str, list[Served]] = {}

    def followed(self) -> Followed:
        """How many people each organisation within reach follows; small counts are withheld."""
        known = self._network.organisations if self._own is None else (self._own,)
        told = withheld({one: self._network.followed(one) for one in known})
        rows = [Following(one, self._inventory.name(one), count) for one, count in told.counts.items() if count != 0]
        return Followed(tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.organisation))), told.total)

    async def page(self, wanted: Wanted) -> Page:
        """The accounts wanted, of those within reach."""
        within = self._within(wanted.organisation)
        ranked = self._network.ranked(wanted.least)
        if within is not self._network.accounts:
            ranked = tuple(account for account in ranked if account in within)
        found = await self._sorted([account for account in ranked if self._matches(account, wanted)], wanted)
        shown = found[(wanted.page - 1) * wanted.size :][: wanted.size]
        rows = await self._rows(shown)
        population = self._network.shared.population
        return Page(rows, wanted.page, wanted.size, len(found), population, self._places())

    async def account(self, account: AccountId) -> Line | None:
        """One account with its line; ``None`` when it is not within reach, as when there is none."""
        if account not in self._network.accounts or not self._reaches(account):
            return None
        makers, made = self._upwards(account), self._downwards(account)
        shown = made[:MOST_IN_LINE]
        names = await self._names([one for one in (*makers, *shown) if self._reaches(one)])
        await self._read_served([*makers, *shown])
        row = (await self._rows([account]))[0]
        nodes = {one: self._node(one, names.get(one)) for one in (*makers, *shown)}
        return Line(
            row,
            [nodes[one] for one in makers],
            [nodes[one] for one in shown],
            len(made) - len(shown),
            self._network.shared.population,
        )

    # Which accounts, in which order

    def _within(self, organisation: str | None) -> Container[AccountId]:
        asked = None if organisation is None else OrganisationId(organisation)
        if self._own is None:
            return self._network.accounts if asked is None else self._network.members(asked)
        return self._network.members(self._own) if asked in (None, self._own) else ()

    def _reaches(self, account: AccountId) -> bool:
        return self._own is None or account in self._network.members(self._own)

    def _matches(self, account: AccountId, wanted: Wanted) -> bool:
        if wanted.status is not None and self._inventory.detail(account).status != wanted.status:
            return False
        return wanted.kind is None or wanted.kind in self._kinds(self._network.accounts[account])

    def _kinds(self, employed: Employed) -> Iterator[str]:
        for one in employed.held:
            role = self._policy.roles.get(one.role)
            if role is not None and self._shows(one):
                yield role.kind

    def _shows(self, one: HabilitationFacts) -> bool:
        return self._own is None or one.organisation == self._own

    async def _sorted(self, found: list[AccountId], wanted: Wanted) -> list[AccountId]:
        """Worst first: the greatest exposure, the longest without use, what ends soonest, the newest.

        ``found`` stands in the order of exposures already.
        """
        if wanted.order == "exposure" and not wanted.reverse:
            return found
        network, detail = self._network, self._inventory.detail
        key: Callable[[AccountId], Any]
        match wanted.order:
            case "exposure":
                key = lambda one: -network.within_a_day(one)  # noqa: E731
            case "last-use":
                uses = await self._last_uses(found)
                key = lambda one: uses.get(one, _NEVER)  # noqa: E731
            case "attestation":
                key = lambda one: network.accounts[one].account.attested_until  # noqa: E731
            case "review":
                key = lambda one: network.accounts[one].account.reviewed_until  # noqa: E731
            case "created":
                key = lambda one: -detail(one).created_at.timestamp()  # noqa: E731
        return sorted(sorted(found), key=key, reverse=wanted.reverse)

    def _places(self) -> list[Place]:
        known = self._network.organisations if self._own is None else [self._own]
        return sorted(
            (Place(one, self._inventory.name(one)) for one in known), key=lambda place: (place.name, place.id)
        )

    def _upwards(self, account: AccountId) -> list[AccountId]:
        """Who brought it into being, the nearest first."""
        makers = self._network.makers(account)
        return list(_nearest(account, self._makers, makers))

    def _downwards(self, account: AccountId) -> list[AccountId]:
        """Whom it brought into being, the nearest first."""
        return list(_nearest(account, self._network.children, self._network.line(account)))

    def _makers(self, account: AccountId) -> list[AccountId]:
        employed = self._network.accounts.get(account)
        if employed is None:
            return []
        origin = employed.origin
        return [maker for maker in (origin.requested_by, origin.approved_by) if maker is not None] + _also(employed)

    # What is shown of each

    async def _rows(self, accounts: Sequence[AccountId]) -> list[Account]:
        names = await self._names(accounts)
        await self._read_served(accounts)
        uses = await self._last_uses(accounts)
        factors = await self._factors(accounts)
        trends = await trend.read(self._conn, accounts, self._now)
        return [
            self._row(one, names.get(one), uses.get(one), factors.get(one, set()), trends[one]) for one in accounts
        ]

    def _row(
        self,
        account: AccountId,
        name: str | None,
        last_use: datetime | None,
        factors: set[str],
        recorded: Sequence[trend.Day],
    ) -> Account:
        employed, detail = self._network.accounts[account], self._inventory.detail(account)
        cut = self._network.shared.containment
        memberships = self._held(employed)
        return Account(
            account=account,
            name=name,
            status=detail.status,
            contained=cut.everything or ("account", account) in cut.scopes,
            memberships=memberships,
            elsewhere=len(employed.held) - len(memberships),
            exposure=self._exposure(account),
            within_a_day=self._network.within_a_day(account),
            trend=[answers.Recorded(date.fromordinal(one.day), one.direct, one.through) for one in recorded],
            requested_by=employed.origin.requested_by,
            approved_by=employed.origin.approved_by,
            also=_also(employed),
            line=len(self._network.line(account)),
            last_use=last_use,
            factors=sorted(factors),
            attested_until=employed.account.attested_until,
            reviewed_until=employed.account.reviewed_until,
            created_at=detail.created_at,
            pools=list(employed.account.pools),
        )

    def _node(self, account: AccountId, name: str | None) -> Node:
        employed = self._network.accounts.get(account)
        if employed is None:  # it made others, and is no longer there
            return Node(account, None, "closed", [], self._exposure(account), None, None, [])
        return Node(
            account,
            name,
            self._inventory.detail(account).status,
            self._held(employed),
            self._exposure(account),
            employed.origin.requested_by,
            employed.origin.approved_by,
            _also(employed),
        )

    def _held(self, employed: Employed) -> list[Held]:
        found = []
        for one in employed.held:
            role = self._policy.roles.get(one.role)
            if self._shows(one):
                found.append(
                    Held(
                        one.id,
                        one.organisation,
                        self._inventory.name(one.organisation),
                        one.role,
                        None if role is None else Label(role.label.fr, role.label.en),
                        None if role is None else role.kind,
                        one.status,
                        self._served.get(one.id, []),
                    )
                )
        return sorted(found, key=lambda held: (held.organisation_name, held.role))

    def _exposure(self, account: AccountId) -> Reached:
        return Reached(*self._network.exposure(account))

    async def _names(self, accounts: Sequence[AccountId]) -> dict[str, str]:
        rows = await self._conn.fetch(agents.ACCOUNTS, _uuids(accounts))
        return agents.names_of(self._keys, [row for row in rows if is_genuine(self._keys, "account", row)])

    async def _read_served(self, accounts: Sequence[AccountId]) -> None:
        """In which applications the habilitations shown of these accounts serve."""
        known = [self._network.accounts[one] for one in accounts if one in self._network.accounts]
        held = [UUID(one.id) for employed in known for one in employed.held if self._shows(one)]
        for row in await self._conn.fetch(statements.LOAD_SERVED, held):
            if is_genuine(self._keys, "habilitation_application", row):
                served = self._served.setdefault(str(row["habilitation"]), [])
                served.append(Served(row["application"], row["name"]))

    async def _last_uses(self, accounts: Sequence[AccountId]) -> dict[AccountId, datetime]:
        rows = await self._conn.fetch(statements.LAST_USES, _uuids(accounts))
        return {AccountId(str(row["account"])): row["seen_at"] for row in rows}

    async def _factors(self, accounts: Sequence[AccountId]) -> dict[AccountId, set[str]]:
        found: dict[AccountId, set[str]] = {}
        for row in await self._conn.fetch(statements.LOAD_FACTORS, _uuids(accounts)):
            if is_genuine(self._keys, "factor", row):
                found.setdefault(AccountId(str(row["account"])), set()).add(row["kind"])
        return found


def _also(employed: Employed) -> list[AccountId]:
    """Who else requested or approved something that the account holds."""
    origin = employed.origin
    return sorted(origin.also - {origin.requested_by, origin.approved_by})


def _nearest(
    account: AccountId, steps: Callable[[AccountId], Iterable[AccountId]], among: frozenset[AccountId]
) -> Iterator[AccountId]:
    seen, waiting = {account}, deque([account])
    while waiting:
        for one in steps(waiting.popleft()):
            if one in among and one not in seen:
                seen.add(one)
                waiting.append(one)
                yield one


def _uuids(accounts: Iterable[AccountId]) -> list[UUID]:
    return [UUID(account) for account in accounts]
