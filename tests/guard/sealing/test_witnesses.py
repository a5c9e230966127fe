"""Witnesses: a log is cosigned as it grows, a witness that is away delays nobody, a fork is cosigned by none."""

import asyncio
import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx
import pytest

from beffroi.guard import keys
from beffroi.guard.sealing.published import genuine, witnessed
from beffroi.guard.sealing.sealer import Sealer, TooFewWitnesses
from beffroi.guard.sealing.verifying import Trust
from beffroi.guard.sealing.witness import Witness, server
from beffroi.guard.sealing.witnesses import Place as WitnessPlace
from beffroi.guard.sealing.witnesses import PlaceRefused, Witnesses, places
from beffroi.standards.tlog import checkpoint, merkle, note, witness
from beffroi.standards.tlog.checkpoint import Checkpoint
from beffroi.standards.tlog.cosignature import CosignatureVerifier
from beffroi.standards.tlog.witness import Declined, Request
from tests.guard.sealing.place import Place


@contextmanager
def serving(made: Witness) -> Iterator[str]:
    served = server(made, "127.0.0.1", 0)
    thread = Thread(target=served.serve_forever, args=(0.01,), daemon=True)  # seconds until it stops
    thread.start()
    yield f"http://127.0.0.1:{served.server_address[1]}"
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.fixture
def two(place: Place, tmp_path: Path) -> tuple[Witness, Witness]:
    one, other = (Witness(tmp_path / f"w{n}", f"w{n}.example", [place.signer.key]) for n in (1, 2))
    return one, other


async def test_checkpoint_is_published_with_the_cosignatures_of_its_witnesses(
    place: Place, two: tuple[Witness, Witness]
) -> None:
    with serving(two[0]) as first, serving(two[1]) as second:
        asked = Witnesses([WitnessPlace(two[0].key, first), WitnessPlace(two[1].key, second + "/")])
        sealer = await place.sealer(cosign=asked.cosign, quorum=2)
        for count in (3, 300, 1):
            await place.write(count)
            await sealer.step(place.conn)
        again = Witnesses([WitnessPlace(two[0].key, first), WitnessPlace(two[1].key, second)])
        await place.write(1)
        await (await place.sealer(cosign=again.cosign, quorum=2)).step(
            place.conn
        )  # learns by 409 what they have seen
        await asked.close()
        await again.close()
    trust = Trust([place.signer.key], [CosignatureVerifier(one.key) for one in two], 2)
    report = place.verify(trust=trust)
    assert (report.entries, report.problems) == (305, ())
    assert sorted(report.cosigned) == ["w1.example", "w2.example"]
    assert [(one.size, one.failures) for one in again.standings] == [(305, 0)] * 2


async def test_witness_that_is_away_is_named_and_delays_nothing_but_a_quorum(
    place: Place, two: tuple[Witness, Witness]
) -> None:
    with serving(two[0]) as first:
        asked = Witnesses([WitnessPlace(two[0].key, first), WitnessPlace(two[1].key, "http://127.0.0.1:1")])
        await place.write(3)
        await (await place.sealer(cosign=asked.cosign, quorum=1)).step(place.conn)
        assert [(one.name, one.failures > 0) for one in asked.standings] == [
            ("w1.example", False),
            ("w2.example", True),
        ]
        published = place.checkpoint()
        await place.write(1)
        sealer = await place.sealer(cosign=asked.cosign, quorum=2)
        with pytest.raises(TooFewWitnesses):
            await sealer.step(place.conn)
        assert place.checkpoint() == published
        assert (sealer.state.size, sealer.state.published_size) == (4, 3)
        await asked.close()


async def test_fork_signed_by_the_log_itself_gets_no_cosignature(
    place: Place, two: tuple[Witness, Witness], caplog: pytest.LogCaptureFixture
) -> None:
    with serving(two[0]) as url:
        asked = Witnesses([WitnessPlace(two[0].key, url)])
        await place.write(5)
        await (await place.sealer(cosign=asked.cosign, quorum=1)).step(place.conn)
        fork = Checkpoint(place.signer.key.name, 5, b"f" * 32)
        signed = note.signed(fork.text, [place.signer.sign(fork.text)])
        body = witness.render(Request(5, (), signed))
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(url + witness.PATH, content=body)
        assert (answer.status_code, answer.text) == (409, "5\n")
        assert answer.headers["content-type"] == witness.SIZE_TYPE
        # A database and a store both taken back to three entries.
        small = Checkpoint(place.signer.key.name, 3, merkle.EMPTY_ROOT)
        tree = type("T", (), {"consistency": staticmethod(lambda old: [])})()
        fresh = Witnesses([WitnessPlace(two[0].key, url)])
        assert await fresh.cosign(tree, small, note.signed(small.text, [place.signer.sign(small.text)])) == []
        assert "has seen 5 entries, 2 more" in caplog.text
        await asked.close()
        await fresh.close()


def call(place: Place, size: int, root: bytes, old: int = 0) -> bytes:
    text = Checkpoint(place.signer.key.name, size, root).text
    return witness.render(Request(old, (), note.signed(text, [place.signer.sign(text)])))


def test_witness_keeps_what_it_saw_through_a_restart_with_its_key(place: Place, tmp_path: Path) -> None:
    made = Witness(tmp_path / "w", "w.example", [place.signer.key])
    line = made.add_checkpoint(call(place, 1, b"r" * 32), 5)
    assert isinstance(line, str)
    again = Witness(tmp_path / "w", "w.example", [place.signer.key])
    assert again.key == made.key
    declined = again.add_checkpoint(call(place, 1, b"x" * 32))
    assert isinstance(declined, Declined)
    assert declined.body == "1\n"
    key_file = tmp_path / "w" / "witness.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    key_file.chmod(0o644)
    with pytest.raises(keys.KeysRefused, match="read by others"):
        Witness(tmp_path / "w", "w.example", [])
    (seen,) = (tmp_path / "w" / "seen").iterdir()
    assert json.loads(seen.read_text())["size"] == 1


async def test_witness_asked_at_once_for_two_roots_of_one_size_cosigns_one(place: Place, tmp_path: Path) -> None:
    made = Witness(tmp_path / "w", "w.example", [place.signer.key])
    roots = [bytes([number]) * 32 for number in range(8)]
    answers = await asyncio.gather(*(asyncio.to_thread(made.add_checkpoint, call(place, 1, root)) for root in roots))
    assert sum(isinstance(answer, str) for answer in answers) == 1


def test_witness_answers_one_address_and_bodies_of_a_bounded_size(place: Place, two: tuple[Witness, Witness]) -> None:
    with serving(two[0]) as url, httpx.Client(trust_env=False) as http:
        assert http.post(url + "/other", content=b"x").status_code == 404
        assert http.get(url + witness.PATH).status_code == 404
        assert http.post(url + witness.PATH, content=b"x" * 70_000).status_code == 413
        assert http.post(url + witness.PATH, content=iter([b"x"])).status_code == 413
        assert http.post(url + witness.PATH, content=b"nonsense").status_code == 400
        unknown = note.Signer("unknown.example", b"u" * 32)
        text = Checkpoint("unknown.example", 0, merkle.EMPTY_ROOT).text
        body = witness.render(Request(0, (), note.signed(text, [unknown.sign(text)])))
        assert http.post(url + witness.PATH, content=body).status_code == 404
        assert checkpoint.parse(text).size == 0


def test_witness_gives_anybody_the_last_checkpoint_it_cosigned_and_no_other(place: Place, tmp_path: Path) -> None:
    made = Witness(tmp_path / "w", "w.example", [place.signer.key])
    with serving(made) as url, httpx.Client(trust_env=False) as http:
        address = f"{witnessed(url, place.signer.key.name)}/checkpoint"
        assert http.get(address).status_code == 404
        made.add_checkpoint(call(place, 1, b"r" * 32))
        made.add_checkpoint(call(place, 2, b"x" * 32))  # not shown to continue the first
        assert genuine(http.get(address).content, place.signer.key) == (place.signer.key.name, 1, b"r" * 32, ())
        assert http.get(f"{witnessed(url, 'other.example')}/checkpoint").status_code == 404
        assert http.get(f"{url}/../seen").status_code == 404
        (seen,) = (tmp_path / "w" / "seen").iterdir()
        kept = json.loads(seen.read_text())
        del kept["signed"]  # as the version before wrote it
        seen.write_text(json.dumps(kept))
        assert http.get(address).status_code == 404


def test_list_of_witnesses_is_read_and_a_wrong_line_named(two: tuple[Witness, Witness], place: Place) -> None:
    one, other = (made.key.encode() for made in two)
    found = places(f"# ours\n{one} https://w1.example\n\n{other} http://127.0.0.1:8095/\n")
    assert [(each.key.name, each.url) for each in found] == [
        ("w1.example", "https://w1.example"), ("w2.example", "http://127.0.0.1:8095/"),
    ]  # fmt: skip
    for wrong in ("nonsense https://x", one, f"{one} ftp://x", f"{place.signer.key.encode()} https://x",
                  f"{one} https://x\n{one} https://y"):  # fmt: skip
        with pytest.raises(PlaceRefused, match="line"):
            places(wrong)


def test_sealer_names_its_points() -> None:
    assert Sealer.POINTS[-1] == "pruned"
