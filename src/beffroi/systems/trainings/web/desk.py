"""Who follows trainees, for which training organisation; and the session a page is about."""

from datetime import date
from uuid import UUID

from django.http import Http404

from beffroi.client.in_django import AgentRequest
from beffroi.systems.prescriptions import api as prescriptions
from beffroi.systems.trainings.actions import Writer


def desk_of(request: AgentRequest) -> prescriptions.Actor:
    """Whoever follows trainees. Raises Http404 for everybody else: the page does not exist for them."""
    if not prescriptions.trains(request.described):
        raise Http404
    return prescriptions.school(request.described)


def writer(desk: prescriptions.Actor) -> Writer:
    """The same, for what is not said of one person."""
    return Writer(desk.account, desk.at)


def session_of(desk: prescriptions.Actor, session: UUID) -> prescriptions.TrainingSession:
    """A session of one's own organisation that takes place. Raises Http404 for any other."""
    found = prescriptions.session(desk.organisation, session)
    if found is None or found.cancelled_at is not None:
        raise Http404
    return found


def day_of(said: str) -> date:
    """A day of an address. Raises Http404 for what is none."""
    try:
        found = date.fromisoformat(said)
    except ValueError:
        raise Http404 from None
    if found.isoformat() != said:
        raise Http404
    return found
