"""How values are written for people."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.ui import formatting as f

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
S, N = f.NBSP, f.NARROW


@pytest.mark.parametrize(
    ("day", "language", "written"),
    [
        (date(2026, 11, 22), "fr", f"22{S}novembre{S}2026"),
        (date(2026, 5, 1), "fr", f"1er{S}mai{S}2026"),
        (date(2026, 5, 1), "en", f"1{S}May{S}2026"),
    ],
)
def test_reader_long_date_written_as_people_do(day: date, language: str, written: str) -> None:
    assert f.long_date(day, language) == written


def test_reader_weekday_precedes_the_date() -> None:
    assert f.long_date(date(2026, 11, 22), "fr", weekday=True) == f"dimanche 22{S}novembre{S}2026"


def test_reader_instant_gives_hour_without_zero_minutes() -> None:
    assert f.instant(NOW, "fr") == f"22{S}novembre{S}2026 à 14{S}h{S}05"
    assert f.clock(NOW.replace(hour=9, minute=0), "fr") == f"9{S}h"
    assert f.clock(NOW, "en") == "14:05"


@pytest.mark.parametrize(
    ("before", "french", "english"),
    [
        (timedelta(seconds=59), "à l’instant", "just now"),
        (timedelta(seconds=60), f"il y a 1{S}minute", f"1{S}minute ago"),
        (timedelta(hours=1, minutes=59), f"il y a 1{S}heure", f"1{S}hour ago"),
        (timedelta(days=3), f"il y a 3{S}jours", f"3{S}days ago"),
        (timedelta(days=65), f"il y a 2{S}mois", f"2{S}months ago"),
        (timedelta(days=800), f"il y a 2{S}ans", f"2{S}years ago"),
        (-timedelta(days=2), f"dans 2{S}jours", f"in 2{S}days"),
    ],
)
def test_reader_past_instant_told_as_distance(before: timedelta, french: str, english: str) -> None:
    assert f.ago(NOW - before, NOW, "fr") == french
    assert f.ago(NOW - before, NOW, "en") == english


@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (240 * 60, f"4{S}heures", f"4{S}hours"),
        (3600, f"1{S}heure", f"1{S}hour"),
        (5400, f"1{S}heure{S}30", f"1{S}hour 30{S}minutes"),
        (3660, f"1{S}heure{S}01", f"1{S}hour 1{S}minute"),
        (59 * 60 + 59, f"59{S}minutes", f"59{S}minutes"),
        (5, f"1{S}minute", f"1{S}minute"),
    ],
)
def test_reader_duration_told_in_hours_and_minutes(seconds: int, french: str, english: str) -> None:
    assert f.duration(seconds, "fr") == french
    assert f.duration(seconds, "en") == english


def test_reader_naive_instant_is_a_bug() -> None:
    with pytest.raises(ValueError, match="time zone"):
        f.ago(NOW.replace(tzinfo=None), NOW, "fr")


@pytest.mark.parametrize(
    "typed", ["0639981234", "+33639981234", "0033 6 39 98 12 34", "06.39.98.12.34", "+33 (0)6 39981234"]
)
def test_reader_french_phone_grouped_by_two(typed: str) -> None:
    assert f.phone(typed) == S.join(["06", "39", "98", "12", "34"])


@pytest.mark.parametrize("typed", ["+4930901820", "3949", "", "poste 12"])
def test_reader_other_phone_left_as_typed(typed: str) -> None:
    assert f.phone(typed) == typed


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("269054958815780", "2 69 05 49 588 157 80"),
        ("2690549588157", "2 69 05 49 588 157"),
        ("1 85 02 2a 004 123 45", "1 85 02 2A 004 123 45"),
    ],
)
def test_reader_nir_grouped(typed: str, written: str) -> None:
    assert f.nir(typed) == written.replace(" ", S)


def test_reader_text_that_is_no_nir_left_alone() -> None:
    assert f.nir("26905495881578") == "26905495881578"


def test_reader_thousands_apart() -> None:
    assert f.number(1_600_000, "fr") == f"1{N}600{N}000"
    assert f.number(1_600_000, "en") == "1,600,000"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Attention : l'accès est refusé !", f"Attention{S}: l’accès est refusé{N}!"),
        ("Que faire ?", f"Que faire{N}?"),
        ("dit « oui » ; puis 80 %", f"dit «{S}oui{S}»{N}; puis 80{S}%"),
        ("voir https://exemple.fr/a?b=c à 14:05", "voir https://exemple.fr/a?b=c à 14:05"),
        ('<a title="a : b">Voir : ici</a>', f'<a title="a : b">Voir{S}: ici</a>'),
        ("%(n)s personnes : l'%(who)s", f"%(n)s personnes{S}: l’%(who)s"),
        ("de 7 h à 20 h 30, 3 jours", f"de 7{S}h à 20{S}h{S}30, 3{S}jours"),
        ("1,6 million, 2 milliards, 3 hommes", f"1,6{S}million, 2{S}milliards, 3 hommes"),
        ("1 600 000 personnes", f"1{N}600{N}000 personnes"),
        ("75334 Paris Cedex 07 ; appelez le 30 39.", f"75334 Paris Cedex{S}07{N}; appelez le 30{S}39."),
    ],
)
def test_reader_french_sentence_gets_its_spaces(typed: str, printed: str) -> None:
    assert f.french(typed) == printed


@given(st.text(alphabet="abé '\u00a0\u202f:;!?%«»1<>,.-", max_size=40))
def test_reader_typography_applied_twice_changes_nothing_more(text: str) -> None:
    once = f.french(text)
    assert f.french(once) == once


@given(st.text(alphabet="abé ':;!?%«»1,.-", max_size=40))
def test_reader_typography_keeps_every_letter(text: str) -> None:
    def letters(value: str) -> list[str]:
        return [each for each in value if each not in " '’" + S + N]

    assert letters(f.french(text)) == letters(text)
