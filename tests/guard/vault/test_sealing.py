"""I-09, I-10: a ciphertext opens for its own person, its own group, its own key, and for nothing else."""

import hmac
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.fields import RECORDED
from beffroi.guard import keys
from beffroi.guard.keys import Keys, WrappedKeyRefused
from beffroi.guard.vault import blind, sealing
from beffroi.guard.vault.sealing import OVERHEAD, Sealer, SealRefused, seal, seal_people, unseal

OWNER = bytes(range(16))
KEY = bytes(range(32))
labels = st.sampled_from(sorted(RECORDED)) | st.text(min_size=1, max_size=30)
owners = st.binary(min_size=16, max_size=16)
secrets = st.binary(min_size=32, max_size=32)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return keys.generate(Path(tmp_path_factory.mktemp("keys")) / "guard.key")


@given(secrets, owners, labels, st.binary(max_size=300))
def test_i09_sealed_value_opens_to_itself_and_shows_nothing_but_its_size_not_even_that_two_are_equal(
    key: bytes, owner: bytes, label: str, clear: bytes
) -> None:
    sealed = seal(key, owner, label, clear)
    assert unseal(key, owner, label, sealed) == clear
    assert len(sealed) == len(clear) + OVERHEAD
    assert sealed != seal(key, owner, label, clear)


@given(st.data())
def test_i10_ciphertext_moved_to_another_person_group_or_key_does_not_open(data: st.DataObject) -> None:
    sealed = seal(KEY, OWNER, "identity", b"clear")
    key, owner, label = data.draw(
        st.sampled_from([0, 1, 2]).flatmap(
            lambda place: st.tuples(
                secrets if place == 0 else st.just(KEY),
                owners if place == 1 else st.just(OWNER),
                labels if place == 2 else st.just("identity"),
            )
        )
    )
    if (key, owner, label) == (KEY, OWNER, "identity"):
        assert unseal(key, owner, label, sealed) == b"clear"
    else:
        with pytest.raises(SealRefused):
            unseal(key, owner, label, sealed)


@given(st.integers(0, 5 + OVERHEAD - 1), st.integers(1, 255))
def test_ciphertext_with_one_byte_changed_does_not_open(place: int, change: int) -> None:
    sealed = bytearray(seal(KEY, OWNER, "identity", b"clear"))
    sealed[place] ^= change
    with pytest.raises(SealRefused):
        unseal(KEY, OWNER, "identity", bytes(sealed))


@given(st.integers(0, 5 + OVERHEAD - 1))
def test_ciphertext_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(SealRefused):
        unseal(KEY, OWNER, "identity", seal(KEY, OWNER, "identity", b"clear")[:length])


@given(secrets, labels)
def test_group_key_is_hkdf_expand_of_the_persons_key(key: bytes, label: str) -> None:
    info = b"beffroi/v1/" + label.encode()
    assert sealing._derived(key, info + b"\x01") == HKDFExpand(SHA256(), 32, info).derive(key)
    assert sealing._derived(key, info) == hmac.digest(key, info, "sha256")


def test_people_sealed_in_bulk_open_group_by_group_and_each_with_its_own_key(held: Keys) -> None:
    owners = [uuid4().bytes, uuid4().bytes]
    columns: dict[str, list[bytes]] = {
        name: [f'{{"x":"{name} {number}"}}'.encode() for number in range(2)] for name in RECORDED
    }
    columns |= {"training": [b"", b"{}"], "nir": [b"{}", b""]}
    wrapped, sealed = seal_people(held, owners, columns.items())
    for place, owner in enumerate(owners):
        blobs = [(name, column[place] or None) for name, column in zip(columns, sealed, strict=True)]
        opened = sealing.open_groups(held, owner, wrapped[place], held.epoch, blobs)
        wanted = {name: column[place] for name, column in columns.items() if column[place]}
        assert {name: bytes(raw) for name, raw in opened.items()} == wanted
    nonces = [blob[1:13] for column in sealed for blob in column if blob]
    assert len(set(nonces)) == len(nonces) == 2 * len(RECORDED) - 2
    assert len({key[1:13] for key in wrapped}) == 2
    assert len({held.unwrap(key, held.epoch, owner) for key, owner in zip(wrapped, owners, strict=True)}) == 2
    with pytest.raises(SealRefused):
        sealing.open_groups(held, owners[0], wrapped[0], held.epoch, [("identity", sealed[0][1])])


def test_persons_key_moved_to_another_row_opens_nothing(held: Keys) -> None:
    owner, other = uuid4().bytes, uuid4().bytes
    (wrapped,), ((sealed,),) = seal_people(held, [owner], [("identity", [b"{}"])])
    with pytest.raises(WrappedKeyRefused):
        sealing.open_groups(held, other, wrapped, held.epoch, [("identity", sealed)])


@pytest.mark.parametrize(
    ("label", "blob"),
    [
        ("identity", "016465666768696a6b6c6d6e6fba9371af7e397ae5ed7b2456c4f3685f486589fd8b0fe9"),
        ("nir", "016465666768696a6b6c6d6e6f6f383b9a837520bfa2eba4c19a7b48968bf8088ec72112"),
        ("factor/7", "016465666768696a6b6c6d6e6f53a23fe63af5c2ddd30868fee5c7d89153d1c9b719ad8d"),
    ],
)
def test_value_sealed_by_the_first_release_still_opens(label: str, blob: str) -> None:
    assert unseal(KEY, OWNER, label, bytes.fromhex(blob)) == b'{"x":1}'


def test_row_sealed_by_the_first_release_still_opens() -> None:
    masters = {3: bytes(range(1, 33))}
    held = Keys(masters, 3, blind=bytes(range(2, 34)), mac=bytes(range(3, 35)), session=bytes(range(4, 36)))
    wrapped = bytes.fromhex(
        "016465666768696a6b6c6d6e6f605e714f9587ba7ef05ea5931421f633e48e0ad8ebf3e116b8cbf8e465fcf76cd513b256a7ca239d488c91"
        "d69717e04a"
    )
    assert held.unwrap(wrapped, 3, OWNER) == KEY


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (blind.NIR, "204032901900147", "f5067ee5cca1eba5c3beb98347036db7"),
        (blind.NAME, "legall|léa|2004-03-05", "8bcecce12214ea47ca1db46d6d7dd7e4"),
        (blind.EMAIL, "lea.legall@exemple.fr", "895b0d78216aef1fbc31e06eb5e5af63"),
    ],
)
def test_index_is_the_one_of_the_first_release(kind: bytes, value: str, expected: str) -> None:
    assert blind.index(bytes(range(2, 34)), kind, value).hex() == expected


def test_sealer_of_one_purpose_does_not_open_anothers(held: Keys) -> None:
    sealed = Sealer(held.session, "sign-in").seal(b"state")
    assert Sealer(held.session, "sign-in").unseal(sealed) == b"state"
    with pytest.raises(SealRefused):
        Sealer(held.session, "other").unseal(sealed)


@given(st.text(max_size=40), st.sampled_from([blind.NIR, blind.EMAIL, blind.PHONE, blind.NAME, blind.AGENT_EMAIL]))
def test_i09_blind_index_depends_on_key_and_kind(value: str, kind: bytes) -> None:
    index = blind.index(KEY, kind, value)
    assert len(index) == 16
    assert index == blind.index(KEY, kind, value)
    assert index != blind.index(bytes(32), kind, value)
    assert index != blind.index(KEY, blind.AGENCY_ID, value)


def test_two_subjects_whose_texts_run_together_have_two_indexes(held: Keys) -> None:
    assert blind.subject(held, "ab", "c") != blind.subject(held, "a", "bc")
    assert blind.subject(held, "a|", "b") != blind.subject(held, "a", "|b")
