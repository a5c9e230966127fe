"""Everything known of partners, read and found genuine: rows of the guard and the standing that follows from them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from beffroi.core.duty import NETWORK
from beffroi.core.ids import OrganisationId
from beffroi.core.partner_lists import LISTS, List
from beffroi.core.partners import Audit, Standing, State, Terms, state, undocumented
from beffroi.guard import stamped
from beffroi.guard.duties import Work
from beffroi.guard.stamped import Row

_ORGANISATIONS: Final = """
SELECT * FROM guard.organisation
WHERE kind <> $1 AND ($2::uuid[] IS NULL OR id = ANY ($2::uuid[])) ORDER BY name, id
"""
_CONTRACTS: Final = "SELECT * FROM guard.contract WHERE id = ANY ($1::uuid[])"
_ITEMS: Final = "SELECT * FROM guard.checklist_item WHERE organisation = ANY ($1::uuid[])"
_AUDITS: Final = "SELECT * FROM guard.audit WHERE organisation = ANY ($1::uuid[]) ORDER BY opened_at, id"
_ANSWERS: Final = """
SELECT w.*, a.organisation FROM guard.audit_answer w JOIN guard.audit a ON a.id = w.audit
WHERE a.organisation = ANY ($1::uuid[])
"""
_ONE: Final = "SELECT * FROM guard.organisation WHERE id = $1 FOR UPDATE"
_ONE_CONTRACT: Final = "SELECT * FROM guard.contract WHERE id = $1 FOR UPDATE"


class Partner(NamedTuple):
    """An organisation, its contract (``None``: imported without one), its lists' items, its audits and answers."""

    organisation: Row
    contract: Row | None
    items: Sequence[Row]
    audits: Sequence[Row]
    answers: Mapping[str, Sequence[Row]]

    @property
    def id(self) -> OrganisationId:
        """The organisation's."""
        return OrganisationId(str(self.organisation["id"]))

    def done(self, wanted: List) -> dict[str, Row]:
        """The done items of a list, by code."""
        return {row["code"]: row for row in self.items if row["list"] == wanted.value and row["done_at"] is not None}

    @property
    def standing(self) -> Standing:
        """What its state follows from."""
        row = self.contract
        if row is None:
            office = self.organisation
            terms = undocumented(active=office["active"], until_at=office["contract_until"])
        else:
            terms = Terms(row["from_at"], row["until_at"], row["opened_at"], row["ended_at"])
        return Standing(
            terms,
            len(LISTS[List.ONBOARDING]) - len(self.done(List.ONBOARDING)),
            len(LISTS[List.OFFBOARDING]) - len(self.done(List.OFFBOARDING)),
            tuple(Audit(one["opened_at"], one["due_at"], one["closed_at"], self._wrong(one)) for one in self.audits),
            documented=row is not None,
        )

    def state(self, work: Work) -> State:
        """Where it stands now."""
        return state(self.standing, work.now)

    def keeps_access(self, work: Work) -> bool:
        """Whether new terms would leave its access open: it was opened, and nothing of the end has begun."""
        if self.contract is None:
            return self.state(work) is State.OPEN
        row = self.contract
        return row["opened_at"] is not None and row["ended_at"] is None and not self.done(List.OFFBOARDING)

    def _wrong(self, audit: Row) -> tuple[Any, ...]:
        return tuple(
            answer["due_at"]
            for answer in self.answers.get(str(audit["id"]), ())
            if answer["due_at"] is not None and answer["corrected_at"] is None
        )


async def partners(work: Work, only: Collection[OrganisationId] | None = None) -> list[Partner]:
    """Partners by name: all of them, or these. The network itself is none. Raises Forged."""
    conn = work.conn
    wanted = None if only is None else list(only)
    offices = [_genuine(work, "organisation", row) for row in await conn.fetch(_ORGANISATIONS, NETWORK, wanted)]
    ids = [row["id"] for row in offices]
    contracts = {row["id"]: _genuine(work, "contract", row) for row in await conn.fetch(_CONTRACTS, ids)}
    items, audits = defaultdict(list), defaultdict(list)
    answers: defaultdict[str, list[Row]] = defaultdict(list)
    for row in await conn.fetch(_ITEMS, ids):
        items[row["organisation"]].append(_genuine(work, "checklist_item", row))
    for row in await conn.fetch(_AUDITS, ids):
        audits[row["organisation"]].append(_genuine(work, "audit", row))
    for row in await conn.fetch(_ANSWERS, ids):
        answers[str(row["audit"])].append(_genuine(work, "audit_answer", row))
    return [
        Partner(
            row, contracts.get(row["id"]), items[row["id"]], audits[row["id"]],
            {str(one["id"]): answers[str(one["id"])] for one in audits[row["id"]]},
        )
        for row in offices
    ]  # fmt: skip


async def partner(work: Work, organisation: OrganisationId) -> Partner | None:
    """One partner; ``None`` where there is none, or for the network itself. Raises Forged."""
    found = await partners(work, [organisation])
    return found[0] if found else None


async def locked(work: Work, organisation: OrganisationId) -> Partner | None:
    """One partner whose organisation and contract are about to change."""
    await work.conn.fetchrow(_ONE, organisation)
    await work.conn.fetchrow(_ONE_CONTRACT, organisation)
    return await partner(work, organisation)


def _genuine(work: Work, table: str, row: Row) -> Row:
    return stamped.genuine(work.keys, table, row)
