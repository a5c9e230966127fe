"""The key file: what is accepted, what is refused, what is never shown."""

import base64
import json
import os
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from beffroi.guard import keys
from beffroi.guard.keys import Keys, KeysRefused, WrappedKeyRefused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "guard.key"
    keys.generate(path)
    return path


def test_key_file_generated_is_private_and_loads(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert keys.load(file).epoch == 1


def test_key_file_is_never_overwritten(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(KeysRefused, match="never overwritten"):
        keys.generate(file)
    assert file.read_bytes() == before


def edit(change: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def apply(path: Path) -> None:
        document = json.loads(path.read_text())
        change(document)
        path.write_text(json.dumps(document))

    return apply


SPOILS: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: path.unlink(), "missing"),
    "group-readable": (lambda path: path.chmod(0o640), "chmod 600"),
    "world-readable": (lambda path: path.chmod(0o604), "chmod 600"),
    "executable": (lambda path: path.chmod(0o700), "chmod 600"),
    "truncated": (lambda path: path.write_text(path.read_text()[:-20]), "malformed"),
    "empty": (lambda path: path.write_text(""), "malformed"),
    "not-text": (lambda path: path.write_bytes(b"\xff" * 100), "malformed"),
    "too-large": (lambda path: path.write_bytes(b" " * 70_000), "too large"),
    "other-format": (edit(lambda d: d.update(format="x")), "format"),
    "short-key": (edit(lambda d: d.update(mac=base64.b64encode(bytes(31)).decode())), "key mac"),
    "zero-key": (edit(lambda d: d.update(mac=base64.b64encode(bytes(32)).decode())), "key mac"),
    "lost-key": (edit(lambda d: d.pop("blind")), "key blind"),
    "same-key-twice": (edit(lambda d: d.update(mac=d["blind"])), "distinct"),
    "unknown-epoch": (edit(lambda d: d.update(epoch=9)), "epoch 9"),
    "epoch-not-a-number": (edit(lambda d: d.update(master={"one": "x"})), "epoch"),
}


@pytest.mark.parametrize("name", SPOILS)
def test_spoilt_key_file_is_refused_and_the_message_shows_no_key(file: Path, name: str) -> None:
    spoil, expected = SPOILS[name]
    secrets = [value for value in json.loads(file.read_text()).values() if isinstance(value, str) and len(value) > 40]
    spoil(file)
    with pytest.raises(KeysRefused, match=expected) as refusal:
        keys.load(file)
    assert not any(secret in str(refusal.value) for secret in secrets)


def test_key_file_behind_a_link_is_refused(file: Path) -> None:
    link = file.with_name("link.key")
    link.symlink_to(file)
    with pytest.raises(KeysRefused):
        keys.load(link)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_key_file_of_another_user_is_refused(file: Path) -> None:
    os.chown(file, 65534, -1)
    with pytest.raises(KeysRefused, match="another user"):
        keys.load(file)


def test_keys_never_show(file: Path) -> None:
    held = keys.load(file)
    assert repr(held) == "Keys(«redacted»)"
    with pytest.raises(TypeError):
        pickle.dumps(held)


def test_wrapped_key_opens_for_its_owner_and_epoch_only(file: Path) -> None:
    held, owner, key = keys.load(file), uuid4().bytes, os.urandom(32)
    wrapped = held.wrap(key, owner)
    assert held.unwrap(wrapped, 1, owner) == key
    for spoilt, epoch, whose in (
        (wrapped, 1, uuid4().bytes),
        (wrapped, 2, owner),
        (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), 1, owner),
        (wrapped[:-1], 1, owner),
        (b"", 1, owner),
    ):
        with pytest.raises(WrappedKeyRefused):
            held.unwrap(spoilt, epoch, whose)


def test_guard_meeting_a_new_epoch_reads_the_key_file_again(file: Path) -> None:
    serving, owner, key = keys.load(file), uuid4().bytes, os.urandom(32)
    rotated = keys.add_epoch(file)
    assert rotated.epochs == {1, 2}
    assert serving.epoch == 1
    assert serving.unwrap(rotated.wrap(key, owner), 2, owner) == key
    assert serving.epoch == 1  # until it is told: an epoch already read may be about to be written


def test_guard_serving_wraps_under_the_new_master_key_soon_after_a_rotation(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving, owner, key = keys.load(file), uuid4().bytes, os.urandom(32)
    rotated = keys.add_epoch(file)
    serving.refresh()
    assert serving.epoch == 1
    later = time.monotonic() + 1.5
    monkeypatch.setattr(time, "monotonic", lambda: later)
    serving.refresh()
    assert rotated.unwrap(serving.wrap(key, owner), 2, owner) == key


def test_current_epoch_cannot_be_dropped(file: Path) -> None:
    keys.add_epoch(file)
    with pytest.raises(KeysRefused, match="current"):
        keys.drop_epochs(file, frozenset({2}))
    assert keys.drop_epochs(file, frozenset({1})).epochs == {2}


def test_journal_key_has_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "journal.key"
    seed = keys.generate_journal_key(path)
    assert keys.load_journal_key(path) == seed
    with pytest.raises(KeysRefused):
        keys.load(path)


def test_two_guards_made_apart_share_no_key(tmp_path: Path) -> None:
    one, other = (keys.generate(tmp_path / name / "guard.key") for name in "ab")
    assert isinstance(one, Keys)
    assert one.blind != other.blind
