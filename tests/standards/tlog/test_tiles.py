"""Tiles: addresses of the text's own examples, and any growth gives the tiles of the tree it came to."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beffroi.standards.tlog import Malformed, merkle, tiles
from beffroi.standards.tlog.tiles import Growing, Tile, Tree
from tests.standards.tlog.test_merkle import slow_root


class Shelf(dict[Tile, bytes]):
    """Tiles kept in memory; the full one is given where the partial one is gone."""

    def read(self, tile: Tile) -> bytes:
        return self[tile] if tile in self else self[tile.full]


def grow(tree: Growing, shelf: Shelf, entries: list[bytes]) -> None:
    shelf.update(tree.extend(entries, [merkle.leaf_hash(entry) for entry in entries]))
    shelf.update(tree.edge())


def entries_of(count: int, first: int = 0) -> list[bytes]:
    return [b"entry %d" % number for number in range(first, first + count)]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(-1, 1234067), "tile/entries/x001/x234/067"),
        (Tile(2, 5, 8), "tile/2/005.p/8"),
        (Tile(63, 123_456_789_012, 255), "tile/63/x123/x456/x789/012.p/255"),
    ],
)
def test_address_of_a_tile_is_that_of_the_text(tile: Tile, path: str) -> None:
    assert tile.path == path


def test_tree_of_70_000_entries_has_the_tiles_the_text_counts() -> None:
    level_0, level_1, level_2 = (list(tiles.of_tree(level, 70_000)) for level in range(3))
    assert tiles.levels(70_000) == 3
    assert [len(level_0), level_0[-1]] == [274, Tile(0, 273, 112)]
    assert level_1 == [Tile(1, 0), Tile(1, 1, 17)]
    assert level_2 == [Tile(2, 0, 1)]


def test_tree_of_256_entries_has_a_full_tile_and_one_of_width_one_above() -> None:
    assert list(tiles.of_tree(0, 256)) == [Tile(0, 0)]
    assert list(tiles.of_tree(1, 256)) == [Tile(1, 0, 1)]


@given(steps=st.lists(st.integers(0, 700), min_size=1, max_size=6), data=st.data())
@example(steps=[256, 1, 255, 512], data=None)
def test_any_growth_gives_the_tiles_the_root_and_the_proofs_of_its_tree(
    steps: list[int], data: st.DataObject | None
) -> None:
    tree, shelf, sizes = Growing(), Shelf(), []
    for step in steps:
        grow(tree, shelf, entries_of(step, tree.size))
        sizes.append(tree.size)
    whole = entries_of(tree.size)
    leaves = [merkle.leaf_hash(entry) for entry in whole]
    assert tree.root == slow_root(leaves)
    for size in sizes:
        seen = Tree(size, shelf.read)
        assert seen.root == slow_root(leaves[:size])
        for level in range(-1, tiles.levels(size)):
            for tile in tiles.of_tree(level, size):
                assert tile.full in shelf or tile in shelf
        again = Growing.at(size, shelf.read)
        assert again.root == seen.root
        grow(again, Shelf(), entries_of(300, size))
        assert again.root == slow_root([*leaves[:size], *map(merkle.leaf_hash, entries_of(300, size))])
    if data is not None and tree.size:
        index, old = data.draw(st.integers(0, tree.size - 1)), data.draw(st.sampled_from(sizes))
        now = Tree(tree.size, shelf.read)
        assert merkle.includes(leaves[index], index, tree.size, now.inclusion(index), tree.root)
        assert merkle.consistent(old, slow_root(leaves[:old]), tree.size, tree.root, now.consistency(old))


def test_tree_past_two_levels_of_tiles_has_the_root_of_its_leaves() -> None:
    tree, shelf = Growing(), Shelf()
    entries = entries_of(66_000)
    grow(tree, shelf, entries)
    assert Tile(1, 0) in shelf
    assert Tile(2, 0, 1) in shelf
    assert tree.root == Tree(66_000, shelf.read).root == slow_root([merkle.leaf_hash(entry) for entry in entries])


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert tiles.entries(tiles.bundle(entries)) == entries


@pytest.mark.parametrize("bundled", [b"\x00", b"\x00\x02a", b"\x00\x01a\x00"])
def test_bundle_cut_short_is_refused(bundled: bytes) -> None:
    with pytest.raises(Malformed):
        tiles.entries(bundled)


def test_entry_longer_than_a_bundle_tells_is_refused() -> None:
    with pytest.raises(ValueError, match="65,535"):
        tiles.bundle([bytes(65_536)])


def test_tile_of_a_wrong_size_is_refused() -> None:
    with pytest.raises(Malformed):
        _ = Tree(3, lambda tile: bytes(95)).root


def test_bundle_that_is_not_of_the_tree_is_not_taken_up() -> None:
    tree, shelf = Growing(), Shelf()
    grow(tree, shelf, entries_of(3))
    shelf[Tile(-1, 0, 3)] = tiles.bundle(entries_of(3, 1))
    with pytest.raises(Malformed):
        Growing.at(3, shelf.read)
