"""The bytes written out for the hot path are those of the tables' description (I-16)."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from beffroi.guard.authentic import encoded
from beffroi.guard.decisions import hot_rows
from beffroi.guard.decisions.hot_rows import person_id, sized_id

NUMBERS = st.integers(-(2**63), 2**63 - 1)
INSTANTS = st.datetimes(timezones=st.just(UTC))
TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=300)


@given(st.uuids(), st.uuids(), TEXTS, st.none() | st.uuids(), INSTANTS, st.none() | INSTANTS, NUMBERS)
def test_i16_relation_written_out_is_encoded_as_its_table_says(
    person: UUID,
    organisation: UUID,
    kind: str,
    referent: UUID | None,
    since_at: datetime,
    until_at: datetime | None,
    version: int,
) -> None:
    hot = hot_rows.relation(
        person_id(str(person)), sized_id(str(organisation)), kind, referent, since_at, until_at, version
    )
    assert hot == encoded("relation", [person, organisation, kind, referent, since_at, until_at, version])


@given(st.uuids(), st.uuids(), NUMBERS, st.lists(NUMBERS, max_size=12), NUMBERS, NUMBERS)
def test_i16_reach_written_out_is_encoded_as_its_table_says(
    account: UUID, person: UUID, day: int, marks: list[int], found_day: int, version: int
) -> None:
    hot = hot_rows.reach(sized_id(str(account)), person_id(str(person)), day, marks, found_day, version)
    assert hot == encoded("reach", [account, person, day, tuple(marks), found_day, version])


@given(TEXTS, NUMBERS, NUMBERS, st.binary(max_size=130), st.lists(NUMBERS, min_size=9, max_size=9))
def test_i16_budget_written_out_is_encoded_as_its_table_says(
    key: str, hour: int, day: int, recent: bytes, numbers: list[int]
) -> None:
    values = (key, hour, day, recent, *numbers)
    assert hot_rows.budget(values) == encoded("budget", values)
