"""The network of the simulation: size, identifiers, territories, and which names are invented."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from beffroi.simulation.directory import YOUTH_OFFICE, build_directory, fictive_siret, luhn_digit
from beffroi.simulation.life import ordinary_life


def _luhn_valid(digits: str) -> bool:
    return luhn_digit(digits[:-1]) == int(digits[-1])


def test_luhn_known_siren_matches() -> None:
    # SIREN of Insee, whose own documentation uses it as the example.
    assert luhn_digit("12002701") == 6


@given(st.integers(1, 99_999))
def test_siret_fictive_passes_luhn_twice_and_is_never_attributed(rank: int) -> None:
    siret = fictive_siret(rank)
    assert len(siret) == 14
    assert siret.startswith("000")
    assert _luhn_valid(siret)
    assert _luhn_valid(siret[:9])


def test_directory_holds_the_real_network_and_the_invented_one() -> None:
    directory = build_directory()
    real = [office for office in directory.offices if not office.invented]
    assert len(real) == 448
    assert sum(o.kind == "training_organisation" and not o.invented for o in directory.organisations) == 6057
    assert sum(o.kind == "agency" for o in directory.organisations) == 1
    assert abs(len(directory.sites) - ordinary_life().offices.reception_sites) < 70
    assert sum(office.invented for office in directory.offices) >= 5


def test_directory_identifiers_are_unique() -> None:
    directory = build_directory()
    for column in ("id", "code", "siret"):
        values = [getattr(organisation, column) for organisation in directory.organisations]
        assert len(set(values)) == len(values)
    assert len({site.id for site in directory.sites}) == len(directory.sites)


def test_offices_real_have_fictive_siret() -> None:
    assert all(office.siret.startswith("000") for office in build_directory().offices)


def test_territories_share_no_commune_and_stay_in_their_department() -> None:
    directory = build_directory()
    served = [commune.code for communes in directory.territories.values() for commune in communes]
    assert len(set(served)) == len(served)
    for code, communes in directory.territories.items():
        assert communes
        assert {commune.department_code for commune in communes} == {directory.by_code[code].department_code}


def test_sites_every_office_receives_somewhere() -> None:
    directory = build_directory()
    assert {site.organisation_code for site in directory.sites} == {
        o.code for o in directory.organisations if o.kind == YOUTH_OFFICE
    }
