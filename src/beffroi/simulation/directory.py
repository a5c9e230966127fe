"""The network: 448 youth offices of the open data, their reception sites, training organisations, an agency.

Organisations of the open data are real; the SIRET of the offices here are not. Invented organisations
(``invented`` is true) are the only ones that a demonstration attack may touch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from uuid import UUID, uuid5

from beffroi.simulation.data_files import rows
from beffroi.simulation.geography import Commune, communes_by_department, seat, set_apart, share_out
from beffroi.simulation.life import ordinary_life

NAMESPACE = UUID("6f5c3a1e-9f0b-5d1c-8d0e-b0ff201b0001")
"""Of the name-based ids (RFC 9562, version 5) of organisations, sites, personas: stable whatever the seed."""

YOUTH_OFFICE = "youth_office"
TRAINING_ORGANISATION = "training_organisation"
AGENCY = "agency"
NETWORK = "network"
PROVIDER = "provider"

AGENCY_CODE = "AGENCE"
NETWORK_CODE = "RESEAU"


class Organisation(NamedTuple):
    """An organisation; ``code`` is the short stable name used in import files, ``id`` a UUID text."""

    id: str
    code: str
    kind: str
    name: str
    siret: str
    department_code: str
    postcode: str
    city: str
    invented: bool


class Site(NamedTuple):
    """A place where an office receives people; the first site of an office is its seat."""

    id: str
    organisation_code: str
    name: str
    commune_code: str
    postcode: str
    city: str


@dataclass(frozen=True, slots=True)
class Directory:
    """All organisations and sites; ``territories`` gives the communes served by each youth office."""

    organisations: tuple[Organisation, ...]
    sites: tuple[Site, ...]
    territories: Mapping[str, tuple[Commune, ...]]
    by_code: Mapping[str, Organisation]
    training_by_department: Mapping[str, tuple[str, ...]]

    @property
    def offices(self) -> tuple[Organisation, ...]:
        """Youth offices, invented ones first."""
        return tuple(o for o in self.organisations if o.kind == YOUTH_OFFICE)


def luhn_digit(digits: str) -> int:
    """Digit to append to pass the Luhn check (ISO/IEC 7812-1, annex B), as SIREN and SIRET do."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def fictive_siret(rank: int) -> str:
    """Fourteen digits, Luhn-valid twice (SIREN and SIRET), in the SIREN 000xxxxxx that INSEE does not give.

    Raises ValueError when ``rank`` is not from 1 to 99,999.
    """
    if not 1 <= rank <= 99_999:
        raise ValueError("rank out of range")
    siren = f"000{rank:05d}"
    siren += str(luhn_digit(siren))
    body = siren + "0001"
    return body + str(luhn_digit(body))


def _id(kind: str, code: str) -> str:
    return str(uuid5(NAMESPACE, f"{kind}:{code}"))


@cache
def build_directory() -> Directory:
    """The network, always the same: nothing in it depends on a seed."""
    real = list(rows("missions_locales.csv.gz"))
    invented = list(rows("invented_organisations.csv"))
    seats: dict[str, Commune] = {}
    for row in real:
        taken = [commune.code for commune in seats.values()]
        seats[row["code"]] = seat(row["code"], row["department_code"], taken)
    territories = _territories(real, invented, seats)

    organisations: list[Organisation] = []
    for row in invented:
        code, department = row["code"], row["department_code"]
        place = territories[code][0] if code in territories else communes_by_department()[department][0]
        organisations.append(_organisation(row, row["kind"], place, len(organisations) + 1, True))
    for row in real:
        organisations.append(_organisation(row, YOUTH_OFFICE, seats[row["code"]], len(organisations) + 1, False))
    training = [_training(row) for row in rows("training_organisations.csv.gz")]
    organisations += training

    nearby: defaultdict[str, list[str]] = defaultdict(list)
    for organisation in organisations:
        if organisation.kind == TRAINING_ORGANISATION:
            nearby[organisation.department_code].append(organisation.code)
    offices = [o for o in organisations if o.kind == YOUTH_OFFICE]
    return Directory(
        organisations=tuple(organisations),
        sites=tuple(_sites(offices, territories)),
        territories=territories,
        by_code={organisation.code: organisation for organisation in organisations},
        training_by_department={department: tuple(codes) for department, codes in nearby.items()},
    )


def _territories(
    real: Sequence[Mapping[str, str]], invented: Sequence[Mapping[str, str]], seats: Mapping[str, Commune]
) -> dict[str, tuple[Commune, ...]]:
    seat_codes = {commune.code for commune in seats.values()}
    territories: dict[str, tuple[Commune, ...]] = {}
    for row in invented:
        if row["kind"] == YOUTH_OFFICE:
            territories[row["code"]] = set_apart(row["department_code"], float(row["share"]), seat_codes)
    apart = {commune.code for members in territories.values() for commune in members}
    by_department: defaultdict[str, dict[str, Commune]] = defaultdict(dict)
    for row in real:
        by_department[row["department_code"]][row["code"]] = seats[row["code"]]
    for department, there in by_department.items():
        territories.update(share_out(department, there, apart))
    return territories


def _organisation(row: Mapping[str, str], kind: str, place: Commune, rank: int, invented: bool) -> Organisation:
    return Organisation(
        id=_id("organisation", row["code"]),
        code=row["code"],
        kind=kind,
        name=row["name"].strip(),
        siret=fictive_siret(rank),
        department_code=row["department_code"],
        postcode=place.postcode,
        city=place.name,
        invented=invented,
    )


def _training(row: Mapping[str, str]) -> Organisation:
    # The SIRET of a training organisation is open data and serves as its code.
    return Organisation(
        id=_id("organisation", row["siret"]),
        code=row["siret"],
        kind=TRAINING_ORGANISATION,
        name=row["name"].strip(),
        siret=row["siret"],
        department_code=row["department_code"],
        postcode="",
        city=row["commune"],
        invented=False,
    )


def _sites(offices: Sequence[Organisation], territories: Mapping[str, tuple[Commune, ...]]) -> list[Site]:
    """One seat each, the rest of the 6,800 in proportion of the people served, largest communes first."""
    people = {o.code: sum(c.population for c in territories[o.code]) for o in offices}
    extra = ordinary_life().offices.reception_sites - len(offices)
    total = sum(people.values())
    sites: list[Site] = []
    for office in offices:
        count = 1 + round(extra * people[office.code] / total)
        places = sorted(territories[office.code], key=lambda c: (-c.population, c.code))
        for rank in range(count):
            place = places[rank % len(places)]
            turn = rank // len(places)
            name = f"Accueil de {place.name}" if turn == 0 else f"Accueil de {place.name}, n°\u00a0{turn + 1}"
            sites.append(
                Site(
                    _id("site", f"{office.code}:{rank}"),
                    office.code,
                    name,
                    place.code,
                    place.postcode,
                    place.name,
                )
            )
    return sites
