"""Tiles of a transparency log (C2SP tlog-tiles): their addresses, what a tree of a given size has, entry bundles.

A tile holds up to 256 consecutive hashes of one level; level 0 holds the leaf hashes, each hash of level *l* + 1 is
that of a full tile of level *l*. The rightmost tile of a level may be partial, and is then named by its width.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from beffroi.standards.tlog import Malformed, merkle
from beffroi.standards.tlog.merkle import HASH_BYTES

WIDTH: Final = 256
HEIGHT: Final = 8
FULL_BYTES: Final = WIDTH * HASH_BYTES
LARGEST_ENTRY: Final = 0xFFFF
CHECKPOINT: Final = "checkpoint"


class Tile(NamedTuple):
    """One tile: level (-1 for an entry bundle), number in its level, hashes or entries in it (1 to 256)."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its address below the log's prefix."""
        level = "entries" if self.level < 0 else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{index_path(self.number)}{partial}"

    @property
    def full(self) -> "Tile":
        """The same tile once it is full."""
        return self._replace(width=WIDTH)


Read = Callable[[Tile], bytes]
"""Bytes of a tile; raises what the place it is read from raises."""


def index_path(index: int) -> str:
    """1234067 is ``x001/x234/067``."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])


def levels(size: int) -> int:
    """How many levels of tiles a tree has."""
    count = 0
    while size >> (HEIGHT * count):
        count += 1
    return count


def width(level: int, index: int, size: int) -> int:
    """How many hashes of a tile a tree of this size fills; zero or less when it has none of it."""
    return min(WIDTH, (size >> (HEIGHT * max(level, 0))) - index * WIDTH)


def of_tree(level: int, size: int) -> Iterator[Tile]:
    """The tiles of one level (-1: the entry bundles) of a tree of this size, in order."""
    count = size >> (HEIGHT * max(level, 0))
    for index in range(count // WIDTH):
        yield Tile(level, index)
    if count % WIDTH:
        yield Tile(level, count // WIDTH, count % WIDTH)


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as a bundle: each after its length in two bytes. Raises ValueError for one longer than that tells."""
    if any(len(entry) > LARGEST_ENTRY for entry in entries):
        raise ValueError("an entry of a bundle has at most 65,535 bytes")
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def entries(bundled: bytes) -> list[bytes]:
    """The entries of a bundle, however many. Raises Malformed when it does not end with an entry."""
    found, at, end = [], 0, len(bundled)
    while at < end:
        start = at + 2
        at = start + int.from_bytes(bundled[at:start], "big")
        if at > end or start > end:
            raise Malformed("an entry bundle is cut short")
        found.append(bundled[start:at])
    return found


class Tree:
    """The tree of one size as its tiles hold it; a tile read once is kept while it is among the last used."""

    def __init__(self, size: int, read: Read, kept: int = 4096) -> None:
        self.size = size
        self._read = read
        self._kept = kept
        self._tiles: dict[tuple[int, int], bytes] = {}

    def tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile that belong to the tree, joined. Raises Malformed for a wrong size."""
        found = self._tiles.get((level, index))
        if found is None:
            wide = width(level, index, self.size)
            if wide <= 0:
                raise ValueError("the tree has no such tile")
            found = self._read(Tile(level, index, wide))
            if len(found) < wide * HASH_BYTES or len(found) % HASH_BYTES:
                raise Malformed(f"{Tile(level, index, wide).path} has not the size of its tile")
            found = found[: wide * HASH_BYTES]
            if len(self._tiles) >= self._kept:
                del self._tiles[next(iter(self._tiles))]
            self._tiles[level, index] = found
        return found

    def node(self, height: int, index: int) -> bytes:
        """Hash of a perfect subtree, as :mod:`beffroi.standards.tlog.merkle` asks for it."""
        level, within = divmod(height, HEIGHT)
        first = index << within
        at = (first % WIDTH) * HASH_BYTES
        return merkle.folded(self.tile(level, first // WIDTH)[at : at + (HASH_BYTES << within)])

    @property
    def root(self) -> bytes:
        """Root of the tree."""
        return merkle.root(self.size, self.node)

    def inclusion(self, index: int) -> list[bytes]:
        """Inclusion proof of an entry. Raises ValueError outside the tree."""
        return merkle.inclusion_proof(index, self.size, self.node)

    def consistency(self, old: int) -> list[bytes]:
        """Consistency proof from an older size. Raises ValueError for a larger one."""
        return merkle.consistency_proof(old, self.size, self.node)


class Growing:
    """A tree that grows at its right edge. Keeps the edge alone: the partial tile of each level, and its entries."""

    def __init__(self) -> None:
        self.size = 0
        self._entries: list[bytes] = []
        self._edge: list[bytes] = []

    @classmethod
    def at(cls, size: int, read: Read) -> "Growing":
        """Take up a tree from its tiles. Raises Malformed; what they hold must be compared with a known root."""
        grown = cls()
        grown.size = size
        tree = Tree(size, read)
        for level in range(levels(size)):
            count = size >> (HEIGHT * level)
            grown._edge.append(tree.tile(level, count // WIDTH) if count % WIDTH else b"")
        if size % WIDTH:
            last = Tile(-1, size // WIDTH, size % WIDTH)
            grown._entries = entries(read(last))[: last.width]
            hashes = b"".join(map(merkle.leaf_hash, grown._entries))
            if len(grown._entries) != last.width or hashes != grown._edge[0]:
                raise Malformed(f"{last.path} does not hold the entries of the tree")
        return grown

    def extend(self, added: Sequence[bytes], hashes: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Append entries with their leaf hashes; every tile and bundle that became full by it, in order."""
        done: list[tuple[Tile, bytes]] = []
        at = 0
        while at < len(added):
            room = WIDTH - self.size % WIDTH
            part = added[at : at + room]
            self._entries.extend(part)
            self.size += len(part)
            full = self._grow(0, b"".join(hashes[at : at + room]), self.size)
            if len(self._entries) == WIDTH:
                done.append((Tile(-1, self.size // WIDTH - 1), bundle(self._entries)))
                self._entries.clear()
            done += full
            at += room
        return done

    def edge(self) -> list[tuple[Tile, bytes]]:
        """The partial tiles and the partial bundle of the tree as it is."""
        found = [
            (Tile(level, (self.size >> (HEIGHT * level)) // WIDTH, len(hashes) // HASH_BYTES), hashes)
            for level, hashes in enumerate(self._edge)
            if hashes
        ]
        if self._entries:
            found.append((Tile(-1, self.size // WIDTH, len(self._entries)), bundle(self._entries)))
        return found

    @property
    def root(self) -> bytes:
        """Root of the tree as it is."""
        found: bytes | None = None
        for hashes in self._edge:
            count = len(hashes) // HASH_BYTES
            for bit in range(HEIGHT):
                if count >> bit & 1:
                    part = 1 << bit
                    left = merkle.folded(hashes[(count - part) * HASH_BYTES : count * HASH_BYTES])
                    found = left if found is None else merkle.node_hash(left, found)
                    count -= part
        return merkle.EMPTY_ROOT if found is None else found

    def _grow(self, level: int, hashes: bytes, count: int) -> list[tuple[Tile, bytes]]:
        if level == len(self._edge):
            self._edge.append(b"")
        whole = self._edge[level] + hashes
        if len(whole) < FULL_BYTES:
            self._edge[level] = whole
            return []
        self._edge[level] = b""
        above = self._grow(level + 1, merkle.folded(whole), count // WIDTH)
        return [(Tile(level, count // WIDTH - 1), whole), *above]
