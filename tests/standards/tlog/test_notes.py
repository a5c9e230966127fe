"""Notes, checkpoints, cosignatures, calls of witnesses, proofs: examples of others, and what must be refused."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.standards.tlog import Malformed, checkpoint, cosignature, merkle, note, proof, witness
from beffroi.standards.tlog.checkpoint import Checkpoint
from beffroi.standards.tlog.cosignature import CosignatureVerifier, Cosigner
from beffroi.standards.tlog.note import Ed25519Verifier, Signer
from beffroi.standards.tlog.tiles import Growing, Tree
from beffroi.standards.tlog.witness import Accepted, Declined, Seen
from tests.standards.tlog.test_tiles import Shelf, entries_of, grow

NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
THOUGHT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""Key and note of the documentation of golang.org/x/mod/sumdb/note."""
ORIGIN = "log.example/journal"
LOG, OTHER, WITNESS = Signer(ORIGIN, b"l" * 32), Signer(ORIGIN, b"o" * 32), Cosigner("witness.example/w1", b"w" * 32)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


def told(size: int = 3, root: bytes = b"r" * 32) -> Checkpoint:
    return Checkpoint(ORIGIN, size, root)


def signed(what: Checkpoint, *signers: Signer) -> bytes:
    return note.signed(what.text, [signer.sign(what.text) for signer in signers or (LOG,)])


def test_note_of_another_implementation_is_verified_and_with_one_letter_changed_is_not() -> None:
    key = note.decode_key(NEUMANN)
    assert key.encode() == NEUMANN
    verifier = Ed25519Verifier(key)
    assert note.verified(note.parse(THOUGHT.encode()), [verifier]) == [verifier]
    assert note.verified(note.parse(THOUGHT.replace("answer", "Answer").encode()), [verifier]) is None


@given(lines=st.lists(LINE | st.just(""), min_size=1, max_size=5).filter(lambda lines: lines[0] or len(lines) > 1))
def test_any_note_is_read_as_it_was_written(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    made = note.Note(text, (LOG.sign(text),))
    assert note.parse(made.render()) == made
    assert note.verified(made, [Ed25519Verifier(LOG.key)])


def test_signature_of_an_unknown_key_is_ignored_and_a_wrong_one_of_a_known_key_spoils_the_note() -> None:
    text = told().text
    known = Ed25519Verifier(LOG.key)
    strange = OTHER.sign(text)
    assert note.verified(note.Note(text, (strange, LOG.sign(text))), [known]) == [known]
    assert note.verified(note.Note(text, (strange,)), [known]) is None
    wrong = LOG.sign(text)._replace(signature=bytes(64))
    assert note.verified(note.Note(text, (wrong, strange)), [known, Ed25519Verifier(OTHER.key)]) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"text\n", b"text\n\n", b"\n\n", b"a\tb\n\n" + LOG.sign("x").line.encode(), b"text\n\n- name AAAAAAA=\n",
        "text\n\n— name\n".encode(), "text\n\n— na+me AAAAAAAA\n".encode(), "text\n\n— name AAAA\n".encode(),
        "text\n\n— name AAAAAAAA".encode(), "text\n\n— name AAAAAAB=\n".encode(), b"\xff\n\n",
        b"x" * 70_000, ("text\n\n" + 65 * LOG.sign("x").line).encode(),
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        note.parse(raw)


@pytest.mark.parametrize(
    "line", ["", "name", "name+c74f20a3+AAAA", NEUMANN.replace("c74f20a3", "c74f20a4"), "n m+" + NEUMANN]
)
def test_what_is_no_key_is_refused(line: str) -> None:
    with pytest.raises(Malformed):
        note.decode_key(line)


@given(size=st.integers(0, 2**63 - 1), root=st.binary(min_size=32, max_size=32), more=st.lists(LINE, max_size=2))
def test_any_checkpoint_is_read_as_it_was_written(size: int, root: bytes, more: list[str]) -> None:
    made = Checkpoint(ORIGIN, size, root, tuple(more))
    assert checkpoint.parse(made.text) == made


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "log\n3\n", "log\n03\n" + "A" * 43 + "=\n", "log\n-1\n" + "A" * 43 + "=\n",
        "log\n3\nAAAA\n", "\n3\n" + "A" * 43 + "=\n", "log\n3\n" + "A" * 43 + "=", "log\n٣\n" + "A" * 43 + "=\n",
        f"log\n{2**63}\n" + "A" * 43 + "=\n", "log\n3\n" + "A" * 42 + "B=\n", "log\n3\n" + "A" * 43 + "=\n\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        checkpoint.parse(text)


def test_cosignature_is_of_one_text_at_one_time() -> None:
    text = told().text
    line = WITNESS.sign(text, 1_679_315_147)
    verifier = CosignatureVerifier(WITNESS.key)
    both = cosignature.parts(line.signature)
    assert both is not None
    assert both.seconds == 1_679_315_147
    assert verifier.verify(text.encode(), line.signature)
    assert not verifier.verify(told(4).text.encode(), line.signature)
    later = (both.seconds + 1).to_bytes(8, "big") + both.signature
    assert not verifier.verify(text.encode(), later)
    assert not verifier.verify(text.encode(), line.signature[:-1])
    assert WITNESS.key.key_id != Signer("witness.example/w1", b"w" * 32).key.key_id


class Grown:
    """A log of so many entries, and the call that submits its last size after an older one."""

    def __init__(self, size: int) -> None:
        self.shelf, self.tree = Shelf(), Growing()
        grow(self.tree, self.shelf, entries_of(size))
        self.told = told(size, self.tree.root)

    def at(self, size: int) -> Seen:
        return Seen(size, Tree(size, self.shelf.read).root)

    def call(self, old: int, *signers: Signer, claimed: int | None = None) -> bytes:
        parts = Tree(self.told.size, self.shelf.read).consistency(old)
        given = old if claimed is None else claimed
        return witness.render(witness.Request(given, tuple(parts), signed(self.told, *signers)))


@pytest.fixture(scope="module")
def grown() -> Grown:
    log = Grown(300)
    for size in (0, 1, 7, 256, 299):
        log.shelf.update(Growing().edge())
        smaller = Growing()
        grow(smaller, log.shelf, entries_of(size))
    return log


LOGS = {ORIGIN: [Ed25519Verifier(LOG.key)]}


@pytest.mark.parametrize("old", [0, 1, 7, 256, 299, 300])
def test_witness_accepts_a_log_that_grew_from_what_it_saw(grown: Grown, old: int) -> None:
    seen = {ORIGIN: grown.at(old)} if old else {}
    assert witness.judge(grown.call(old), LOGS, seen) == Accepted(grown.told, grown.told.text)
    assert witness.parse(grown.call(old)).old == old


def status(judged: Accepted | Declined) -> tuple[int, str]:
    assert isinstance(judged, Declined)
    return judged.status, judged.body


def test_witness_declines_each_wrong_call_with_the_status_of_the_text(grown: Grown) -> None:
    seen = {ORIGIN: grown.at(7)}
    judge = witness.judge
    assert status(judge(grown.call(7, OTHER), LOGS, seen))[0] == HTTPStatus.FORBIDDEN
    assert status(judge(grown.call(7), {}, seen))[0] == HTTPStatus.NOT_FOUND
    assert status(judge(grown.call(0), LOGS, seen)) == (HTTPStatus.CONFLICT, "7\n")
    assert status(judge(grown.call(256), LOGS, seen)) == (HTTPStatus.CONFLICT, "7\n")
    assert status(judge(grown.call(7, claimed=301), LOGS, seen))[0] == HTTPStatus.BAD_REQUEST
    fork = {ORIGIN: Seen(7, b"x" * 32)}
    assert status(judge(grown.call(7), LOGS, fork))[0] == HTTPStatus.UNPROCESSABLE_ENTITY
    same = {ORIGIN: Seen(300, b"x" * 32)}
    assert status(judge(grown.call(300), LOGS, same)) == (HTTPStatus.CONFLICT, "300\n")
    for body in (b"", b"old 7\n", b"old 07\n\n" + signed(grown.told), b"new 7\n\n" + signed(grown.told),
                 b"old 7\nAAAA\n\n" + signed(grown.told), b"old 7\n\nnonsense", b"\xff\n\n"):  # fmt: skip
        assert status(judge(body, LOGS, seen))[0] == HTTPStatus.BAD_REQUEST


def test_proof_is_read_as_written_and_shows_its_entry_alone(grown: Grown) -> None:
    entry = entries_of(300)[123]
    inclusion = tuple(Tree(300, grown.shelf.read).inclusion(123))
    text = grown.told.text
    whole = note.signed(text, [LOG.sign(text), WITNESS.sign(text, 5)])
    for extra in (None, b"", b"more"):
        made = proof.Proof(123, inclusion, whole, extra)
        assert proof.parse(made.render()) == made
    keys, witnesses = [Ed25519Verifier(LOG.key)], [CosignatureVerifier(WITNESS.key)]
    assert proof.verified(made, entry, keys) == grown.told
    assert proof.verified(made, entry, keys, witnesses, 1) == grown.told
    assert proof.verified(made, entries_of(300)[124], keys) is None
    assert proof.verified(made._replace(position=124), entry, keys) is None
    assert proof.verified(made, entry, [Ed25519Verifier(OTHER.key)]) is None
    assert proof.verified(made._replace(signed=signed(grown.told)), entry, keys, witnesses, 1) is None
    elsewhere = Signer("another.example", b"l" * 32)
    assert proof.verified(made._replace(signed=signed(grown.told, elsewhere)), entry,
                          [Ed25519Verifier(elsewhere.key)]) is None  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [b"", b"c2sp.org/tlog-proof@v1\n\n", b"c2sp.org/tlog-proof@v2\nindex 0\n\nx",
     b"c2sp.org/tlog-proof@v1\nindex 00\n\nx",
     b"c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nx", b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx",
     b"c2sp.org/tlog-proof@v1\nextra AAAA\n\nx", b"\xff\n\nx"],
)  # fmt: skip
def test_what_is_no_proof_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        proof.parse(raw)


def test_hash_of_nothing_is_the_root_a_witness_begins_with() -> None:
    assert witness.judge(
        witness.render(witness.Request(0, (), signed(told(0, merkle.EMPTY_ROOT)))), LOGS, {}
    ) == Accepted(told(0, merkle.EMPTY_ROOT), told(0, merkle.EMPTY_ROOT).text)
