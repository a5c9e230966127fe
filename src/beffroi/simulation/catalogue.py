"""Invented sessions for the training organisations of a demonstration, as rows of the console's catalogue."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from uuid import uuid5

import psycopg

from beffroi.core.catalogue import Offer, folded
from beffroi.simulation.agents import TRAINING_STAFF
from beffroi.simulation.data_files import rows
from beffroi.simulation.directory import NAMESPACE, Organisation
from beffroi.simulation.world import World
from beffroi.systems.prescriptions import communes

SESSIONS: Final = 6
"""Of each organisation, four of them still to come."""
_INSERT: Final = (
    "INSERT INTO console.training_session (id, organisation, organisation_name, reference, title, commune, place,"
    " address, latitude, longitude, starts_on, ends_on, places, taken, prerequisites, rome, words, version,"
    " changed_by, changed_at)"
    " VALUES (%(id)s, %(organisation)s, %(organisation_name)s, %(reference)s, %(title)s, %(commune)s, %(place)s,"
    " %(address)s, %(latitude)s, %(longitude)s, %(starts_on)s, %(ends_on)s, %(places)s, 0, %(prerequisites)s,"
    " %(rome)s, %(words)s, 1, %(changed_by)s, %(changed_at)s) ON CONFLICT DO NOTHING"
)


def load(console_dsn: str, world: World, now: datetime) -> int:
    """Write the sessions of a world's training organisations; how many. Done again, it adds nothing."""
    written = list(session_rows(world, now))
    with psycopg.connect(console_dsn) as connection, connection.cursor() as cursor:
        cursor.executemany(_INSERT, written)
    return len(written)


def session_rows(world: World, now: datetime) -> Iterator[dict[str, object]]:
    """Sessions of the organisations that have somebody at work, around ``now``; the same for the same day."""
    keepers: dict[str, str] = {}
    for agent in world.agents:
        for membership in agent.memberships:
            if membership.role == TRAINING_STAFF:
                keepers.setdefault(membership.organisation_code, agent.id)
    for code, account in keepers.items():
        one = world.directory.by_code[code]
        where = _commune(one)
        for offer in _offers(one, where, now.date()):
            said = (offer.title, offer.reference, one.name, where.name, offer.prerequisites, *offer.rome)
            yield {
                **offer._asdict(), "id": str(uuid5(NAMESPACE, f"session:{code}:{offer.reference}")),
                "organisation": one.id, "organisation_name": one.name, "place": where.label,
                "latitude": where.spot.latitude, "longitude": where.spot.longitude, "rome": list(offer.rome),
                "words": f" {folded(' '.join(said))}", "changed_by": account, "changed_at": now,
            }  # fmt: skip


def _commune(one: Organisation) -> communes.Commune:
    """The organisation's own commune; where its name says nothing, the largest known of its department."""
    for text in (f"{one.city} {one.postcode}", one.postcode, f"{one.city} {one.department_code}", one.city):
        found = communes.named(text)
        if found:
            return found[0]
    return next(each for each in communes.every().values() if each.department == one.department_code)


def _offers(one: Organisation, where: communes.Commune, today: date) -> Iterator[Offer]:
    rng = Random(f"{one.code}:catalogue")
    for rank, course in enumerate(rng.sample(list(rows("training_courses.csv")), SESSIONS)):
        begins = today + timedelta(days=(-120, -30, 12, 33, 61, 96)[rank] + rng.randrange(14))
        begins -= timedelta(days=begins.weekday())
        weeks, places = int(course["weeks"]), int(course["places"])
        yield Offer(
            reference=f"{course['code']}-{begins:%Y-%m}", title=course["title"], commune=where.code,
            address=f"{rng.randrange(1, 90)} rue des Ateliers", starts_on=begins,
            ends_on=begins + timedelta(days=7 * weeks - 3), places=max(6, places - rng.randrange(5)),
            prerequisites=course["prerequisites"], rome=tuple(course["rome"].split()),
        )  # fmt: skip
