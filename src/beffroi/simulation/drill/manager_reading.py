"""What the thief of incident 4 reads, and with which sessions: as fast as he can, day after day."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from beffroi.simulation.drill.manager_scene import Scene, Seat
from beffroi.simulation.drill.mining import Loot, Vein
from beffroi.simulation.drill.stage import Stage
from beffroi.simulation.drill.wire import Hijacked, Reply
from beffroi.simulation.people import FOLLOWED
from beffroi.simulation.personas import OFFICE

GROUPS: Final = ["identity", "contact", "nir", "agency_id"]
HOURS: Final = 23
"""Of a simulated day at most; he stops once an hour brings nobody more."""


class Targets(NamedTuple):
    """People of the office by id; people of nobody or of other offices by NIR, as an earlier theft left them."""

    office: tuple[str, ...]
    elsewhere: tuple[tuple[str, str], ...]


def targets_of(stage: Stage) -> Targets:
    """Everybody, as the office knows them."""
    office, elsewhere = [], []
    for person, relations in stage.records:
        if any(one.kind == FOLLOWED and one.organisation_code == OFFICE for one in relations):
            office.append(person.id)
        elif person.nir:
            elsewhere.append((person.nir, person.id))
    return Targets(tuple(office), tuple(elsewhere))


class Thief:
    """Asks with every session he has. ``loot`` is what was answered."""

    def __init__(self, scene: Scene, targets: Targets) -> None:
        self._scene, self._targets = scene, targets
        self.loot = Loot()

    async def day(self, day: int, hours: Sequence[int] = range(HOURS)) -> None:
        """One simulated day with the accounts he brought into being."""
        for hour in hours:
            await self._scene.at(timedelta(days=day, hours=hour))
            before = len(self.loot.people)
            await self.hour([seat.session for seat in self._scene.accounts], self.loot)
            if len(self.loot.people) == before:
                return

    async def hour(self, sessions: Sequence[Hijacked], loot: Loot) -> None:
        """Open everybody of the office, search everybody else: what can be got before the clock moves."""
        office, elsewhere = deque(self._targets.office), deque(self._targets.elsewhere)
        veins: list[Vein[Any]] = []
        for session in sessions:
            veins += [
                Vein(office, self._opening(session), _opened, _itself),
                Vein(elsewhere, self._finding(session), _matched, _behind),
            ]
        at_once = max(1, self._scene.connections // max(1, len(veins)))
        await asyncio.gather(*[vein.mine(loot, at_once) for vein in veins])
        if sessions:
            # Whoever is everybody's adviser needs no search: without relations, the rest of the network is open.
            rest = deque(person for _, person in self._targets.elsewhere)
            further = [Vein(rest, self._opening(session), _opened, _itself) for session in sessions]
            await asyncio.gather(*[vein.mine(loot, at_once) for vein in further])

    async def read_with(self, seat: Seat) -> int:
        """People one person's own session gives in an hour."""
        loot = Loot()
        await self.hour([seat.session], loot)
        return len(loot.people)

    def _opening(self, session: Hijacked) -> Any:
        async def open_one(person: str) -> Reply:
            body = {"person": person, "purpose": "follow-up", "groups": GROUPS}
            return await self._scene.post("/v1/open", body, session)

        return open_one

    def _finding(self, session: Hijacked) -> Any:
        async def find(target: tuple[str, str]) -> Reply:
            return await self._scene.post(
                "/v1/find", {"purpose": "follow-up", "by": "nir", "value": target[0]}, session
            )

        return find


async def journaled(scene: Scene) -> set[str]:
    """People whom the journal names for the accounts that were brought into being."""
    rows = await scene.conn.fetch(
        "SELECT DISTINCT person FROM guard.journal"
        " WHERE account = ANY ($1::uuid[]) AND kind IN ('released', 'found')",
        [seat.account for seat in scene.accounts],
    )
    return {str(row["person"]) for row in rows if row["person"] is not None}


def _itself(target: str) -> str:
    return target


def _behind(target: tuple[str, str]) -> str:
    return target[1]


def _opened(target: str, reply: Reply) -> Iterable[str]:
    return (target,) if reply.json["person"]["fields"] else ()


def _matched(target: tuple[str, str], reply: Reply) -> Iterable[str]:
    return [match["person"] for match in reply.json["matches"]]
