"""The encoding of a journal row: injective, read back, and what a commitment hides."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import journal_encoding as encoding
from beffroi.core.journal_encoding import JournalRow, Unreadable

INSTANTS = st.integers(-(10**15), 6 * 10**15).map(
    lambda at: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
)
IDS = st.none() | st.uuids()
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
TEXTS = st.none() | TEXT
ROWS = st.builds(
    JournalRow,
    entry=st.integers(0, 2**63 - 1),
    at=INSTANTS,
    kind=TEXT,
    person=IDS,
    groups=st.integers(-(2**31), 2**31 - 1),
    account=IDS,
    session=IDS,
    organisation=IDS,
    application=TEXTS,
    role=TEXTS,
    purpose=TEXTS,
    explanation=TEXTS,
    policy=TEXTS,
    detail=TEXTS,
)
KEY = bytes(range(32))


@given(ROWS)
def test_any_row_is_read_as_it_was_encoded(row: JournalRow) -> None:
    encoded = encoding.canonical(row)
    assert encoding.decoded(encoded) == row
    assert encoding.number_of(encoded) == row.entry
    assert encoding.canonical(row)[encoding.INSTANT_AT] == encoding.instant_bytes(row.at)


@given(ROWS, ROWS)
def test_two_rows_never_share_an_encoding_nor_a_leaf(one: JournalRow, other: JournalRow) -> None:
    same = one == other
    assert (encoding.canonical(one) == encoding.canonical(other)) is same
    assert (encoding.leaf_of(one, KEY) == encoding.leaf_of(other, KEY)) is same


@given(ROWS, st.integers(0, 10_000), st.integers(0, 7))
def test_encoding_with_one_bit_changed_is_another_row_or_none(row: JournalRow, place: int, bit: int) -> None:
    changed = bytearray(encoding.canonical(row))
    changed[place % len(changed)] ^= 1 << bit
    with suppress(Unreadable):
        assert encoding.decoded(bytes(changed)) != row


@pytest.mark.parametrize("cut", [0, 3, 11, 12, 19, 40])
def test_encoding_cut_short_is_unreadable(cut: int) -> None:
    row = JournalRow(1, datetime(2026, 11, 27, tzinfo=UTC), "released", *[None], 0, *[None] * 9)  # type: ignore[arg-type]
    with pytest.raises(Unreadable):
        encoding.decoded(encoding.canonical(row)[:cut])
    with pytest.raises(Unreadable):
        encoding.decoded(encoding.canonical(row) + b"\0")


def test_encoding_is_the_one_that_is_documented() -> None:
    row = JournalRow(7, datetime(2000, 1, 1, 0, 0, 1, tzinfo=UTC), "x", None, 3, *[None] * 9)  # type: ignore[arg-type]
    parts = [
        "0000000e", "00000014" "00000008" "0000000000000007", "000004a0" "00000008" "00000000000f4240",
        "00000019" "00000001" "78", "00000b86" "ffffffff", "00000017" "00000004" "00000003",
        *["00000b86" "ffffffff"] * 3, *["00000019" "ffffffff"] * 6,
    ]  # fmt: skip
    assert encoding.canonical(row).hex() == "".join(parts)
    salted = encoding.salt(KEY, 7)
    assert salted == blake2b((7).to_bytes(8, "big"), digest_size=16, key=KEY, person=b"beffroi/salt/1").digest()
    leaf = encoding.leaf_of(row, KEY)
    assert leaf == (7).to_bytes(8, "big") + sha256(b"beffroi/entry/1\n" + salted + encoding.canonical(row)).digest()
    assert encoding.entry_of(leaf) == 7
    assert encoding.opened(encoding.opening(salted, encoding.canonical(row))) == row


def test_salt_differs_by_day_and_by_entry() -> None:
    salts = {encoding.salt(key, entry) for key in (KEY, bytes(32)) for entry in range(100)}
    assert len(salts) == 200


@pytest.mark.parametrize("hours", [0, 23])
def test_day_of_an_instant_is_that_of_utc(hours: int) -> None:
    assert encoding.day_of(datetime(2026, 11, 27, tzinfo=UTC) + timedelta(hours=hours)) == 9827
