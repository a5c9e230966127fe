"""Young people of the demonstration who can prove who they are, and one whom no file knows."""

from datetime import date
from typing import Final
from uuid import uuid5

from beffroi.simulation.directory import NAMESPACE
from beffroi.simulation.identity_provider.residents import Resident
from beffroi.simulation.names import slug
from beffroi.simulation.people import NAMED_BORN_AT, Named
from beffroi.simulation.personas import NAMED_PEOPLE, OFFICE, OTHER_OFFICE

RESIDENTS_FILE: Final = "residents.json"
"""Beside the personas of agents."""
_STRANGER: Final = Named("Quesnel", "Maël", "M", date(2004, 2, 11))


def _resident(named: Named) -> Resident:
    login = f"{slug(named.first_name)}.{slug(named.last_name)}"
    return Resident(
        login=login,
        given_name=named.first_name,
        family_name=named.last_name.upper(),
        birthdate=named.birth_date.isoformat(),
        gender="female" if named.sex == "F" else "male",
        birthplace=NAMED_BORN_AT,
        birthcountry="99100",
        sub=uuid5(NAMESPACE, f"resident:{login}").hex,
    )


RESIDENTS: Final[tuple[Resident, ...]] = (
    *(_resident(NAMED_PEOPLE[office][index]) for office, index in ((OFFICE, 0), (OFFICE, 72), (OTHER_OFFICE, 0))),
    _resident(_STRANGER),
)
"""The last has no file: what a person without one sees."""
