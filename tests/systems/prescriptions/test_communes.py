"""The communes that ship: each found by what the pages write of it, and by what people type."""

import pytest

from beffroi.core.catalogue import Spot, kilometres
from beffroi.systems.prescriptions import communes


def test_commune_written_on_a_page_is_found_again_by_it() -> None:
    lost = [each.code for each in communes.every().values() if each not in communes.named(each.label)]
    assert lost == []
    unclear = [each.label for each in communes.every().values() if len(communes.named(each.label)) > 1]
    assert len(unclear) < 20, unclear


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Clermont-Ferrand", "63113"), ("clermont ferrand 63", "63113"), ("CLERMONT-FERRAND (63000)", "63113"),
        ("Paris 75012", "75056"), ("75116", "75056"), ("L'Abergement-Clémenciat", "01001"), ("2a004", "2A004"),
        ("Saint-Denis 974", "97411"), ("13016", "13055"),
    ],
)  # fmt: skip
def test_commune_is_found_by_name_postcode_department_or_code(said: str, code: str) -> None:
    assert code in {each.code for each in communes.named(said)}


@pytest.mark.parametrize(
    ("written", "said"),
    [("59350", "Lille (59000)"), ("2A004", "Ajaccio (20000)"), ("Lille", "Lille"), ("99100", "99100"), ("", "")],
)
def test_place_of_birth_is_named_where_it_is_the_code_of_a_commune(written: str, said: str) -> None:
    assert communes.place_named(written) == said


@pytest.mark.parametrize("said", ["", "   ", "Clermon", "999", "%", "x" * 1_000])
def test_what_is_no_commune_finds_none(said: str) -> None:
    assert communes.named(said) == ()


def test_communes_are_where_france_is() -> None:
    assert len(communes.every()) > 34_800
    lyon, riom = communes.every()["69123"].spot, communes.every()["63300"].spot
    assert kilometres(lyon, Spot(45.764, 4.8357)) < 3
    assert kilometres(riom, Spot(45.894, 3.112)) < 3
    assert all(-23 < each.spot.latitude < 52 and -64 < each.spot.longitude < 57 for each in communes.every().values())
