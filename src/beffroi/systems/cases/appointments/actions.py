"""Making appointments and saying what became of them. Each is one transaction on the console's own table."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from beffroi.core.appointments import Move, Slot, State, after, moves
from beffroi.systems.cases.appointments import queries
from beffroi.systems.cases.appointments.queries import Desk
from beffroi.systems.cases.models import Appointment

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
"""Holds back whoever gives an hour of the same agent at once, so that one of two is told of the other."""


@dataclass(frozen=True)
class Wanted:
    """An hour to be given: whom, with whom, when, for what, where."""

    person: str
    account: str
    slot: Slot
    kind: str
    place: str


@dataclass(frozen=True)
class Taken:
    """The hour is somebody's already; nothing was written."""

    clashes: list[Appointment]


def make(desk: Desk, wanted: Wanted, now: datetime, *, knowing: bool) -> Appointment | Taken:
    """Give an hour; ``knowing`` says that the agent was told of the clashes and wants it all the same."""
    with transaction.atomic():
        return _give(desk, wanted, now, knowing=knowing)


def postpone(desk: Desk, identifier: UUID, slot: Slot, now: datetime, *, knowing: bool) -> Appointment | Taken | None:
    """Move a planned appointment to another hour: a new one follows it. None when it is planned no longer."""
    with transaction.atomic():
        old = _locked(desk, identifier)
        if old is None or after(State(old.state), Move.POSTPONE, timezone.localtime(old.starts_at), now) is None:
            return None
        wanted = Wanted(str(old.person), str(old.account), slot, old.kind, old.place)
        made = _give(desk, wanted, now, knowing=knowing, follows=old)
        if isinstance(made, Appointment):
            _write(desk, old, State.POSTPONED, now)
        return made


def say(desk: Desk, identifier: UUID, move: Move, now: datetime) -> State | None:
    """Say what became of an appointment; None when that cannot be said of it now. A postponement has its own way."""
    with transaction.atomic():
        found = _locked(desk, identifier)
        if found is None or move is Move.POSTPONE:
            return None
        state = after(State(found.state), move, timezone.localtime(found.starts_at), now)
        if state is not None:
            _write(desk, found, state, now)
        return state


def arrive(desk: Desk, identifier: UUID, now: datetime) -> bool:
    """Say at reception that somebody expected today is here; False when nobody is expected for it any more."""
    with transaction.atomic():
        found = _locked(desk, identifier)
        if found is None or timezone.localdate(found.starts_at) != timezone.localdate(now):
            return False
        state = after(State(found.state), Move.ATTEND, timezone.localtime(found.starts_at), timezone.localtime(now))
        if state is None:
            return False
        _write(desk, found, state, now, arrived_at=now)
        return True


def walk_in(desk: Desk, wanted: Wanted, now: datetime) -> Appointment:
    """Write down somebody who came without an appointment and is received; nobody's hour stands in the way."""
    with transaction.atomic():
        made = _give(desk, wanted, now, knowing=True)
        assert isinstance(made, Appointment), "a clash that is known takes nothing"
        _write(desk, made, State.PRESENT, now, arrived_at=now)
        return made


def possible(found: Appointment, now: datetime) -> tuple[Move, ...]:
    """What may be said of it at ``now``."""
    return moves(State(found.state), timezone.localtime(found.starts_at), now)


def _give(
    desk: Desk, wanted: Wanted, now: datetime, *, knowing: bool, follows: Appointment | None = None
) -> Appointment | Taken:
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [wanted.account])
    but = None if follows is None else follows.id
    found = queries.clashes(desk, wanted.account, wanted.person, wanted.slot, wanted.kind, but=but)
    if found and not knowing:
        return Taken(found)
    return Appointment.objects.create(
        person=UUID(wanted.person),
        organisation=UUID(desk.organisation),
        account=UUID(wanted.account),
        starts_at=wanted.slot.starts_at,
        ends_at=wanted.slot.ends_at,
        kind=wanted.kind,
        place=wanted.place,
        state=State.PLANNED.value,
        follows=follows,
        changed_by=UUID(desk.account),
        changed_at=now,
    )


def _locked(desk: Desk, identifier: UUID) -> Appointment | None:
    rows = Appointment.objects.select_for_update().filter(id=identifier, organisation=desk.organisation)
    return rows.first()


def _write(
    desk: Desk, found: Appointment, state: State, now: datetime, *, arrived_at: datetime | None = None
) -> None:
    found.state, found.changed_by, found.changed_at = state.value, UUID(desk.account), now
    found.arrived_at = arrived_at
    found.save(update_fields=["state", "changed_by", "changed_at", "arrived_at"])
