"""Verification of a whole log from its files alone: every signature, every tile, every entry; what is wrong is named.

From the checkpoint down: its root authenticates the right edge of the tree, each full tile is authenticated by the
hash that the tile above holds of it, each entry by its leaf hash. A tile that is wrong is made again from what is
below it where that fits, so that one damaged file is named once and not its whole branch.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from beffroi.core.journal_encoding import LEAF_BYTES
from beffroi.guard.sealing.reading import Reader
from beffroi.guard.sealing.store import StoreRefused
from beffroi.standards.tlog import Malformed, checkpoint, merkle, note, tiles
from beffroi.standards.tlog.checkpoint import Checkpoint
from beffroi.standards.tlog.merkle import HASH_BYTES, LEAF
from beffroi.standards.tlog.tiles import WIDTH, Tile, Tree

_STEP: Final = 2 + LEAF_BYTES
_HEAD: Final = LEAF_BYTES.to_bytes(2, "big")


class Problem(NamedTuple):
    """What is wrong: the file or entry, and how."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Trust(NamedTuple):
    """What a verifier knows beforehand: keys of the log, keys of witnesses, how many of these must have cosigned."""

    log: Sequence[note.VerifierKey]
    witnesses: Sequence[note.Verifier] = ()
    quorum: int = 0


class Report(NamedTuple):
    """What a verification found. ``checkpoint`` is ``None`` where there is none to speak of."""

    checkpoint: Checkpoint | None
    cosigned: tuple[str, ...]
    entries: int
    problems: tuple[Problem, ...]


def verify(
    reader: Reader,
    trust: Trust,
    older: Sequence[tuple[str, bytes]] = (),
    progress: Callable[[int, int], None] = lambda done, size: None,
) -> Report:
    """Verify all of it; ``older`` are named checkpoints that it must continue. Raises StoreRefused."""
    raw = reader.checkpoint()
    if raw is None:
        return Report(None, (), 0, (Problem(tiles.CHECKPOINT, "is missing"),))
    problems: list[Problem] = []
    found, cosigned = _signed(tiles.CHECKPOINT, raw, trust, problems)
    if found is None:
        return Report(None, (), 0, tuple(problems))
    if len(cosigned) < trust.quorum:
        problems.append(
            Problem(tiles.CHECKPOINT, f"{len(cosigned)} of the witnesses cosigned it where {trust.quorum} must")
        )
    checked = _Checking(reader, found, problems, progress).run()
    for name, text in older:
        before, _ = _signed(name, text, trust, problems)
        if before is not None:
            _continues(reader, before, found, name, problems)
    return Report(found, tuple(cosigned), checked, tuple(problems))


def _signed(name: str, raw: bytes, trust: Trust, problems: list[Problem]) -> tuple[Checkpoint | None, list[str]]:
    """A checkpoint and which witnesses cosigned it; what is wrong with its note is added to the problems."""
    try:
        signed = note.parse(raw)
        found = checkpoint.parse(signed.text)
    except Malformed as error:
        problems.append(Problem(name, f"is no checkpoint: {error}"))
        return None, []
    keys = [note.Ed25519Verifier(key) for key in trust.log if key.name == found.origin]
    if note.verified(signed, keys) is None:
        problems.append(Problem(name, f"is not signed by a known key of the log {found.origin}"))
    cosigned = note.verified(signed, trust.witnesses) if trust.witnesses else []
    if cosigned is None:
        names = {key.name for key in trust.witnesses}
        if any(signature.name in names for signature in signed.signatures):
            problems.append(Problem(name, "carries a cosignature that is not genuine"))
    return found, [key.name for key in cosigned or ()]


def _continues(reader: Reader, before: Checkpoint, now: Checkpoint, name: str, problems: list[Problem]) -> None:
    if before.origin != now.origin:
        problems.append(Problem(name, f"is of another log, {before.origin}"))
        return
    if before.size > now.size:
        missing = before.size - now.size
        problems.append(
            Problem(tiles.CHECKPOINT, f"the log was cut: {missing} entries that {name} knows are missing")
        )
        return
    try:
        proof = Tree(now.size, reader.read).consistency(before.size)
    except (Malformed, StoreRefused) as error:
        problems.append(Problem(name, f"cannot be compared: {error}"))
        return
    if not merkle.consistent(before.size, before.root, now.size, now.root, proof):
        problems.append(
            Problem(tiles.CHECKPOINT, f"the log does not continue {name}: its first entries were changed")
        )


class _Checking:
    """One verification of tiles and entries under one checkpoint."""

    def __init__(
        self, reader: Reader, told: Checkpoint, problems: list[Problem], progress: Callable[[int, int], None]
    ) -> None:
        self._reader = reader
        self._told = told
        self._problems = problems
        self._progress = progress
        self._last = b""

    def run(self) -> int:
        """How many entries are those that were sealed."""
        size = self._told.size
        if size == 0:
            if self._told.root != merkle.EMPTY_ROOT:
                self._wrong(tiles.CHECKPOINT, "its root is not that of an empty log")
            return 0
        edge = self._edge()
        above = b""
        for level in range(tiles.levels(size) - 1, 0, -1):
            above = b"".join(self._level(level, above, edge[level]))
        checked = 0
        for index, hashes in enumerate(self._level(0, above, edge[0])):
            checked += self._bundle(index, hashes)
            self._progress(min((index + 1) * WIDTH, size), size)
        return checked

    def _edge(self) -> list[bytes]:
        """The partial tile of each level, authenticated by the root as far as can be."""
        size = self._told.size
        wide = [tiles.width(level, (size >> (8 * level)) // WIDTH, size) for level in range(tiles.levels(size))]
        stored = [self._hashes(self._last_tile(level, count)) for level, count in enumerate(wide)]
        if self._root(stored) == self._told.root:
            return [hashes or b"" for hashes in stored]
        made = [self._made(self._last_tile(level, count)) for level, count in enumerate(wide)]
        mended = [kept if again is None else again for kept, again in zip(stored, made, strict=True)]
        for level, (kept, again) in enumerate(zip(stored, made, strict=True)):
            if kept is None or (again is not None and kept != again):
                self._wrong(self._last_tile(level, wide[level]).path, "does not hold the hashes of what is below it")
        if self._root(mended) != self._told.root:
            self._wrong(tiles.CHECKPOINT, "its root is not that of the tiles at the right edge")
        return [hashes or b"" for hashes in mended]

    def _last_tile(self, level: int, width: int) -> Tile:
        return Tile(level, (self._told.size >> (8 * level)) // WIDTH, width)

    def _root(self, edge: Sequence[bytes | None]) -> bytes | None:
        if any(hashes is None for hashes in edge):
            return None
        held = {level: hashes for level, hashes in enumerate(edge) if hashes}
        try:
            return Tree(self._told.size, lambda tile: held[tile.level]).root
        except (KeyError, Malformed):
            return None

    def _level(self, level: int, above: bytes, partial: bytes) -> Iterator[bytes]:
        """The tiles of a level, each authenticated by its hash in the level above, then the partial one."""
        for index in range((self._told.size >> (8 * level)) // WIDTH):
            tile, expected = Tile(level, index), above[index * HASH_BYTES : (index + 1) * HASH_BYTES]
            stored = self._hashes(tile)
            if stored is not None and merkle.folded(stored) == expected:
                yield stored
                continue
            self._wrong(
                tile.path, "is missing or cut" if stored is None else "does not have the hash sealed above it"
            )
            again = self._made(tile)
            yield (
                again if again is not None and merkle.folded(again) == expected else stored or bytes(tiles.FULL_BYTES)
            )
        if partial:
            yield partial

    def _hashes(self, tile: Tile) -> bytes | None:
        """The hashes of a tile as stored; ``None`` when it cannot be had whole."""
        if tile.width <= 0:
            return b""
        try:
            found = self._reader.read(tile)
        except StoreRefused:
            return None
        whole = tile.width * HASH_BYTES
        return found[:whole] if len(found) in (whole, tiles.FULL_BYTES) else None

    def _made(self, tile: Tile) -> bytes | None:
        """The hashes of a tile made from what is below it."""
        if tile.width <= 0:
            return b""
        if tile.level == 0:
            bundle = self._entries(tile._replace(level=-1))
            return None if bundle is None else b"".join(map(merkle.leaf_hash, bundle))
        below = [self._hashes(Tile(tile.level - 1, tile.number * WIDTH + place)) for place in range(tile.width)]
        return b"".join(merkle.folded(hashes) for hashes in below if hashes) if all(below) else None

    def _entries(self, bundle: Tile) -> list[bytes] | None:
        try:
            found = tiles.entries(self._reader.read(bundle))
        except (StoreRefused, Malformed):
            return None
        return found[: bundle.width] if len(found) in (bundle.width, WIDTH) else None

    def _bundle(self, index: int, hashes: bytes) -> int:
        """How many entries of a bundle have the leaf hashes sealed; the others are named."""
        bundle = Tile(-1, index, len(hashes) // HASH_BYTES)
        try:
            raw = self._reader.read(bundle)
        except StoreRefused:
            raw = b""
        whole = bundle.width * _STEP
        if len(raw) >= whole and raw[:whole:_STEP] + raw[1:whole:_STEP] == _HEAD[:1] * bundle.width + _HEAD[1:] * (
            bundle.width
        ):
            digest = sha256
            entries = [raw[at + 2 : at + _STEP] for at in range(0, whole, _STEP)]
            if b"".join([digest(LEAF + entry).digest() for entry in entries]) == hashes:
                numbers = [entry[:8] for entry in entries]
                if self._last < numbers[0] and all(map(bytes.__lt__, numbers, numbers[1:])):
                    self._last = numbers[-1]
                    return bundle.width
        return self._slowly(bundle, hashes)

    def _slowly(self, bundle: Tile, hashes: bytes) -> int:
        entries = self._entries(bundle)
        if entries is None:
            self._wrong(bundle.path, f"does not hold {bundle.width} entries")
            return 0
        right = 0
        for place, entry in enumerate(entries):
            name = f"entry {bundle.number * WIDTH + place} (journal number {int.from_bytes(entry[:8], 'big')})"
            if merkle.leaf_hash(entry) != hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES]:
                self._wrong(name, "is not the one that was sealed")
                continue
            right += 1
            if len(entry) != LEAF_BYTES or entry[:8] <= self._last:
                self._wrong(name, "has no number above the one before it")
            self._last = max(self._last, entry[:8])
        return right

    def _wrong(self, where: str, what: str) -> None:
        self._problems.append(Problem(where, what))
