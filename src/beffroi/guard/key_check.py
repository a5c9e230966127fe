"""Proof, at start, that the key file is the one this database was made with, and that it is no copy.

Each key leaves one value in ``guard.key_check`` that only it can open or make again. A guard with another file
would otherwise write ciphertexts that nobody else can read and refuse every genuine row.
"""

import hmac
from datetime import datetime
from hashlib import blake2b
from typing import Final

import asyncpg

from beffroi.guard import place
from beffroi.guard.keys import KEY_BYTES, Keys, KeysRefused, WrappedKeyRefused

_OWNER: Final = bytes(16)
_PROBE: Final = b"beffroi key check".ljust(KEY_BYTES, b".")
_MASTER: Final = "master/"


def _tags(keys: Keys) -> dict[str, bytes]:
    named = {"blind": keys.blind, "session": keys.session}
    tags = {name: blake2b(_PROBE, digest_size=16, key=key).digest() for name, key in named.items()}
    tags["mac"] = keys.authenticator.stamp("containment", [None, "key-check", None, 0, 0, None, 0])
    return tags


async def establish(conn: asyncpg.Connection, keys: Keys) -> None:
    """Record the proofs of these keys in a database that has none yet, and of a new epoch where it is missing.

    Raises KeysRefused when the database was made with other keys, or holds records but no proof.
    """
    async with conn.transaction():
        await conn.execute("LOCK TABLE guard.key_check IN SHARE ROW EXCLUSIVE MODE")
        known = await _known(conn)
        if known:
            _compare(known, keys)
            await place.verify(conn, keys)
        elif await conn.fetchval("SELECT EXISTS (SELECT FROM guard.person) OR EXISTS (SELECT FROM guard.account)"):
            raise KeysRefused("The database holds records but no proof of its keys: restore guard.key_check.")
        new = {f"{_MASTER}{keys.epoch}": keys.wrap(_PROBE, _OWNER), **_tags(keys)}
        await conn.executemany(
            "INSERT INTO guard.key_check (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING", list(new.items())
        )
        if not known:
            await place.claim(conn, keys)


async def verify(conn: asyncpg.Connection, keys: Keys) -> None:
    """Refuse to go on unless every key of the file is the database's and it is no copy.

    Raises KeysRefused, CopyRefused.
    """
    await verify_keys(conn, keys)
    await place.verify(conn, keys)


async def verify_keys(conn: asyncpg.Connection, keys: Keys) -> None:
    """Refuse unless every key of the file is the database's, were it a copy. Raises KeysRefused."""
    known = await _known(conn)
    if not known:
        raise KeysRefused("The database has no proof of its keys: run `beffroi init`.")
    _compare(known, keys)


async def _known(conn: asyncpg.Connection) -> dict[str, bytes]:
    return {row["name"]: row["sealed"] for row in await conn.fetch("SELECT name, sealed FROM guard.key_check")}


def _compare(known: dict[str, bytes], keys: Keys) -> None:
    for name, tag in _tags(keys).items():
        if not hmac.compare_digest(known.get(name, b""), tag):
            raise KeysRefused(f"The {name} key of the key file is not the one this database was made with.")
    for name, sealed in known.items():
        if not name.startswith(_MASTER):
            continue
        epoch = int(name.removeprefix(_MASTER))
        try:
            opened = keys.unwrap(sealed, epoch, _OWNER)
        except WrappedKeyRefused:
            opened = b""
        if not hmac.compare_digest(opened, _PROBE):
            raise KeysRefused(f"The master key of epoch {epoch} is missing, or is not this database's.")


async def withdraw(conn: asyncpg.Connection, epochs: frozenset[int]) -> None:
    """Remove the proofs of master keys that wrap nothing any more, so that the file may lose them."""
    await conn.execute("DELETE FROM guard.key_check WHERE name = ANY($1)", [f"{_MASTER}{epoch}" for epoch in epochs])


async def recorded_at(conn: asyncpg.Connection, epoch: int) -> datetime:
    """Since when this database knows a master key. Raises KeysRefused when it does not."""
    at: datetime | None = await conn.fetchval(
        "SELECT created_at FROM guard.key_check WHERE name = $1", f"{_MASTER}{epoch}"
    )
    if at is None:
        raise KeysRefused(f"The database has no proof of master key {epoch}: run `beffroi key rotate`.")
    return at
