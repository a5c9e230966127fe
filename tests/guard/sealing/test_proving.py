"""Proof files: of each consultation of one person, read by who has nothing but the log's key."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from beffroi.guard.sealing import proving, reading
from beffroi.guard.sealing.proving import NotProven, Proven
from beffroi.guard.sealing.store import StoreRefused
from beffroi.guard.sealing.verifying import Trust
from beffroi.standards.tlog import note, proof
from tests.guard.sealing.place import Place

PERSON = "11111111-2222-4333-8444-555555555555"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def site(place: Place) -> Iterator[str]:
    """The store behind a plain web server."""
    place.store.path.mkdir(exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(place.store.path)))
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()  # seconds until it stops
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


async def test_person_gets_a_proof_of_each_consultation_and_reads_it_alone(place: Place) -> None:
    await place.write(290)
    mine = await place.write(2, person=PERSON)
    await place.roll_back()
    await place.write(290)
    mine += await place.write(1, person=PERSON)
    await place.seal()
    later = await place.write(1, person=PERSON)
    log = proving.log_at(place.store)
    files = [made.render() async for made in proving.of_person(place.conn, place.keys, log, PERSON)]
    read = [proving.read(raw, place.trust) for raw in files]
    rows = [one.row for one in read if isinstance(one, Proven)]
    assert [row.entry for row in rows] == mine
    assert {str(row.person) for row in rows} == {PERSON}
    assert later[0] not in mine
    stranger = Trust([note.Signer(place.signer.key.name, b"s" * 32).key])
    assert isinstance(proving.read(files[0], stranger), str)
    made = proof.parse(files[0])
    assert made.extra is not None
    for altered in (bytes([made.extra[-1] ^ 1]), b""):
        assert isinstance(proving.read(made._replace(extra=made.extra[:-1] + altered).render(), place.trust), str)
    assert isinstance(proving.read(made._replace(extra=None).render(), place.trust), str)


async def test_any_entry_is_found_whatever_numbers_were_lost(place: Place, site: str) -> None:
    numbers = []
    for count in (1, 3, 254, 300, 20):
        numbers += await place.write(count)
        await place.roll_back()
    await place.seal()
    log = proving.log_at(reading.place(site))
    for index in (0, 1, 3, 4, 255, 256, 257, 557, len(numbers) - 1):
        assert proving.prove(log, numbers[index]).position == index
    for lost in (0, 2, numbers[-1] + 1, 10**12):
        with pytest.raises(NotProven):
            proving.prove(log, lost)
    assert place.verify(reader=reading.place(site)).entries == len(numbers)


async def test_entry_whose_row_was_changed_is_not_proven_with_it(place: Place) -> None:
    await place.write(3)
    await place.seal()
    log = proving.log_at(place.store)
    shown = await proving.shown(place.conn, place.keys, 2)
    assert proving.prove(log, 2, shown).extra == shown
    with pytest.raises(NotProven, match="not the one that was sealed"):
        proving.prove(log, 2, shown[:-1] + bytes([shown[-1] ^ 1]))
    with pytest.raises(NotProven):
        await proving.shown(place.conn, place.keys, 99)


def test_place_that_is_no_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused):
        reading.place(str(tmp_path / "absent"))
    with pytest.raises(NotProven):
        proving.log_at(reading.place(str(tmp_path)))
    with pytest.raises(StoreRefused):
        reading.place("http://127.0.0.1:1/").checkpoint()
