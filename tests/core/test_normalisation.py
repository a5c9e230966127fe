"""Normal forms: what they forgive, what they keep, that they are stable and never raise."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import normalisation
from beffroi.core.normalisation import (
    MAX_NAME_LENGTH,
    NormalisationRefusal,
    agency_id_key,
    birth_date,
    email_key,
    first_name_key,
    name_key,
    phone_key,
    postal_text,
    postcode,
)

Key = Callable[[str], str | NormalisationRefusal]
TODAY = date(2026, 11, 1)
KEYS: list[Key] = [name_key, first_name_key, email_key, phone_key, agency_id_key, postal_text, postcode]
latin = st.text(st.sampled_from("abcdeéèêëàâçîïôöùûüÿñœæøßABCDEÉÈŒÆ -'’.,"), max_size=40)
anything = st.text(st.characters(), max_size=600)


@pytest.mark.parametrize("key", KEYS)
@given(text=latin | anything)
def test_key_applied_twice_changes_nothing(key: Key, text: str) -> None:
    once = key(text)
    if not isinstance(once, NormalisationRefusal) and len(once) <= MAX_NAME_LENGTH:
        assert key(once) == once


@given(st.emails() | st.from_regex(r"\+?[0-9 ]{6,15}", fullmatch=True) | st.from_regex(r"[0-9]{7,11}[a-z]?"))
def test_key_plausible_value_applied_twice_changes_nothing(text: str) -> None:
    for key in (email_key, phone_key, agency_id_key, postcode):
        once = key(text)
        if not isinstance(once, NormalisationRefusal):
            assert key(once) == once


@given(text=latin)
def test_name_accents_and_case_do_not_matter(text: str) -> None:
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    assert name_key(text) == name_key(bare)
    assert name_key(text.upper()) == name_key(text)


@pytest.mark.parametrize(
    ("variants", "key"),
    [
        (("Le Gall-Élodie", "LE GALL ELODIE", "legall  élodie", "Le\u00a0Gall‑Elodie"), "legallelodie"),
        (("D’Almeida", "d'almeida", "D ALMEIDA", "Dʼalmeida"), "dalmeida"),
        (("Cœur", "COEUR", "Coeur"), "coeur"),
        (("de La Tour", "DE LA TOUR", "Delatour"), "delatour"),
        (("Nguyễn", "NGUYEN"), "nguyen"),
        (("Strauß", "STRAUSS"), "strauss"),
        (("Łukasz", "lukasz"), "lukasz"),
        (("Çelik", "celik"), "celik"),
    ],
)
def test_name_written_in_several_ways_shares_one_key(variants: tuple[str, ...], key: str) -> None:
    assert {name_key(variant) for variant in variants} == {key}


@given(text=latin | st.text(st.characters(max_codepoint=0x24F), max_size=40) | anything)
def test_name_composed_or_decomposed_accents_share_one_key(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text)[:MAX_NAME_LENGTH] for form in ("NFC", "NFD"))
    if unicodedata.normalize("NFC", decomposed) == composed:
        assert name_key(composed) == name_key(decomposed)


def test_name_particle_dropped_is_another_name() -> None:
    assert name_key("de La Tour") != name_key("La Tour")


def test_first_name_compound_written_with_space_or_hyphen_matches() -> None:
    assert first_name_key("Jean-Pierre, Marie") == first_name_key("JEAN PIERRE") == "jean"
    assert first_name_key("N'Golo") == "ngolo"
    assert first_name_key("Ève") == "eve"


@pytest.mark.parametrize("text", ["-", "’ ’", "..."])
def test_name_without_letter_refused(text: str) -> None:
    assert name_key(text) is NormalisationRefusal.NAME


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" Lea.Martin+ML@Exemple.FR ", "lea.martin+ml@exemple.fr"),
        ("mailto:a@b.fr", "a@b.fr"),
        ("prénom@école.example", "prénom@école.example"),
        ("a@b", NormalisationRefusal.EMAIL),
        ("a@@b.fr", NormalisationRefusal.EMAIL),
        ("a b@c.fr", NormalisationRefusal.EMAIL),
        (".a@c.fr", NormalisationRefusal.EMAIL),
        ("a@-c.fr", NormalisationRefusal.EMAIL),
        ("a@c.fr\nBcc: x@y.fr", NormalisationRefusal.EMAIL),
        ("  ", NormalisationRefusal.EMPTY),
        ("a" * 300 + "@b.fr", NormalisationRefusal.TOO_LONG),
    ],
)
def test_email_text_gives_address_or_reason(text: str, key: str) -> None:
    assert email_key(text) == key


@given(
    st.from_regex(r"[!-~]{1,5}@[a-z0-9_.-]{1,20}", fullmatch=True)
    | st.text(st.characters(codec="ascii"), max_size=80)
    | st.emails()
)
def test_email_of_ascii_alone_is_read_as_any_other(text: str) -> None:
    if text.isascii():
        quick = normalisation._ASCII_EMAIL.fullmatch(text.lower()) is None
        assert quick == (normalisation._EMAIL.fullmatch(text.lower()) is None)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("06 39 98 12 34", "+33639981234"),
        ("+33 (0)6 39 98 12 34", "+33639981234"),
        ("0033 6.39.98.12.34", "+33639981234"),
        ("01-99-00-12-34", "+33199001234"),
        ("06 39 12 34 56", "+262639123456"),
        ("0692 12 34 56", "+262692123456"),
        ("+33 690 12 34 56", "+590690123456"),
        ("0690123456", "+590690123456"),
        ("0694123456", "+594694123456"),
        ("0696123456", "+596696123456"),
        ("+687 12 34 56", "+687123456"),
        ("+689 87 12 34 56", "+68987123456"),
        ("+681 12 34 5", NormalisationRefusal.PHONE),
        ("+32 470 12 34 56", "+32470123456"),
        ("3639", NormalisationRefusal.PHONE),
        ("061234567", NormalisationRefusal.PHONE),
        ("+33 6 12 34 56 7", NormalisationRefusal.PHONE),
        ("06 12 34 56 7a", NormalisationRefusal.PHONE),
        ("", NormalisationRefusal.EMPTY),
    ],
)
def test_phone_text_gives_e164_or_reason(text: str, key: str) -> None:
    assert phone_key(text) == key


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2004-02-29", date(2004, 2, 29)),
        ("29/02/2004", date(2004, 2, 29)),
        (" 1.3.2005 ", date(2005, 3, 1)),
        ("29/02/2005", NormalisationRefusal.DATE_IMPOSSIBLE),
        ("2005-13-01", NormalisationRefusal.DATE_IMPOSSIBLE),
        ("0000-01-01", NormalisationRefusal.DATE_IMPOSSIBLE),
        ("02/11/2026", NormalisationRefusal.DATE_FUTURE),
        ("01/11/2026", date(2026, 11, 1)),
        ("01/01/1899", NormalisationRefusal.DATE_TOO_OLD),
        ("01/02/04", NormalisationRefusal.DATE),
        ("demain", NormalisationRefusal.DATE),
    ],
)
def test_birth_date_text_gives_date_or_reason(text: str, value: object) -> None:
    assert birth_date(text, today=TODAY) == value


@given(anything)
def test_birth_date_any_text_never_raises(text: str) -> None:
    assert isinstance(birth_date(text, today=TODAY), date | NormalisationRefusal)


@given(st.dates(date(1930, 1, 1), TODAY))
def test_birth_date_iso_and_french_agree(day: date) -> None:
    assert birth_date(day.isoformat(), today=TODAY) == birth_date(day.strftime("%d/%m/%Y"), today=TODAY) == day


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1234567a", "1234567A"),
        ("12 345 678", "12345678"),
        ("12345678901", "12345678901"),
        ("0123456789B", "0123456789B"),
        ("1234567", NormalisationRefusal.AGENCY_ID),
        ("123456789", NormalisationRefusal.AGENCY_ID),
    ],
)
def test_agency_id_text_gives_identifier_or_reason(text: str, key: str) -> None:
    assert agency_id_key(text) == key


def test_postal_text_accents_and_punctuation_removed() -> None:
    assert postal_text("  12 bis, rue de l’Église\n") == "12 BIS RUE DE L EGLISE"


@pytest.mark.parametrize(("text", "value"), [("97 400", "97400"), ("2A004", NormalisationRefusal.POSTCODE)])
def test_postcode_text_gives_five_digits_or_reason(text: str, value: str) -> None:
    assert postcode(text) == value


def test_refusals_all_have_a_sentence() -> None:
    assert all(refusal.sentence.endswith((".", ".)", ").")) for refusal in NormalisationRefusal)
