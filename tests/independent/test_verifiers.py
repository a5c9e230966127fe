"""Verifiers that are not ours accept a sealed journal, and refuse it with one byte changed.

Go's golang.org/x/mod/sumdb (Debian's packages golang-go and golang-golang-x-mod-dev) and tlog-scales (PyPI).
"""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tlog_scales import backend, signing, tiles, tlog
from tlog_scales.reader import TilesReader

from beffroi.guard.sealing import proving
from beffroi.guard.sealing.witness import Witness
from beffroi.standards.tlog import merkle, note, proof
from beffroi.standards.tlog.witness import Request, render
from tests.databases import FreshDatabase
from tests.guard.sealing.place import Place

SOURCES = Path("/usr/share/gocode")
"""Where Debian puts Go's libraries."""


@pytest.fixture
async def place(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[Place]:
    """A journal of 1,000 entries, its checkpoint at 300 kept aside."""
    made = await Place(tmp_path, fresh).open()
    await made.write(300)
    await made.seal()
    (tmp_path / "older").write_bytes(made.checkpoint())
    await made.write(700)
    await made.seal()
    yield made
    await made.close()


@pytest.fixture(scope="session")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in Go, compiled against Debian's library and nothing else."""
    go = shutil.which("go")
    if go is None or not (SOURCES / "src/golang.org/x/mod/sumdb").is_dir():
        reason = "Go and golang.org/x/mod are missing: apt-get install golang-go golang-golang-x-mod-dev"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("go")
    told = {"GO111MODULE": "off", "GOPATH": str(SOURCES), "GOCACHE": str(folder / "cache"), "GOFLAGS": "-mod="}
    source = Path(__file__).with_name("main.go")
    done = subprocess.run(
        [go, "build", "-o", folder / "verify", source],
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "verify"


def go(verifier: Path, place: Place, *more: Path) -> tuple[int, str]:
    done = subprocess.run(
        [verifier, place.store.path, place.signer.key.encode(), *more], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.timeout(300)
async def test_go_s_checksum_database_accepts_the_log_and_refuses_one_byte_changed(
    place: Place, verifier: Path
) -> None:
    older = place.folder / "older"
    assert await asyncio.to_thread(go, verifier, place, older) == (0, "1000 entries accepted\n")
    for name, at in (("tile/entries/001", 1_000), ("tile/0/002", 17), ("tile/1/000.p/3", 0), ("checkpoint", 60)):
        flip(place.store.path / name, at)
        status, told = await asyncio.to_thread(go, verifier, place, older)
        assert (status, told[:8]) == (1, "refused:"), name
        flip(place.store.path / name, at)
    stranger = note.Signer(place.signer.key.name, b"s" * 32)
    text = note.parse(older.read_bytes()).text.replace("300", "299")
    older.write_bytes(note.signed(text, [stranger.sign(text)]))
    assert (await asyncio.to_thread(go, verifier, place, older))[0] == 1


def test_tlog_scales_accepts_the_log_its_signature_and_its_proofs(place: Place) -> None:
    reader = TilesReader(backend.make_backend(str(place.store.path)))
    told = reader.get_checkpoint()
    told.verify(signing.Vkey.from_string(place.signer.key.encode()))
    assert told.size == 1_000
    assert reader.calculate_root_hash() == told.root_hash
    for index in (0, 255, 256, 999):
        reader.get_inclusion_proof(index, 1_000).check(tiles.leaf_hash(reader.get_entry(index)), told.root_hash)
    older = tlog.Checkpoint.from_text((place.folder / "older").read_text())
    reader.get_consistency_proof(300, 1_000).check(older.root_hash, told.root_hash)
    ours = proof.parse(proving.prove(proving.log_at(place.store), 500).render())
    theirs = reader.get_inclusion_proof(ours.position, 1_000)
    assert list(ours.hashes) == theirs.node_hashes
    flip(place.store.path / "tile/0/000", 5)
    fresh = TilesReader(backend.make_backend(str(place.store.path)))
    fresh.get_checkpoint()
    with pytest.raises(tlog.InclusionProofInvalid):
        fresh.get_inclusion_proof(1, 1_000).check(tiles.leaf_hash(fresh.get_entry(1)), told.root_hash)


def test_tlog_scales_accepts_the_cosignature_of_our_witness(place: Place) -> None:
    made = Witness(place.folder / "witness", "witness.example/w1", [place.signer.key])
    told = tlog.Checkpoint.from_text(place.checkpoint().decode())
    line = made.add_checkpoint(render(Request(0, (), place.checkpoint())))
    assert isinstance(line, str)
    key = signing.Vkey.from_string(made.key.encode())
    signature = signing.NoteSignature.from_line(line.rstrip("\n"))
    assert key.match(signature)
    key.get_verifier().verify(signature.payload, told)
    with pytest.raises(Exception, match=r".*"):
        key.get_verifier().verify(signature.payload, tlog.Checkpoint("x", 1, merkle.EMPTY_ROOT, told.signatures))
