"""How many prescriptions were sent, and where they stand: numbers alone."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from beffroi.core.prescribing import State
from beffroi.systems.prescriptions.models import Prescription
from beffroi.systems.prescriptions.web.words import STATES

Counts = Mapping[UUID, Mapping[str, int]]


def counted(first: datetime, after: datetime, office: UUID | None = None) -> Counts:
    """Those that each office sent in between, by state in words, nought included; of one office where it is named."""
    rows = Prescription.objects.filter(sent_at__gte=first, sent_at__lt=after)
    if office is not None:
        rows = rows.filter(office=office)
    labels = {state: str(STATES[state][0]) for state in State}
    found: dict[UUID, dict[str, int]] = {} if office is None else {office: dict.fromkeys(labels.values(), 0)}
    for where, state, count in rows.order_by().values_list("office", "state").annotate(count=Count("id")):
        counts = found.setdefault(where, dict.fromkeys(labels.values(), 0))
        counts[labels[State(state)]] += count
    return found
