"""The NIR: what is read, what is refused and why, and that the value does not leak."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from dataclasses import asdict, dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import nir
from beffroi.core.identifying import REDACTED, Identifying
from beffroi.core.nir import Nir, NirRefusal, nir_key, nir_text, parse_nir

places = st.one_of(
    st.tuples(st.sampled_from(["01", "20", "2A", "2B", "59", "75", "95", "96", "99"]), st.integers(1, 999)).map(
        lambda p: f"{p[0]}{p[1]:03d}"
    ),
    st.tuples(st.sampled_from(["971", "974", "976", "987"]), st.integers(1, 99)).map(lambda p: f"{p[0]}{p[1]:02d}"),
)
bodies = st.builds(
    lambda sex, year, month, place, order: f"{sex}{year:02d}{month:02d}{place}{order:03d}",
    st.sampled_from("123478"),
    st.integers(0, 99),
    st.integers(1, 12) | st.integers(20, 42) | st.integers(50, 99),
    places,
    st.integers(1, 999),
).filter(lambda body: body not in {"2690549588157", "2550814168025"} and body != body[0] * 13)


@given(bodies)
def test_parse_number_with_its_key_gives_the_number(body: str) -> None:
    parsed = parse_nir(f"{body}{nir_key(body):02d}")
    assert isinstance(parsed, Nir)
    assert parsed.reveal()[:13] == body


@given(bodies)
def test_parse_number_without_key_computes_it(body: str) -> None:
    with_key = parse_nir(f"{body}{nir_key(body):02d}")
    assert parse_nir(body) == with_key


@given(bodies, st.integers(0, 99))
def test_parse_any_other_key_refused(body: str, key: int) -> None:
    parsed = parse_nir(f"{body}{key:02d}")
    assert isinstance(parsed, Nir) if key == nir_key(body) else parsed is NirRefusal.KEY


@given(bodies, st.integers(0, 12), st.sampled_from("0123456789"))
def test_parse_one_digit_mistyped_refused(body: str, position: int, digit: str) -> None:
    if body[position] == digit or body[position] in "AB":
        return
    mistyped = body[:position] + digit + body[position + 1 :]
    assert isinstance(parse_nir(f"{mistyped}{nir_key(body):02d}"), NirRefusal)


@given(bodies, st.integers(0, 14), st.sampled_from("0123456789AB٣ \n"))
def test_parse_number_at_one_look_answers_as_rule_by_rule(body: str, position: int, other: str) -> None:
    whole = f"{body}{nir_key(body):02d}"
    assert nir_text(whole) == nir._read_slowly(whole) == whole
    changed = whole[:position] + other + whole[position + 1 :]
    assert nir_text(changed) == nir._read_slowly(changed)


@given(st.text(max_size=60))
def test_parse_any_text_never_raises(text: str) -> None:
    assert isinstance(parse_nir(text), Nir | NirRefusal)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("2951099126111", 93),
        ("186022A215325", 23),
        ("2690549588157", 80),
        ("269052A888157", 38),
        ("269052B888157", 65),
    ],
)
def test_key_published_example_matches(body: str, key: int) -> None:
    assert nir_key(body) == key


def test_key_corsica_equals_departments_19_and_18() -> None:
    assert nir_key("102052A004123") == nir_key("1020519004123")
    assert nir_key("102052B033123") == nir_key("1020518033123")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("0020575056123", NirRefusal.SEX),
        ("5020575056123", NirRefusal.SEX),
        ("1021375056123", NirRefusal.MONTH),
        ("1020075056123", NirRefusal.MONTH),
        ("1024375056123", NirRefusal.MONTH),
        ("1020500056123", NirRefusal.PLACE),
        ("1020575000123", NirRefusal.PLACE),
        ("1020597100123", NirRefusal.PLACE),
        ("1020599000123", NirRefusal.PLACE),
        ("1020575056000", NirRefusal.ORDER),
        ("102052C056123", NirRefusal.SHAPE),
        ("10205750561234", NirRefusal.SHAPE),
        ("١٠٢٠٥٧٥٠٥٦١٢٣", NirRefusal.SHAPE),
        ("", NirRefusal.SHAPE),
        ("1" * 41, NirRefusal.TOO_LONG),
        ("2 69 05 49 588 157 80", NirRefusal.SPECIMEN),
        ("2 69 05 49 588 157 81", NirRefusal.KEY),
        ("1111111111111", NirRefusal.SPECIMEN),
    ],
)
def test_parse_wrong_text_refused_with_its_reason(text: str, refusal: NirRefusal) -> None:
    assert parse_nir(text) is refusal
    assert refusal.sentence.endswith(".")


def test_parse_typed_by_hand_spaces_and_small_letter_accepted() -> None:
    parsed = parse_nir("1 86\u00a002 2a 215\u202f325-23")
    assert isinstance(parsed, Nir)
    assert parsed.reveal() == "186022A21532523"
    assert parsed.reveal_formatted().replace("\u00a0", " ") == "1 86 02 2A 215 325 23"
    assert (parsed.reveal_sex(), parsed.reveal_birth(), parsed.reveal_birth_place()) == (
        "M",
        (86, 2),
        "2A215",
    )


@pytest.mark.parametrize(("first", "provisional", "sex"), [("1", False, "M"), ("4", True, "F"), ("7", True, "M")])
def test_parse_waiting_number_accepted_and_marked(first: str, provisional: bool, sex: str) -> None:
    parsed = parse_nir(first + "020575112123")
    assert isinstance(parsed, Nir)
    assert (parsed.provisional, parsed.reveal_sex()) == (provisional, sex)


def test_birth_conventional_month_gives_no_month() -> None:
    parsed = parse_nir("2023199350123")
    assert isinstance(parsed, Nir)
    assert parsed.reveal_birth() == (2, None)


@dataclass(frozen=True)
class _Holder:
    secret: Identifying


def test_identifying_value_shown_any_way_is_redacted(caplog: pytest.LogCaptureFixture) -> None:
    secret = Identifying("MARTIN")
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("person %s %r", secret, {"name": secret})
    shown = [
        repr(secret),
        str(secret),
        f"{secret:>40}",
        f"{secret!r}",
        " ".join(map(str, [secret])),
        repr(_Holder(secret)),
    ]
    assert all("MARTIN" not in text and REDACTED in text for text in [*shown, caplog.text])
    assert asdict(_Holder(secret))["secret"].reveal() == "MARTIN"


@pytest.mark.parametrize(
    "leak",
    [
        json.dumps,
        msgspec.json.encode,
        msgspec.msgpack.encode,
        pickle.dumps,
        vars,
        iter,
        list,
        msgspec.to_builtins,
    ],
)
def test_identifying_value_serialised_without_reveal_fails(leak: object) -> None:
    with pytest.raises(TypeError) as caught:
        leak(Identifying("MARTIN"))  # type: ignore[operator]
    assert "MARTIN" not in str(caught.value)


def test_identifying_value_compared_by_type_and_text() -> None:
    assert Identifying("a") == copy.deepcopy(Identifying("a"))
    assert Identifying("a") != Identifying("b")
    assert Identifying("a") != "a"
    assert len({Identifying("a"), Identifying("a"), Identifying("b")}) == 2
    with pytest.raises(AttributeError):
        Identifying("a").text = "b"
