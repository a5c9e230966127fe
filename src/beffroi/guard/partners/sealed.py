"""What a contract keeps sealed: its security contact, and the proofs of lists and audits; one random key each."""

from typing import Any, Final

import msgspec

from beffroi.guard.duties import Work
from beffroi.guard.keys import KeyService
from beffroi.guard.stamped import Row
from beffroi.guard.vault.sealing import new_key, owner_bytes, seal, seal_for, unseal_for

CONTACT: Final = "contact"


def fresh(keys: KeyService, organisation: str, contact: object) -> dict[str, Any]:
    """Columns of a new contract: its key, wrapped, and its contact under it."""
    key, owner = new_key(), owner_bytes(organisation)
    return {
        "wrapped_key": keys.wrap(key, owner), "epoch": keys.epoch,
        "contact": seal(key, owner, CONTACT, msgspec.json.encode(contact)),
    }  # fmt: skip


def sealed(work: Work, contract: Row, label: str, clear: bytes) -> bytes:
    """Seal under the contract's key. Raises WrappedKeyRefused."""
    owner = owner_bytes(str(contract["id"]))
    return seal_for(work.keys, owner, contract["wrapped_key"], contract["epoch"], label, clear)


def opened(work: Work, contract: Row, label: str, ciphertext: bytes | None) -> bytes | None:
    """Undo :func:`sealed`. Raises WrappedKeyRefused, SealRefused."""
    if ciphertext is None:
        return None
    owner = owner_bytes(str(contract["id"]))
    return unseal_for(work.keys, owner, contract["wrapped_key"], contract["epoch"], label, ciphertext)


def contact(work: Work, contract: Row) -> dict[str, str]:
    """The security contact: name, address, phone."""
    found: dict[str, str] = msgspec.json.decode(opened(work, contract, CONTACT, contract["contact"]) or b"{}")
    return found
