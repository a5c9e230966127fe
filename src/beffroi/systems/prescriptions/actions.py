"""Writing the catalogue: a session, or a file of them; each function is one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from beffroi.core.catalogue import Offer, Problem, Wrong, folded
from beffroi.systems.prescriptions import communes, moving, queries
from beffroi.systems.prescriptions.keepers import Fault, Keeper
from beffroi.systems.prescriptions.models import LONGEST_WORDS, TrainingSession

_FIELDS: Final = (
    "reference", "title", "commune", "address", "starts_on", "ends_on", "places", "prerequisites",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a file means beside the catalogue as it is: what is new, what changes, what stays; and what cannot be."""

    new: tuple[Offer, ...]
    changed: tuple[Offer, ...]
    same: int
    problems: tuple[Problem, ...]


def add(keeper: Keeper, offer: Offer) -> TrainingSession | Fault:
    """A new session."""
    session = TrainingSession(organisation=keeper.organisation)
    _say(session, keeper, offer)
    try:
        with transaction.atomic():
            session.save(force_insert=True)
    except IntegrityError:
        return Fault.TWICE
    return session


def change(keeper: Keeper, session: UUID, offer: Offer, *, version: int) -> TrainingSession | Fault:
    """Say otherwise of a session of one's own, unless somebody has since it was read at ``version``."""
    try:
        with transaction.atomic():
            found = _held(keeper, session)
            if found is None:
                return Fault.UNKNOWN
            if found.cancelled_at is not None:
                return Fault.CANCELLED
            if found.version != version:
                return Fault.CHANGED
            if offer.places != found.places and moving.resize(keeper, found, offer.places) is not None:
                return Fault.TOO_FEW
            _say(found, keeper, offer)
            found.version += 1
            found.save()
    except IntegrityError:
        return Fault.TWICE
    return found


def sort(keeper: Keeper, offers: Iterable[tuple[int, Offer]]) -> Sorted:
    """What the lines of a file would do; nothing is written."""
    known = {
        session.reference: session for session in TrainingSession.objects.filter(organisation=keeper.organisation)
    }
    new, changed, same, problems = [], [], 0, []
    for line, offer in offers:
        session = known.get(offer.reference)
        if session is None:
            new.append(offer)
        elif session.cancelled_at is not None:
            problems.append(Problem(line, "reference", Wrong.CANCELLED))
        elif queries.offer_of(session) == offer:
            same += 1
        elif offer.places < session.taken:
            problems.append(Problem(line, "places", Wrong.TOO_FEW))
        else:
            changed.append(offer)
    return Sorted(tuple(new), tuple(changed), same, tuple(problems))


def take_in(keeper: Keeper, offers: Iterable[tuple[int, Offer]]) -> Sorted:
    """Write what the good lines of a file say, all or nothing; sent twice, it changes nothing the second time.

    Raises IntegrityError when somebody adds one of its references at the very same instant.
    """
    with transaction.atomic():
        known = {
            session.reference: session
            for session in TrainingSession.objects.select_for_update()
            .filter(organisation=keeper.organisation)
            .order_by("id")
        }
        done = sort(keeper, offers)
        fresh = []
        for offer in done.new:
            session = TrainingSession(organisation=keeper.organisation)
            _say(session, keeper, offer)
            fresh.append(session)
        TrainingSession.objects.bulk_create(fresh)
        for offer in done.changed:
            session = known[offer.reference]
            if offer.places != session.places:
                moving.resize(keeper, session, offer.places)
            _say(session, keeper, offer)
            session.version += 1
            session.save()
    return done


def _held(keeper: Keeper, session: UUID) -> TrainingSession | None:
    found = TrainingSession.objects.select_for_update().filter(id=session, organisation=keeper.organisation)
    return found.first()


def _say(session: TrainingSession, keeper: Keeper, offer: Offer) -> None:
    """Write an offer into a row, with the place's name and coordinates and the words it is found by."""
    where = communes.every()[offer.commune]
    for name in _FIELDS:
        setattr(session, name, getattr(offer, name))
    session.rome = list(offer.rome)
    session.place, (session.latitude, session.longitude) = where.label, where.spot
    session.organisation_name = keeper.organisation_name
    said = (offer.title, offer.reference, keeper.organisation_name, where.name, offer.prerequisites, *offer.rome)
    session.words = f" {folded(' '.join(said))}"[:LONGEST_WORDS]
    session.changed_by, session.changed_at = keeper.account, keeper.at
