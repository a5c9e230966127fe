"""How much a machine may still do: what it suspended of late against the limit, kept up to date within one turn."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from beffroi.core.ids import OrganisationId
from beffroi.core.machine_limit import MachineLimit, machine_may_suspend
from beffroi.guard.duties import Work
from beffroi.guard.sweeping.statements import COUNT_SUSPENDED


class Counted(NamedTuple):
    """Of one organisation: accounts that work there, and how many of them machines suspended in 24 hours."""

    accounts: int
    today: int


class Room:
    """The counts of some organisations at one instant; :meth:`take` adds one suspension to them."""

    def __init__(self, limit: MachineLimit, organisations: dict[OrganisationId, Counted], this_hour: int) -> None:
        self._limit = limit
        self._organisations = organisations
        self._this_hour = this_hour

    def take(self, organisations: Iterable[OrganisationId]) -> bool:
        """Whether a machine may suspend one account more of these organisations; when it may, it is counted."""
        asked = [self._organisations.get(one, Counted(0, 0)) for one in dict.fromkeys(organisations)]
        # Somebody who works nowhere counts for the network alone.
        for one in asked or [Counted(0, 0)]:
            if not machine_may_suspend(
                self._limit, accounts=one.accounts, today=one.today, this_hour=self._this_hour
            ):
                return False
        self._this_hour += 1
        for id_ in dict.fromkeys(organisations):
            one = self._organisations.get(id_, Counted(0, 0))
            self._organisations[id_] = one._replace(today=one.today + 1)
        return True


async def room(work: Work, organisations: Iterable[OrganisationId]) -> Room:
    """What machines may still do at these organisations."""
    wanted = [UUID(one) for one in dict.fromkeys(organisations)]
    rows = await work.conn.fetch(COUNT_SUSPENDED, work.now, wanted or [UUID(int=0)])
    counted = {OrganisationId(str(row["organisation"])): Counted(row["accounts"], row["today"]) for row in rows}
    return Room(work.policy.sweeps.machine, counted, rows[0]["this_hour"])
