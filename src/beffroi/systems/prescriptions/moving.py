"""Sending somebody to a session, and saying what becomes of it: rows of the console, and the guard's relation.

Each function is one transaction. The guard is asked last, before the rows are committed: where it refuses, or does
not answer, nothing of the rows stays. Whoever has no place any more is known no longer to the training organisation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from beffroi.client import Conversation, Refused, relations
from beffroi.core import prescribing
from beffroi.core.prescribing import LIVE, Line, Move, Objection, Reason, Roll, Side, State
from beffroi.systems.prescriptions.keepers import Fault, Keeper
from beffroi.systems.prescriptions.models import PrescribingOffice, Prescription, Step, TrainingSession

KEPT_AFTER: Final = timedelta(days=30)
"""How long after the last day a training organisation still knows its trainee: certificate, papers."""
LONGEST: Final = timedelta(days=365)
_GONE: Final = frozenset({"relation-unknown", "person-unknown"})
"""The relation has ended already, which is what was wanted."""
ENDS_KNOWLEDGE: Final = frozenset({State.REFUSED, State.ABSENT, State.WITHDRAWN, State.CANCELLED})
"""States in which the training organisation knows the person no longer: it is not even asked."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who says it, for which organisation, on which side, for which purpose, when."""

    account: UUID
    organisation: UUID
    organisation_name: str
    side: Side
    purpose: str
    at: datetime


class _Stopped(Exception):
    """Leaves the transaction with the guard's refusal, so that nothing of it stays."""

    def __init__(self, refused: Refused) -> None:
        super().__init__()
        self.refused = refused


def known_until(session: TrainingSession, today: date) -> date:
    """The last day on which a training organisation knows somebody sent to this session."""
    return min(session.ends_on + KEPT_AFTER, today + LONGEST)


def send(
    conversation: Conversation, actor: Actor, session: TrainingSession, person: UUID
) -> Prescription | Refused | Objection:
    """Prescribe a session: the training organisation knows the person from now on; one at a time a session."""
    today = timezone.localdate(actor.at)
    if session.cancelled_at is not None or session.ends_on < today:
        return Objection.NOT_NOW
    made = Prescription(
        person=person, session=session, organisation=session.organisation, office=actor.organisation,
        account=actor.account, sent_at=actor.at, changed_at=actor.at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            _step(made, State.SENT, actor)
            _name(actor)
            # Another prescription of the person's there may last longer, and the guard keeps one end.
            until = max(known_until(each.session, today) for each in _living(person, session.organisation, today))
            call = relations.prescribe(actor.purpose, str(person), str(session.organisation), until)
            answer = conversation.ask(call)
            if isinstance(answer, Refused):
                raise _Stopped(answer)
    except _Stopped as stopped:
        return stopped.refused
    except IntegrityError:
        return Objection.TWICE
    return made


def say(
    conversation: Conversation, actor: Actor, prescription: Prescription, move: Move, reason: Reason | None = None
) -> State | Refused | Objection:
    """Move a prescription that the actor may see; whoever waits moves up in the same transaction."""
    try:
        with transaction.atomic():
            session = TrainingSession.objects.select_for_update().get(id=prescription.session.id)
            if not prescribing.timely(move, session.starts_on, session.ends_on, timezone.localdate(actor.at)):
                return Objection.NOT_NOW
            before, rows = _roll(session)
            later = prescribing.after(before, str(prescription.id), move, actor.side)
            if isinstance(later, Objection):
                return Objection.NOT_NOW if later is Objection.UNKNOWN else later
            moved = rows[str(prescription.id)]
            moved.reason = reason.value if reason and move is Move.REFUSE else None
            if move is Move.WAIT:
                moved.waiting_at = actor.at
            _write(session, rows, before, later, actor, but=str(prescription.id))
            state = State(moved.state)
            if state in ENDS_KNOWLEDGE:
                _forget(conversation, actor, [moved])
    except _Stopped as stopped:
        return stopped.refused
    return state


def resize(keeper: Keeper, session: TrainingSession, places: int) -> Fault | None:
    """Give a locked session another number of places; whoever waits moves up. The caller saves the session."""
    if places < session.taken:
        return Fault.TOO_FEW
    before, rows = _roll(session)
    later = prescribing.resized(before, places)
    if isinstance(later, Objection):
        return Fault.TOO_FEW
    session.places = places
    _write(session, rows, before, later, _of_keeper(keeper), save=False)
    return None


def call_off(
    conversation: Conversation, purpose: str, keeper: Keeper, session: UUID
) -> TrainingSession | Fault | Refused:
    """Say that a session will not take place: its prescriptions are cancelled, and its people known no longer."""
    actor = _of_keeper(keeper, purpose)
    try:
        with transaction.atomic():
            rows_of = TrainingSession.objects.select_for_update().filter(id=session, organisation=keeper.organisation)
            found = rows_of.first()
            if found is None:
                return Fault.UNKNOWN
            if found.cancelled_at is not None:
                return found
            before, rows = _roll(found)
            later = prescribing.cancelled(before)
            if isinstance(later, Objection):
                return Fault.BEGUN
            found.cancelled_at = found.changed_at = keeper.at
            found.changed_by = keeper.account
            found.version += 1
            _write(found, rows, before, later, actor)
            gone = [rows[id] for id, state in prescribing.changed(before, later).items() if state in ENDS_KNOWLEDGE]
            _forget(conversation, actor, gone)
    except _Stopped as stopped:
        return stopped.refused
    return found


def look_at(prescription: Prescription, side: Side) -> None:
    """Note that a side has seen what the other did."""
    if side is Side.OFFICE and prescription.new_to_office:
        Prescription.objects.filter(id=prescription.id).update(new_to_office=False)
    if side is Side.TRAINING and prescription.new_to_training:
        Prescription.objects.filter(id=prescription.id).update(new_to_training=False)


def possible(prescription: Prescription, side: Side, today: date) -> tuple[Move, ...]:
    """What a side may say of a prescription today, places included."""
    session = prescription.session
    free = session.left > 0 or State(prescription.state) in prescribing.TAKING
    return tuple(
        move
        for move in prescribing.moves(State(prescription.state), side)
        if move is not Move.CANCEL
        and prescribing.timely(move, session.starts_on, session.ends_on, today)
        and not (move is Move.ACCEPT and not free)
        and not (move is Move.WAIT and free)
    )


def _of_keeper(keeper: Keeper, purpose: str = "") -> Actor:
    return Actor(keeper.account, keeper.organisation, keeper.organisation_name, Side.TRAINING, purpose, keeper.at)


def _roll(session: TrainingSession) -> tuple[Roll, dict[str, Prescription]]:
    """A locked session's places and prescriptions: those that wait in the order in which they began to."""
    taking = sorted(LIVE | prescribing.TAKING | {State.LEFT})
    found = Prescription.objects.select_for_update().filter(session=session, state__in=taking)
    rows = {str(each.id): each for each in found.order_by("waiting_at", "sent_at", "id")}
    return Roll(session.places, tuple(Line(id, State(each.state)) for id, each in rows.items())), rows


def _write(
    session: TrainingSession,
    rows: dict[str, Prescription],
    before: Roll,
    later: Roll,
    actor: Actor,
    *,
    but: str = "",
    save: bool = True,
) -> None:
    """Write the states that changed, a step for each, and the places taken; ``but`` is the one the actor moved."""
    for id, state in prescribing.changed(before, later).items():
        row = rows[id]
        row.state, row.changed_at = state.value, actor.at
        row.new_to_office = row.new_to_office or actor.side is Side.TRAINING or id != but
        row.new_to_training = row.new_to_training or actor.side is Side.OFFICE or id != but
        row.save()
        _step(row, state, actor)
    session.taken = later.taken
    if save:
        session.save()


def _living(person: UUID, organisation: UUID, today: date) -> QuerySet[Prescription]:
    """A person's prescriptions there that something may follow, or whose papers are still to be made."""
    kept = Q(state__in=[State.ENDED, State.LEFT], session__ends_on__gte=today - KEPT_AFTER)
    found = Prescription.objects.filter(Q(state__in=sorted(LIVE)) | kept, person=person, organisation=organisation)
    return found.select_related("session")


def _step(prescription: Prescription, state: State, actor: Actor) -> None:
    Step.objects.create(prescription=prescription, state=state.value, account=actor.account, at=actor.at)


def _name(actor: Actor) -> None:
    """Keep what the office is called. Written when the name is new alone: colleagues do not wait for one row."""
    if PrescribingOffice.objects.filter(office=actor.organisation, name=actor.organisation_name).exists():
        return
    said = PrescribingOffice(office=actor.organisation, name=actor.organisation_name)
    PrescribingOffice.objects.bulk_create(
        [said], update_conflicts=True, unique_fields=["office"], update_fields=["name"]
    )


def _forget(conversation: Conversation, actor: Actor, gone: Iterable[Prescription]) -> None:
    """Let the training organisation know these people no longer, unless another prescription of theirs lives."""
    for each in gone:
        if _living(each.person, each.organisation, timezone.localdate(actor.at)).exists():
            continue
        call = (
            relations.end(actor.purpose, str(each.person), str(each.organisation))
            if actor.side is Side.OFFICE
            else relations.give_back(actor.purpose, str(each.person))
        )
        answer = conversation.ask(call)
        if isinstance(answer, Refused) and answer.code not in _GONE:
            raise _Stopped(answer)
