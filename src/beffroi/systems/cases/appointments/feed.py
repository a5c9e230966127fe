"""An agent's planned appointments as a calendar file (RFC 5545), without anything that says whom they are with.

A calendar leaves the house for a telephone, a provider, a colleague's screen: it holds hours, kinds and places. The
identifier of an event cannot be put back into an address of the console.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from django.utils.translation import gettext
from icalendar import Calendar, Event

from beffroi.core.appointments import Kind, Place
from beffroi.systems.cases.appointments.words import KINDS, PLACES
from beffroi.systems.cases.models import Appointment

_PRODUCT = "-//Beffroi//Rendez-vous//FR"


def calendar(rows: Iterable[Appointment], now: datetime) -> bytes:
    """The file; ``now`` is its stamp."""
    found = Calendar()
    found.add("prodid", _PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    for row in rows:
        event = Event()
        event.add("uid", sha256(b"calendar:" + row.id.bytes).hexdigest()[:32])
        event.add("dtstamp", now)
        event.add("dtstart", row.starts_at)
        event.add("dtend", row.ends_at)
        event.add("summary", f"{gettext('Rendez-vous')} – {KINDS[Kind(row.kind)]}")
        event.add("location", str(PLACES[Place(row.place)]))
        event.add("class", "PRIVATE")
        found.add_component(event)
    return bytes(found.to_ical())
