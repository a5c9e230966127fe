"""The scene of incident 3: a training organisation with more trainees than a day's budget, its staff, its manager."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import uuid4

import asyncpg

from beffroi.core.ids import ApplicationId
from beffroi.guard import stamped
from beffroi.guard.habilitations import applications
from beffroi.guard.importing.columns import COLUMNS
from beffroi.guard.importing.network import import_network
from beffroi.guard.importing.network_rows import AccountRow, HabilitationRow, NetworkRow
from beffroi.guard.importing.sources import Chunk, Row
from beffroi.simulation.agents import TRAINING_STAFF, Agent, Membership
from beffroi.simulation.drill.scratch import ScratchDatabase
from beffroi.simulation.drill.stage import APPLICATION, Stage
from beffroi.simulation.people import FOLLOWED, Person, Record
from beffroi.simulation.personas import OFFICE, TRAINING
from beffroi.simulation.population import Population

TRAINEES: Final = 320
"""People of the office who are enrolled there: more than an account may open in a day and in a week."""
MEMBERSHIP: Final = Membership(TRAINING, TRAINING_STAFF)
_TRAINING = COLUMNS.index("training_organisation")
_TITLE = COLUMNS.index("training_title")
_FOLLOWER = COLUMNS.index("follower_organisation")
_PERSON = COLUMNS.index("person_id")


@dataclass(frozen=True)
class Enrolled(Population):
    """The same people, of whom the first of one office are all trainees of one organisation."""

    def rows(self, chunk: Chunk) -> Iterator[Row]:
        """People of one office, with the course that some follow."""
        trainees = frozenset(_first_of_office(self))
        for row in super().rows(chunk):
            yield row if row.values is None else Row(row.line, _enrolled(row.values, trainees))


def _enrolled(values: tuple[str, ...], trainees: frozenset[str]) -> tuple[str, ...]:
    found = list(values)
    if values[_PERSON] in trainees:
        found[_TRAINING] = TRAINING
        found[_TITLE] = values[_TITLE] or "Remise à niveau"
    elif values[_TRAINING] == TRAINING:
        found[_TRAINING] = ""
    return tuple(found)


def _first_of_office(population: Population) -> list[str]:
    plan = next(one for one in population.world.plans if one.organisation_code == OFFICE)
    people = [record.person.id for record in population.world.people_of(plan)]
    return people[:TRAINEES]


class Targets(NamedTuple):
    """Its trainees, everybody else, and who follows a course at another organisation."""

    trainees: tuple[Person, ...]
    strangers: tuple[Person, ...]
    of_others: tuple[Person, ...]


def targets_of(stage: Stage) -> Targets:
    """Everybody, by what they are to the organisation."""
    own = frozenset(_first_of_office(stage.population))
    trainees, strangers, of_others = [], [], []
    for record in stage.records:
        if record.person.id in own:
            trainees.append(record.person)
            continue
        strangers.append(record.person)
        if _trained_elsewhere(record):
            of_others.append(record.person)
    return Targets(tuple(trainees), tuple(strangers), tuple(of_others))


def _trained_elsewhere(record: Record) -> bool:
    return any(one.kind != FOLLOWED and one.organisation_code != TRAINING for one in record.relations)


def staff_of(stage: Stage) -> tuple[Agent, ...]:
    """Everybody who trains there, the persona first."""
    return tuple(agent for agent in stage.population.world.agents if MEMBERSHIP in agent.memberships)


class Manager(NamedTuple):
    """The organisation's own account manager."""

    account: str
    habilitation: str


async def hire_manager(database: ScratchDatabase, stage: Stage) -> Manager:
    """Give the organisation an account manager, by the guard's own import."""
    conn = await asyncpg.connect(database.guard)
    try:
        now: datetime = await conn.fetchval("SELECT guard.instant()")
        manager, ends = Manager(str(uuid4()), str(uuid4())), now + timedelta(days=365)
        rows: list[NetworkRow] = [
            AccountRow(
                id=manager.account, email=f"gestion@{TRAINING.lower()}.example", first_name="Odile",
                last_name="Vasseur", attested_until=ends, reviewed_until=ends, created_at=now,
            ),
            HabilitationRow(
                id=manager.habilitation, account=manager.account,
                organisation=stage.population.world.directory.by_code[TRAINING].id, role="training-account-manager",
                applications=(APPLICATION,), from_at=now - timedelta(days=60), until_at=ends,
            ),
        ]  # fmt: skip
        await import_network(conn, stage.keys(), rows, operator="drill")
        return manager
    finally:
        await conn.close()


async def let_train_too(conn: "asyncpg.Connection", stage: Stage, manager: Manager) -> str:
    """A reader's habilitation beside the manager's, by a row that nobody looked at; its id."""
    now: datetime = await conn.fetchval("SELECT guard.instant()")
    row: dict[str, Any] = {
        "id": str(uuid4()), "account": manager.account,
        "organisation": stage.population.world.directory.by_code[TRAINING].id, "role": "training-staff",
        "status": "confirmed", "from_at": now - timedelta(days=60), "until_at": now + timedelta(days=60),
        "version": 1,
    }  # fmt: skip
    await stamped.insert(conn, stage.keys(), "habilitation", row)
    await applications.give(conn, stage.keys(), row["id"], [ApplicationId(APPLICATION)])
    habilitation: str = row["id"]
    return habilitation
