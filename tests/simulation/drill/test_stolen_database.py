"""The stolen database: nothing in clear, and a leak of any sort is seen."""

import base64
import hashlib
import os
from typing import Any

import psycopg
import pytest

from beffroi.config.drill import ScratchServer
from beffroi.simulation.drill import stolen_database
from beffroi.simulation.drill.scratch import ScratchDatabase
from beffroi.simulation.drill.searching import Item, Search, apart_from_public
from beffroi.simulation.drill.values import Kind, Value
from beffroi.simulation.personas import BY_LOGIN

pytestmark = pytest.mark.timeout(300)

NIR = Value(Kind.NIR, "205036303200148")
EMAIL = Value(Kind.EMAIL, "ines.delaunay.0@courriel.example")
NAME = Value(Kind.NAME, "Delaunay")
SHORT = Value(Kind.WORD, "Inès")


@pytest.mark.slow
def test_i09_stolen_installation_holds_no_value_in_clear(own_scratch: ScratchServer) -> None:
    report = stolen_database.drill(own_scratch, 200)
    assert report["failures"] == []
    assert report["values_in_clear"] == 0
    assert report["values_searched"] > 2_000
    assert report["planted_and_not_found"] == []


@pytest.mark.slow
def test_i09_build_that_leaks_one_hashed_number_fails_the_drill(own_scratch: ScratchServer) -> None:
    """A table of the console keeps the MD5 of a colleague's address: no more is needed to find it again."""

    def leak(database: ScratchDatabase) -> None:
        digest = hashlib.md5(BY_LOGIN["sophie.lambert"].email.encode(), usedforsecurity=False).hexdigest()
        with psycopg.connect(database.owner, autocommit=True) as console:
            console.execute("CREATE TABLE console.reminder (who text)")
            console.execute("INSERT INTO console.reminder VALUES (%s)", [digest])

    report = stolen_database.drill(own_scratch, 200, sabotage=leak)
    assert report["values_in_clear"] == 1
    assert {hit["kind"] for hit in report["found"]} == {"e-mail"}
    assert "dump of every schema" in {hit["where"] for hit in report["found"]}
    assert report["failures"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (NIR, b"205036303200148"),
        (NIR, b"2 05 03 63 032 001 48"),
        (NIR, b"205036303200148".hex().encode()),
        (NIR, hashlib.sha256(b"205036303200148").digest()),
        (NIR, hashlib.sha1(b"205036303200148", usedforsecurity=False).hexdigest().encode()),
        (NIR, base64.b64encode(b"205036303200148")),
        (NIR, base64.b64encode(b'{"a":1,"nir":"205036303200148","b":2}')),
        (EMAIL, b"ines.delaunay.0"),
        (EMAIL, base64.b64encode(b'x{"email":"ines.delaunay.0@courriel.example"}')),
        (NAME, b"DELAUNAY"),
        (NAME, "Delaunay".encode("utf-16-le")),
        (SHORT, " Inès,".encode()),
    ],
)
def test_value_written_in_any_way_inside_other_bytes_is_found(value: Value, written: bytes) -> None:
    search = Search([value])
    around = os.urandom(64).translate(bytes(range(32)) * 8)
    hits = search.hits([Item("file", around + b" " + written + b" " + around, text=True)])
    assert {hit.value for hit in hits} == {value}


def test_short_word_inside_a_longer_one_or_in_binary_is_not_a_finding() -> None:
    search = Search([SHORT])
    assert search.hits([Item("log", "Finèse".replace("F", "xI").encode(), text=True)]) == []
    assert search.hits([Item("data", "\0Inès\0".encode(), text=False)]) == []


def test_public_word_is_left_out_and_a_number_never_is() -> None:
    search = Search([NAME, NIR])
    stolen = [Item("dump", b"Delaunay 205036303200148", text=True)]
    control = [Item("directory", b"Mission Locale Delaunay 205036303200148", text=True)]
    kept, public = apart_from_public(search.hits(stolen), search, control)
    assert {hit.value for hit in kept} == {NIR}
    assert public == [NAME]


def test_value_across_two_pieces_of_a_large_file_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beffroi.simulation.drill.searching.PIECE", 1 << 15)
    content = bytes((1 << 15) - 7) + NIR.text.encode() + bytes(100)
    assert Search([NIR]).hits([Item("file", content, text=False)])


def good_report() -> dict[str, Any]:
    """A report in which nothing is wrong."""
    return {
        "values_searched": 4_000,
        "values_in_clear": 0,
        "population": 400,
        "planted_and_not_found": [],
        "answers": {f"{door} 200": 1 for door in stolen_database.DOORS},
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"values_in_clear": 1},
        {"values_searched": 399},
        {"planted_and_not_found": ["nir (raw)"]},
        {"answers": {"/v1/open 503": 30}},
    ],
)
def test_report_with_one_thing_wrong_is_a_failure(wrong: dict[str, Any]) -> None:
    assert stolen_database.failures(good_report()) == []
    assert stolen_database.failures(good_report() | wrong)
