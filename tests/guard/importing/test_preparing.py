"""What is wrong with a row is named, column by column; the same row without the fault is accepted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from beffroi.guard import keys
from beffroi.guard.importing.columns import COLUMNS
from beffroi.guard.importing.network_map import NetworkMap
from beffroi.guard.importing.problems import Problem, sentence
from beffroi.guard.importing.sources import Chunk, Row
from beffroi.guard.importing.writing import Batch, Job, Preparer
from beffroi.guard.keys import Keys
from beffroi.guard.vault import blind
from tests.guard.importing.network_samples import ADVISER, OFFICE, OTHER_OFFICE, SCHOOL, identifier
from tests.guard.importing.people_samples import LEA, PLAIN


class Rows:
    """A source of rows in memory."""

    digest, size = bytes(32), 1

    def __init__(self, *rows: dict[str, str]) -> None:
        self._rows = rows

    def chunks(self) -> Iterator[Chunk]:
        yield Chunk(0, 0, len(self._rows), 2, 1.0)

    def rows(self, chunk: Chunk) -> Iterator[Row]:
        for line, row in enumerate(self._rows, chunk.first_line):
            yield Row(line, tuple(row.get(column, "") for column in COLUMNS))


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return keys.generate(Path(tmp_path_factory.mktemp("keys")) / "guard.key")


def prepared(held: Keys, *rows: dict[str, str]) -> Batch:
    office, other, school, adviser = (UUID(text).bytes for text in (OFFICE, OTHER_OFFICE, SCHOOL, ADVISER))
    address = blind.index(held.blind, blind.AGENT_EMAIL, "camille@exemple.fr")
    network = NetworkMap(
        {"ML-UN": office, "ML-DEUX": other, "OF-UN": school}, {address: adviser}, frozenset({(adviser, office)})
    )
    source = Rows(*rows)
    job = Job(UUID(int=1), datetime(2026, 11, 22, tzinfo=UTC))
    return Preparer(source, held, network, job).prepare(next(source.chunks()))


WRONG: dict[str, tuple[dict[str, str], str, str]] = {
    "name": ({"last_name": "!!!"}, "last_name", "name_without_letter"),
    "no-name": ({"last_name": ""}, "last_name", "empty"),
    "first-names": ({"first_names": " "}, "first_names", "empty"),
    "date": ({"birth_date": "2004-02-30"}, "birth_date", "date_impossible"),
    "future": ({"birth_date": "2099-01-01"}, "birth_date", "date_future"),
    "sex": ({"sex": "X"}, "sex", "sex_malformed"),
    "nir": ({"nir": "204032901900148"}, "nir", "nir_key"),
    "agency-id": ({"agency_id": "12"}, "agency_id", "agency_id_malformed"),
    "email": ({"email": "a@b"}, "email", "email_malformed"),
    "phone": ({"phone": "12"}, "phone", "phone_malformed"),
    "postcode": ({"postcode": "ABCDE"}, "postcode", "postcode_malformed"),
    "commune": ({"commune_code": "1"}, "commune_code", "commune_code_malformed"),
    "start": ({"training_starts_on": "soon"}, "training_starts_on", "date_malformed"),
    "id": ({"person_id": "abc"}, "person_id", "person_id_malformed"),
    "too-long": ({"city": "x" * 201}, "city", "too_long"),
    "control": ({"city": "Br\x00est"}, "city", "control_character"),
    "encoding": ({"city": "Br\udce9st"}, "city", "encoding"),
    "organisation": ({"follower_organisation": "ML-NULLE"}, "follower_organisation", "organisation_unknown"),
    "school": ({"training_organisation": "OF-NULLE"}, "training_organisation", "organisation_unknown"),
    "referent-elsewhere": ({"follower_organisation": "ML-DEUX"}, "referent", "referent_unknown"),
    "referent-alone": ({"follower_organisation": ""}, "referent", "referent_alone"),
    "since": ({"followed_since": "2026"}, "followed_since", "date_malformed"),
    "representative": (
        {"legal_representative_last_name": ""},
        "legal_representative_last_name",
        "representative_name",
    ),
    "representative-phone": ({"legal_representative_phone": "1"}, "legal_representative_phone", "phone_malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_row_wrong_in_one_column_is_refused_for_that_column(held: Keys, name: str) -> None:
    change, column, code = WRONG[name]
    batch = prepared(held, LEA, LEA | {"person_id": ""} | change, PLAIN)
    assert batch.problems == [Problem(3, column, code)]
    assert batch.lines == [2, 4]
    told = sentence(batch.problems[0])
    assert told.endswith((".", ")"))
    assert all(value not in told for value in change.values() if len(value) > 3)


def test_every_wrong_column_of_a_row_is_reported_at_once(held: Keys) -> None:
    batch = prepared(held, PLAIN | {"sex": "X", "phone": "1", "nir": "1"})
    assert {problem.column for problem in batch.problems} == {"nir", "phone", "sex"}


def test_second_row_of_the_same_person_is_refused(held: Keys) -> None:
    assert prepared(held, LEA, LEA).problems == [Problem(3, "person_id", "person_id_twice")]


def test_row_without_id_gets_a_random_one(held: Keys) -> None:
    one, other = prepared(held, PLAIN, PLAIN).ids
    assert one != other
    assert UUID(bytes=one).version == UUID(bytes=other).version == 4


def test_rows_wrong_among_a_thousand_are_named_and_only_they_are_left_out(held: Keys) -> None:
    rows = [PLAIN | {"person_id": identifier(number)} for number in range(1_000)]
    rows[3] |= {"sex": "X", "phone": "1"}
    rows[300] |= {"city": "x" * 201, "sex": "X"}
    rows[700] |= {"person_id": identifier(5)}
    rows[701] |= {"training_organisation": "OF-NULLE"}
    batch = prepared(held, *rows)
    assert sorted(batch.problems) == [
        Problem(5, "phone", "phone_malformed"),
        Problem(5, "sex", "sex_malformed"),
        Problem(302, "city", "too_long"),
        Problem(702, "person_id", "person_id_twice"),
        Problem(703, "training_organisation", "organisation_unknown"),
    ]
    kept = [number for number in range(1_000) if number not in (3, 300, 700, 701)]
    assert batch.lines == [number + 2 for number in kept]
    assert batch.ids == [UUID(identifier(number)).bytes for number in kept]
    # Each row of the vault begins with a count of columns and the length of the id.
    assert [row[6:22] for row in batch.people] == batch.ids
    assert len(batch.relations) == len(kept)


def test_row_and_relations_of_one_person_stay_together_when_others_are_refused(held: Keys) -> None:
    batch = prepared(held, PLAIN, LEA | {"sex": "X", "person_id": ""}, LEA, PLAIN)
    assert [bool(rows) for rows in batch.relations] == [False, True, False]
    assert batch.relations[1].count(batch.ids[1]) == 2


def test_referent_may_be_named_by_account_id(held: Keys) -> None:
    assert prepared(held, LEA | {"referent": ADVISER}).problems == []
