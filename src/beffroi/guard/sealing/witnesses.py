"""Asking witnesses for cosignatures (C2SP tlog-witness), all at once, none for longer than a moment.

A witness that does not answer is left alone for a while, so that it delays one checkpoint and not every one. A
witness that has seen more entries than this log has is said loudly: this log was taken back to an older state.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

import httpx

from beffroi.standards.tlog import Malformed, checkpoint, note, witness
from beffroi.standards.tlog.checkpoint import Checkpoint
from beffroi.standards.tlog.cosignature import COSIGNATURE, CosignatureVerifier
from beffroi.standards.tlog.tiles import Tree

_LOG: Final = logging.getLogger("beffroi.guard.sealing")
SECONDS: Final = 1.0
"""How long a witness may take."""
LEFT_ALONE: Final = 5.0
"""Seconds before one that failed is asked again."""
_LARGEST_ANSWER: Final = 16_384


class Place(NamedTuple):
    """A witness: its key, and the address below which it answers."""

    key: note.VerifierKey
    url: str


class PlaceRefused(ValueError):
    """A line of the list of witnesses is not one; the message names it."""


def places(text: str) -> tuple[Place, ...]:
    """The witnesses of a list: on each line a key (name+id+key, algorithm 4) and an http(s) address.

    Empty lines and those that begin with # are left out. Raises PlaceRefused.
    """
    found: dict[str, Place] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        words = line.split()
        try:
            key = note.decode_key(words[0])
        except Malformed as error:
            raise PlaceRefused(f"line {number}: {error}") from None
        if key.algorithm != COSIGNATURE or len(words) != 2 or not words[1].startswith(("https://", "http://")):
            raise PlaceRefused(
                f"line {number}: the key of a witness (algorithm 4) and its http(s) address are expected"
            )
        if key.name in found:
            raise PlaceRefused(f"line {number}: {key.name} is named twice")
        found[key.name] = Place(key, words[1])
    return tuple(found.values())


class Standing(NamedTuple):
    """What a witness last did: the size it cosigned, failures in a row."""

    name: str
    size: int
    failures: int


class _Asked:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.verifier = CosignatureVerifier(place.key)
        self.size = 0
        self.cosigned = 0
        self.failures = 0
        self.next_at = float("-inf")


class Witnesses:
    """The configured witnesses of one log."""

    def __init__(self, places: Sequence[Place], *, http: httpx.AsyncClient | None = None) -> None:
        self._asked = [_Asked(place) for place in places]
        self._http = http or httpx.AsyncClient(timeout=SECONDS, trust_env=False)

    @property
    def standings(self) -> list[Standing]:
        """How each witness fares."""
        return [Standing(one.place.key.name, one.cosigned, one.failures) for one in self._asked]

    async def close(self) -> None:
        """End the connections."""
        await self._http.aclose()

    async def cosign(self, tree: Tree, told: Checkpoint, signed: bytes) -> list[note.Signature]:
        """Cosignatures of a checkpoint by those who answer in time: a :data:`beffroi.guard.sealing.sealer.Cosign`."""
        now = time.monotonic()
        ready = [one for one in self._asked if one.next_at <= now]
        answers = await asyncio.gather(*(self._one(one, tree, told, signed) for one in ready))
        return [answer for answer in answers if answer is not None]

    async def _one(self, one: _Asked, tree: Tree, told: Checkpoint, signed: bytes) -> note.Signature | None:
        try:
            async with asyncio.timeout(SECONDS):
                found = await self._ask(one, tree, told, signed)
        except (httpx.HTTPError, TimeoutError, Malformed, ValueError) as error:
            one.failures += 1
            one.next_at = time.monotonic() + LEFT_ALONE
            _LOG.error("witness %s gave no cosignature: %s", one.place.key.name, _why(error))
            return None
        one.size = one.cosigned = told.size
        one.failures = 0
        return found

    async def _ask(self, one: _Asked, tree: Tree, told: Checkpoint, signed: bytes) -> note.Signature:
        for _ in range(2):
            proof = await asyncio.to_thread(tree.consistency, one.size)
            body = witness.render(witness.Request(one.size, tuple(proof), signed))
            answer = await self._http.post(one.place.url.rstrip("/") + witness.PATH, content=body)
            if len(answer.content) > _LARGEST_ANSWER:
                raise Malformed("its answer is too large")
            if answer.status_code == HTTPStatus.OK:
                return _genuine(one.verifier, told, answer.content)
            kind = answer.headers.get("content-type", "").partition(";")[0]
            if answer.status_code != HTTPStatus.CONFLICT or kind != witness.SIZE_TYPE:
                raise Malformed(f"it answered {answer.status_code}")
            one.size = checkpoint.decimal(answer.text.removesuffix("\n"))
            if one.size > told.size:
                size, one.size = one.size, 0
                _LOG.critical("witness %s has seen %d entries, %d more", one.place.key.name, size, size - told.size)
                raise Malformed("it has seen a larger tree: this journal was taken back to an older state")
        raise Malformed("it does not agree on what it has seen")


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, Malformed) else type(error).__name__


def _genuine(verifier: CosignatureVerifier, told: Checkpoint, content: bytes) -> note.Signature:
    """The witness's own cosignature among the lines of its answer. Raises Malformed."""
    try:
        lines = note.signature_lines(content.decode())
    except UnicodeDecodeError:
        raise Malformed("its answer is not text") from None
    for line in lines:
        if (line.name, line.key_id) == (verifier.name, verifier.key_id):
            if not verifier.verify(told.text.encode(), line.signature):
                raise Malformed("its cosignature is not genuine")
            return line
    raise Malformed("its answer holds no cosignature of its key")
