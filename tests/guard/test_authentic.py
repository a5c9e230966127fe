"""I-16: a row that grants cannot be changed, moved or rolled back by who can only write the database."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.guard.authentic import TABLES, Authenticator, Kind, Value, columns

KEY = Authenticator(bytes(range(32)))

numbers = st.integers(-(2**31), 2**31 - 1)
instants = st.datetimes(timezones=st.just(UTC))
texts = st.text(max_size=20)
VALUES: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.NUMBER: numbers | st.booleans(),
    Kind.INSTANT: instants,
    Kind.MAYBE_NUMBER: st.none() | numbers,
    Kind.MAYBE_INSTANT: st.none() | instants,
    Kind.ID: st.none() | st.uuids(),
    Kind.TEXT: st.none() | texts,
    Kind.BYTES: st.none() | st.binary(max_size=20),
    Kind.IDS: st.lists(st.uuids(), max_size=3).map(tuple),
    Kind.TEXTS: st.lists(texts, max_size=3).map(tuple),
    Kind.NUMBERS: st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3).map(tuple),
}


@st.composite
def rows(draw: st.DrawFn) -> tuple[str, list[Value]]:
    table = draw(st.sampled_from(sorted(TABLES)))
    return table, [draw(VALUES[kind]) for kind in TABLES[table].values()]


@given(rows(), st.data())
def test_i16_row_with_one_authenticated_column_changed_is_refused(
    row: tuple[str, list[Value]], data: st.DataObject
) -> None:
    table, values = row
    mac = KEY.stamp(table, values)
    assert KEY.genuine(table, values, mac)
    place = data.draw(st.integers(0, len(values) - 1))
    kind = list(TABLES[table].values())[place]
    forged = list(values)
    forged[place] = data.draw(VALUES[kind].filter(lambda value: value != values[place]))
    assert not KEY.genuine(table, forged, mac)


@given(rows(), st.integers(0, 127))
def test_i16_row_with_one_bit_of_its_mac_flipped_is_refused(row: tuple[str, list[Value]], bit: int) -> None:
    table, values = row
    mac = bytearray(KEY.stamp(table, values))
    mac[bit // 8] ^= 1 << bit % 8
    assert not KEY.genuine(table, values, bytes(mac))


@given(rows())
def test_i16_row_stamped_with_another_key_is_refused(row: tuple[str, list[Value]]) -> None:
    table, values = row
    assert not KEY.genuine(table, values, Authenticator(bytes(32)).stamp(table, values))


@given(st.lists(texts, min_size=2, max_size=2), st.lists(texts, min_size=2, max_size=2))
def test_i16_two_rows_never_share_an_encoding(one: list[str], other: list[str]) -> None:
    def mac(pair: list[str]) -> bytes:
        return KEY.stamp("policy", [pair[0], pair[1], 0])

    assert (mac(one) == mac(other)) == (one == other)


def test_row_written_by_driver_types_or_by_texts_has_one_mac() -> None:
    uuid, at = UUID(int=7), datetime(2026, 11, 22, 9, tzinfo=UTC)
    microseconds = round(at.timestamp()) * 1_000_000
    typed: list[Value] = [uuid, uuid, "followed", None, at, None, 1]
    plain: list[Value] = [str(uuid), str(uuid), "followed", None, microseconds, None, 1]
    raw: list[Value] = [uuid.bytes, uuid.bytes, *plain[2:]]
    assert KEY.stamp("relation", typed) == KEY.stamp("relation", plain) == KEY.stamp("relation", raw)


def test_row_remembered_as_genuine_is_refused_when_one_column_changes() -> None:
    row: dict[str, Value] = dict(
        zip(columns("relation"), [UUID(int=1), UUID(int=2), "followed", None, 5, None, 1], strict=True)
    )
    row["mac"] = KEY.stamp_row("relation", row)
    for _ in range(2):
        assert KEY.genuine_row("relation", row)
    assert not KEY.genuine_row("relation", row | {"referent": UUID(int=3)})
    assert not KEY.genuine_row("relation", row | {"version": 2})


def test_memory_of_genuine_rows_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beffroi.guard.authentic.REMEMBERED", 10)
    small = Authenticator(bytes(32))
    for number in range(100):
        values = [None, "account", "x", 0, number, None, 1]
        assert small.genuine("containment", values, small.stamp("containment", values))
    assert len(small._genuine) <= 10


def test_naive_instant_is_a_bug_not_a_row() -> None:
    with pytest.raises(TypeError):
        KEY.stamp("policy", ["v", "s", datetime(2026, 1, 1)])  # noqa: DTZ001
