"""Invented people, office by office, deterministic for a seed, one at a time.

E-mail addresses end in reserved domains (RFC 2606, RFC 6761); telephone numbers lie in the six blocks of ten
thousand that Arcep keeps for works of fiction, so several people share a number in large populations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from random import Random
from typing import NamedTuple

from beffroi.simulation.births import Births, countries
from beffroi.simulation.data_files import texts
from beffroi.simulation.geography import Commune
from beffroi.simulation.life import Population
from beffroi.simulation.names import names, origins, slug

FOLLOWED = "followed"
ENROLMENT = "enrolment"
DEFAULT_AS_OF = date(2026, 11, 1)
MAX_PEOPLE_OF_OFFICE = 1_000_000


class Person(NamedTuple):
    """One invented person; an empty text means unknown. ``training_starts_on`` is ``YYYY-MM-DD``."""

    id: str
    last_name: str
    birth_name: str
    first_names: str
    birth_date: date
    sex: str
    birth_place: str
    nationality: str
    nir: str
    agency_id: str
    email: str
    phone: str
    address_line: str
    postcode: str
    commune_code: str
    city: str
    situation: str
    education_level: str
    housing: str
    mobility: str
    programme: str
    notes: str
    training_title: str
    training_status: str
    training_starts_on: str
    legal_representative_last_name: str
    legal_representative_first_name: str
    legal_representative_phone: str
    legal_representative_email: str


class Relation(NamedTuple):
    """``followed`` (with the login of the referent, or None) or ``enrolment`` at a training organisation."""

    person_id: str
    organisation_code: str
    referent_login: str | None
    kind: str


class Record(NamedTuple):
    """A person and the organisations that may know that person: none, one or two."""

    person: Person
    relations: tuple[Relation, ...]


class Named(NamedTuple):
    """Identity given to a person of the demonstration instead of a drawn one."""

    last_name: str
    first_name: str
    sex: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class OfficePlan:
    """All that is needed to generate the people of one office, apart from every other.

    ``births_here`` is false for an organisation that shares its territory with offices: the numbers given at
    birth there are theirs. ``referents`` holds one login or None per person.
    ``organisation_code`` is None for people nobody follows.
    """

    organisation_code: str | None
    rank: int
    ranks: int
    territory: tuple[Commune, ...]
    births_here: bool
    referents: Sequence[str | None]
    training: Sequence[str]
    named: Mapping[int, Named]


class _Birth(NamedTuple):
    day: date
    number: int  # year and month of a NIR, yymm
    minor: bool


# Weight of each age; 16 to 25 is the age of the network, older files are kept.
_AGES = {16: 3, 17: 5, 18: 8, 19: 9, 20: 9, 21: 8, 22: 7, 23: 6, 24: 6, 25: 5, 26: 2, 27: 1, 28: 1, 29: 1}


def _birth(day: date, as_of: date) -> _Birth:
    birthday = (as_of.year - 18, as_of.month, as_of.day)
    minor = (day.year, day.month, day.day) > birthday
    return _Birth(day, day.year % 100 * 100 + day.month, minor)


@cache
def _births(as_of: date) -> list[_Birth]:
    table: list[_Birth] = []
    for back in range(16 * 366, 30 * 365):
        entry = _birth(as_of - timedelta(days=back), as_of)
        table += [entry] * _AGES[min(29, max(16, int(back / 365.25)))]
    return table


def _weighted(text: str) -> list[str]:
    """Lines ``value;weight`` as a table repeating each value by its weight."""
    pairs = [line.split(";") for line in text.split("\n") if line]
    return [value for value, weight in pairs for _ in range(int(weight))]


def _listed(text: str) -> list[str]:
    return [item for line in text.split("\n") for item in line.split(";") if item]


@dataclass(frozen=True, slots=True)
class _Texts:
    addresses: list[str]
    situations: list[tuple[str, str, str, str, str]]
    notes: dict[str, list[str]]
    trainings: list[tuple[str, str]]


@cache
def _texts() -> _Texts:
    raw = texts("followup.toml")
    rng = Random("situations")
    pools = [_weighted(raw[key]) for key in ("situations", "education", "housing", "mobility", "programmes")]
    situations = [tuple(rng.choice(pool) for pool in pools) for _ in range(4096)]
    written = [
        " ".join(parts)
        for parts in product(*(_listed(raw[key]) for key in ("note_openings", "note_facts", "note_actions")))
    ]
    return _Texts(
        addresses=[f"{number} {street}" for street in _listed(raw["streets"]) for number in range(1, 121)],
        situations=[(s[0], s[1], s[2], s[3], s[4]) for s in situations],
        notes={
            "F": [note.replace("{e}", "e") for note in written],
            "M": [n.replace("{e}", "") for n in written],
        },
        trainings=list(product(_listed(raw["trainings"]), _weighted(raw["training_status"]))),
    )


PHONE_BLOCKS = (
    "0639980000",
    "0639980000",
    "0639980000",
    "0199000000",
    "0261910000",
    "0353010000",
    "0465710000",
    "0536490000",
)
"""First number of each block kept for fiction (Arcep, numbering plan); mobile ones more often."""

_DOMAINS = ("courriel.example", "messagerie.example", "example.org")


@cache
def _phones() -> list[str]:
    return [f"{int(block) + line:010d}" for block in PHONE_BLOCKS for line in range(10_000)]


NAMED_BORN_AT = "59350"
"""Commune of birth of people with a name of their own, as the code that their proof of identity gives."""


def generate(plan: OfficePlan, seed: int, as_of: date, shares: Population) -> Iterator[Record]:
    """People of one office, as many as ``plan.referents``.

    The n-th person of an office is the same whatever the number asked, referent and training apart. Raises
    ValueError beyond a million people in one office: identifiers would no longer be unique.
    """
    if len(plan.referents) > MAX_PEOPLE_OF_OFFICE:
        raise ValueError("at most a million people per office")
    rng = Random(f"{seed}:{plan.rank}:people")
    rnd, bits = rng.random, rng.getrandbits
    births = Births(plan.territory, plan.rank, plan.ranks, rng)
    homes = rng.choices(plan.territory, [c.population for c in plan.territory], k=2048)
    table, dates, words = names(), _births(as_of), _texts()
    origin_table = origins(plan.territory[0].department_code)
    nations = rng.choices(countries()[0], countries()[1], k=512)
    local, addresses, situations, trainings = births.local, words.addresses, words.situations, words.trainings
    phones, phone_count, address_count = _phones(), len(_phones()), len(addresses)
    date_count, situation_count, note_count = len(dates), len(situations), len(words.notes["F"])
    elder = table.elder
    # Named tuples made the short way: this loop is what a load of 1.6 million people waits for.
    new = tuple.__new__
    organisation, named, training = plan.organisation_code, plan.named, plan.training
    births_here = plan.births_here
    serial_base = plan.rank * MAX_PEOPLE_OF_OFFICE
    here, elsewhere, abroad = births.here, births.elsewhere, births.abroad
    firsts_of, lasts_of, notes_of = table.first, table.last, words.notes
    share_abroad, share_nir, share_agency_id = (
        shares.share_born_abroad,
        shares.share_nir,
        shares.share_agency_id,
    )
    share_email, share_phone, share_training = shares.share_email, shares.share_phone, shares.share_training
    day_texts = [(as_of + timedelta(days=shift)).isoformat() for shift in range(-240, 45)]

    for index, referent in enumerate(plan.referents):
        number = f"{bits(122):032x}"
        # A random UUID, version 4 (RFC 9562, 5.4).
        variant = "89ab"[int(rnd() * 4)]
        person_id = f"{number[2:10]}-{number[10:14]}-4{number[14:17]}-{variant}{number[17:20]}-{number[20:32]}"
        sex = "F" if rnd() < 0.52 else "M"
        day, month, minor = dates[int(rnd() * date_count)]
        origin = origin_table[int(rnd() * 100)]
        if named and index in named:
            given = named[index]
            sex, origin = given.sex, "france"
            day, month, minor = _birth(given.birth_date, as_of)
        cell = month * 2 + (sex == "F")
        nationality, waiting = "Française", False
        where = rnd()
        if where < share_abroad and not (named and index in named):
            country = nations[int(rnd() * 512)]
            origin = country.origin
            (place_code, place_name, place_number), order = abroad(country, cell)
            if rnd() < 0.7:
                nationality, waiting = country.nationality, rnd() < 0.06
        elif where < 0.28 or not births_here:
            (place_code, place_name, place_number), order = elsewhere(cell)
        else:
            (place_code, place_name, place_number), order = here(local[int(rnd() * 1024)], cell)
        firsts = firsts_of[origin][sex]
        lasts = lasts_of[origin]
        birth_name, last_slug = lasts[int(rnd() * len(lasts))]
        first_names, first_slug = firsts[int(rnd() * len(firsts))]
        if rnd() < 0.3:
            second = firsts[int(rnd() * len(firsts))].text
            if second != first_names:
                first_names = f"{first_names}, {second}"
        last_name = birth_name
        usage = rnd()
        if usage < 0.03:
            last_name = lasts[int(usage / 0.03 * len(lasts))].text
        if named and index in named:
            given = named[index]
            last_name = birth_name = given.last_name
            place_name = NAMED_BORN_AT
            first_names, last_slug, first_slug = (
                given.first_name,
                slug(given.last_name),
                slug(given.first_name),
            )

        nir = ""
        if rnd() < share_nir:
            digit = (2 if sex == "F" else 1) + (6 if waiting else 0)
            body = (digit * 10_000 + month) * 100_000_000 + place_number * 1000 + order
            nir = f"{digit}{month:04d}{place_code}{order:03d}{97 - body % 97:02d}"
        serial = serial_base + index
        agency_id = ""
        known = rnd()
        if known < share_agency_id:
            # Both forms are one-to-one images of the serial: 10,007,911 and the moduli share no factor.
            if known < 0.1 and index < 100_000:
                value = (plan.rank * 100_000 + index) * 10_007_911 % 260_000_000
                agency_id = f"{value % 10_000_000:07d}{chr(65 + value // 10_000_000)}"
            else:
                agency_id = f"{(serial * 10_007_911 + 20_261_101_009) % 100_000_000_000:011d}"
        email = phone = ""
        if rnd() < share_email:
            email = f"{first_slug}.{last_slug}.{serial:x}@{_DOMAINS[serial % 3]}"
        if rnd() < share_phone:
            phone = phones[int(rnd() * phone_count)]
        commune_code, city, _, postcode, _ = homes[int(rnd() * 2048)]

        title = status = starts_on = guardian_last = guardian_first = guardian_phone = guardian_email = ""
        relations: tuple[Relation, ...] = ()
        if organisation is not None:
            relations = (new(Relation, (person_id, organisation, referent, FOLLOWED)),)
            if training and rnd() < share_training:
                title, status = trainings[int(rnd() * len(trainings))]
                starts_on = day_texts[int(rnd() * 285)]
                relations += (new(Relation, (person_id, training[int(rnd() * len(training))], None, ENROLMENT)),)
        if minor:
            parent = elder["F" if rnd() < 0.7 else "M"]
            guardian = parent[int(rnd() * len(parent))]
            guardian_last, guardian_first = birth_name, guardian.text
            guardian_phone = phones[int(rnd() * phone_count)]
            guardian_email = f"{guardian.slug}.{last_slug}.p{serial:x}@{_DOMAINS[serial % 3]}"
        person = new(
            Person,
            (
                person_id, last_name, birth_name, first_names, day, sex, place_name, nationality, nir,
                agency_id, email, phone, addresses[int(rnd() * address_count)], postcode, commune_code, city,
                *situations[int(rnd() * situation_count)], notes_of[sex][int(rnd() * note_count)],
                title, status, starts_on, guardian_last, guardian_first, guardian_phone, guardian_email,
            ),
        )  # fmt: skip
        yield new(Record, (person, relations))
