"""The Merkle tree of RFC 6962, section 2.1: hashes, proofs and their verification (RFC 9162, 2.1.3.2 and 2.1.4.2).

A tree is given by a function from a perfect subtree to its hash: ``node(height, index)`` is the hash of the leaves
from ``index << height`` on, ``1 << height`` of them. Nothing here keeps a tree.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

LEAF: Final = b"\x00"
NODE: Final = b"\x01"
HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
LARGEST: Final = 1 << 63
"""Sizes and indexes stay below."""

Node = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry as a leaf."""
    return sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees."""
    return sha256(NODE + left + right).digest()


def folded(hashes: bytes) -> bytes:
    """Hash of a perfect subtree from the hashes of its parts, joined; a power of two of them."""
    digest = sha256
    while len(hashes) > HASH_BYTES:
        hashes = b"".join([digest(NODE + hashes[at : at + 64]).digest() for at in range(0, len(hashes), 64)])
    return hashes


def split(size: int) -> int:
    """The largest power of two below ``size`` (2 or more)."""
    return 1 << ((size - 1).bit_length() - 1)


def range_hash(start: int, end: int, node: Node) -> bytes:
    """MTH(D[start:end]) for a range that the recursion of RFC 6962 meets: ``start`` is a multiple of its span."""
    count = end - start
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return node(height, start >> height)
    middle = start + split(count)
    return node_hash(range_hash(start, middle, node), range_hash(middle, end, node))


def root(size: int, node: Node) -> bytes:
    """MTH of the first ``size`` leaves."""
    return EMPTY_ROOT if size == 0 else range_hash(0, size, node)


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[size]) of section 2.1.1, from the leaf's sibling up. Raises ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError("the entry is not in the tree")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start = middle
    path.reverse()
    return path


def consistency_proof(old: int, size: int, node: Node) -> list[bytes]:
    """PROOF(old, D[size]) of section 2.1.2; empty for an old size of zero and for equal sizes.

    Raises ValueError when the old tree is the larger one.
    """
    if not 0 <= old <= size:
        raise ValueError("the older tree is larger than the newer one")
    if old in (0, size):
        return []
    path: list[bytes] = []
    start, end, whole = 0, size, True
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            path.append(range_hash(middle, end, node))
            end = middle
        else:
            path.append(range_hash(start, middle, node))
            start, whole = middle, False
    if not whole:
        path.append(range_hash(start, end, node))
    path.reverse()
    return path


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether the proof shows that the leaf hash stands at ``index`` of the tree of this size and root."""
    if not 0 <= index < size < LARGEST or not _hashes(proof):
        return False
    place, last, found = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(part, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, part)
        place >>= 1
        last >>= 1
    return last == 0 and found == expected


def consistent(old: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the newer tree begins with the older one."""
    if not 0 <= old <= size < LARGEST or not _hashes(proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == size:
        return not proof and old_root == new_root
    parts = list(proof)
    if old & (old - 1) == 0:
        parts.insert(0, old_root)
    if not parts:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    older = newer = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(part, older), node_hash(part, newer)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            newer = node_hash(newer, part)
        place >>= 1
        last >>= 1
    return last == 0 and older == old_root and newer == new_root


def _hashes(proof: Sequence[bytes]) -> bool:
    return len(proof) < 64 and all(len(part) == HASH_BYTES for part in proof)
