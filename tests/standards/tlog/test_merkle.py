"""The tree of RFC 6962: vectors of its authors, laws over every small tree, and proofs that must not verify."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.standards.tlog import merkle

ENTRIES = [
    b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Trees of the test data of Certificate Transparency, after 1 to 8 entries."""


def node_of(leaves: Sequence[bytes]) -> merkle.Node:
    return lambda height, index: merkle.folded(b"".join(leaves[index << height : (index + 1) << height]))


def slow_root(leaves: Sequence[bytes]) -> bytes:
    """MTH as section 2.1 writes it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


def leaves_of(count: int) -> list[bytes]:
    return [merkle.leaf_hash(b"%d" % number) for number in range(count)]


@pytest.mark.parametrize("count", range(1, 9))
def test_root_of_the_published_vectors_is_theirs(count: int) -> None:
    leaves = [merkle.leaf_hash(entry) for entry in ENTRIES[:count]]
    assert merkle.root(count, node_of(leaves)).hex() == ROOTS[count - 1]


def test_root_of_no_entry_is_the_hash_of_nothing() -> None:
    assert merkle.root(0, node_of([])) == sha256(b"").digest()


@given(size=st.integers(1, 200), data=st.data())
def test_entry_of_any_tree_is_proven_and_no_other_is(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    root = merkle.root(size, node_of(leaves))
    assert root == slow_root(leaves)
    proof = merkle.inclusion_proof(index, size, node_of(leaves))
    assert merkle.includes(leaves[index], index, size, proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda other: other != index)) if size > 1 else None
    if other is not None:
        assert not merkle.includes(leaves[other], index, size, proof, root)
        assert not merkle.includes(leaves[index], other, size, proof, root)
    assert not merkle.includes(leaves[index], index, size, [*proof, root], root)
    assert not merkle.includes(leaves[index], size, size, proof, root)


@given(size=st.integers(1, 200), data=st.data())
def test_proof_with_one_bit_changed_proves_nothing(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root, old_root = merkle.root(size, node_of(leaves)), merkle.root(old, node_of(leaves))
    for proof, holds in (
        (merkle.inclusion_proof(index, size, node_of(leaves)),
         lambda proof: merkle.includes(leaves[index], index, size, proof, root)),
        (merkle.consistency_proof(old, size, node_of(leaves)),
         lambda proof: merkle.consistent(old, old_root, size, root, proof)),
    ):  # fmt: skip
        assert holds(proof)
        if proof:
            place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
            changed = bytearray(proof[place])
            changed[bit // 8] ^= 1 << bit % 8
            assert not holds([*proof[:place], bytes(changed), *proof[place + 1 :]])
            assert not holds(proof[:-1])


@given(size=st.integers(0, 200), data=st.data())
def test_tree_that_grew_is_consistent_with_itself_before_and_with_no_other(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    old = data.draw(st.integers(0, size))
    root, old_root = merkle.root(size, node_of(leaves)), merkle.root(old, node_of(leaves))
    proof = merkle.consistency_proof(old, size, node_of(leaves))
    assert merkle.consistent(old, old_root, size, root, proof)
    if old:
        changed = [merkle.leaf_hash(b"changed"), *leaves[1:old]]
        assert not merkle.consistent(old, slow_root(changed), size, root, proof)
    if size > old:
        assert not merkle.consistent(size, root, old, old_root, proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_proof_of_an_entry_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in the tree"):
        merkle.inclusion_proof(index, size, node_of(leaves_of(size)))


def test_proof_that_a_tree_shrank_is_refused() -> None:
    with pytest.raises(ValueError, match="larger"):
        merkle.consistency_proof(4, 3, node_of(leaves_of(4)))
