"""Trainees of a demonstration: in each session under way a class with a fortnight of attendance, and who is expected
in the next; as rows of the console. They are people enrolled at the organisation, hence known to it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final, NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import psycopg

from beffroi.core import training
from beffroi.core.prescribing import State
from beffroi.core.training import Half, Mark, Outcome, Reason
from beffroi.simulation import catalogue
from beffroi.simulation.directory import NAMESPACE
from beffroi.simulation.people import ENROLMENT, FOLLOWED
from beffroi.simulation.world import World

_PARIS: Final = ZoneInfo("Europe/Paris")
CLASS: Final = 10
EXPECTED: Final = 3
_MORNING, _AFTERNOON = 210, 210
_SINCE: Final = timedelta(days=14)
_SENT: Final = timedelta(days=50)
_MARKS: Final = [Mark.PRESENT] * 18 + [Mark.LATE, Mark.EXCUSED]
_MISSES: Final = 2
"""Of a class, the rank of whoever is often missed; the next one has left for a job."""
_INSERT: Final = {
    "prescribing_office": ("office", "name"),
    "prescription": (
        "id", "person", "session", "organisation", "office", "account", "state", "new_to_office", "new_to_training",
        "sent_at", "changed_at",
    ),
    "prescription_step": ("id", "prescription", "state", "account", "at"),
    "training_day": ("id", "session", "day", "morning", "afternoon", "changed_by", "changed_at"),
    "attendance": ("id", "prescription", "session", "day", "half", "mark", "changed_by", "changed_at"),
    "training_ending": ("prescription", "outcome", "reason", "account", "at"),
}  # fmt: skip
Rows = Mapping[str, list[tuple[object, ...]]]


class Enrolled(NamedTuple):
    """Somebody enrolled, and the office and agent who follow that person."""

    person: UUID
    office: UUID
    account: UUID


def load(console_dsn: str, world: World, now: datetime) -> int:
    """Write them beside the sessions that `catalogue.load` wrote; how many trainees. Done again, it adds nothing."""
    written = rows(world, now)
    with psycopg.connect(console_dsn) as connection, connection.cursor() as cursor:
        for table, columns in _INSERT.items():
            marks = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO console.{table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING"
            cursor.executemany(statement.encode(), written[table])
        cursor.execute(
            "UPDATE console.training_session SET taken = (SELECT count(*) FROM console.prescription p"
            " WHERE p.session = training_session.id AND p.state IN ('accepted', 'entered'))"
        )
    return len(written["prescription"])


def rows(world: World, now: datetime) -> Rows:
    """Rows by table, in the order of `_INSERT`; the same for the same world and day."""
    found: dict[str, list[tuple[object, ...]]] = {table: [] for table in _INSERT}
    sessions: dict[str, list[dict[str, object]]] = defaultdict(list)
    for session in catalogue.session_rows(world, now):
        sessions[str(session["organisation"])].append(session)
    codes = {one.id: code for code, one in world.directory.by_code.items()}
    enrolled = _enrolled(world)
    today = now.astimezone(_PARIS).date()
    offices = {each.office for people in enrolled.values() for each in people}
    found["prescribing_office"] = [
        (id_, place.name) for place in world.directory.by_code.values() if (id_ := UUID(place.id)) in offices
    ]
    for organisation, own in sessions.items():
        people = iter(enrolled.get(codes[organisation], ()))
        under_way = [
            each for each in own if _day(each["starts_on"]) <= today - _SINCE and today < _day(each["ends_on"])
        ]
        coming = sorted(
            (each for each in own if _day(each["starts_on"]) > today), key=lambda each: str(each["starts_on"])
        )
        for session in under_way[:1]:
            _class(found, session, people, now, today)
        for session in coming[:1]:
            for _, one in zip(range(EXPECTED), people, strict=False):
                _prescription(found, session, one, State.ACCEPTED, now)
    return found


def _class(
    found: dict[str, list[tuple[object, ...]]], session: dict[str, object], people: Iterator[Enrolled], now: datetime,
    today: date,
) -> None:  # fmt: skip
    keeper, rng = session["changed_by"], Random(f"{session['id']}:attendance")
    days = training.calendar(
        _day(session["starts_on"]), _day(session["ends_on"]), frozenset(range(5)), morning=_MORNING,
        afternoon=_AFTERNOON,
    )  # fmt: skip
    for day in days:
        found["training_day"].append(
            (_id(session["id"], day.on), session["id"], day.on, day.morning, day.afternoon, keeper, now)
        )
    noted = [day.on for day in days if today - _SINCE <= day.on < today]
    for rank, one in zip(range(min(CLASS, _number(session["places"]))), people, strict=False):
        left = rank == _MISSES + 1
        prescription = _prescription(found, session, one, State.LEFT if left else State.ENTERED, now)
        if left:
            found["training_ending"].append(
                (prescription, Outcome.LEFT.value, Reason.JOB.value, keeper, now - timedelta(days=1))
            )
        for number, day_ in enumerate(noted):
            mark = Mark.ABSENT if rank == _MISSES and number % 4 == 1 else rng.choice(_MARKS)
            at = datetime.combine(day_, time(17, 30), _PARIS)
            found["attendance"] += [
                (_id(prescription, day_, half), prescription, session["id"], day_, half.value, mark.value, keeper, at)
                for half in Half
            ]


def _prescription(
    found: dict[str, list[tuple[object, ...]]], session: dict[str, object], one: Enrolled, state: State, now: datetime
) -> UUID:
    id_ = _id(session["id"], one.person)
    sent_at, keeper = now - _SENT, session["changed_by"]
    entered_at = max(sent_at, datetime.combine(_day(session["starts_on"]), time(9), _PARIS))
    steps = [(State.SENT, one.account, sent_at), (State.ACCEPTED, keeper, sent_at + timedelta(days=2))]
    if state is not State.ACCEPTED:
        steps.append((State.ENTERED, keeper, max(entered_at, sent_at + timedelta(days=3))))
    if state is State.LEFT:
        steps.append((State.LEFT, keeper, now - timedelta(days=1)))
    found["prescription"].append(
        (id_, one.person, session["id"], session["organisation"], one.office, one.account, state.value,
         state is State.LEFT, False, sent_at, steps[-1][2])
    )  # fmt: skip
    for step, account, at in steps:
        found["prescription_step"].append((_id(id_, step), id_, step.value, account, at))
    return id_


def _enrolled(world: World) -> Mapping[str, list[Enrolled]]:
    """The first of those enrolled at each organisation whom an agent follows."""
    accounts = {agent.login: UUID(agent.id) for agent in world.agents}
    found: dict[str, list[Enrolled]] = defaultdict(list)
    for plan in world.plans:
        for record in world.people_of(plan):
            by_kind = {relation.kind: relation for relation in record.relations}
            there, here = by_kind.get(ENROLMENT), by_kind.get(FOLLOWED)
            if there is None or here is None or here.referent_login is None:
                continue
            if len(found[there.organisation_code]) < CLASS + EXPECTED:
                office = UUID(world.directory.by_code[here.organisation_code].id)
                found[there.organisation_code].append(
                    Enrolled(UUID(record.person.id), office, accounts[here.referent_login])
                )
    return found


def _id(*parts: object) -> UUID:
    return uuid5(NAMESPACE, ":".join(("training", *map(str, parts))))


def _day(value: object) -> date:
    assert isinstance(value, date)
    return value


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
