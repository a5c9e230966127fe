"""The state folded from the journal's facts, and what is named of rows that depart from it (I-16)."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core import folding
from beffroi.core.folding import GONE, Divergence, Extent, Fact, Kind, Position, Row

TABLES = ("account", "session", "containment")
WHOLE = frozenset(TABLES)

Write = tuple[str, str, bool]
"""One writing: the table, the row, and whether the guard deleted it."""
writes = st.lists(st.tuples(st.sampled_from(TABLES), st.sampled_from("abc"), st.booleans()), max_size=30)


def history(made: list[Write]) -> tuple[list[Fact], dict[tuple[str, str], list[Row]]]:
    """Facts in order, and every version each row ever had; the last is the present one, none when it was deleted."""
    facts: list[Fact] = []
    versions: dict[tuple[str, str], list[Row]] = {}
    gone: set[tuple[str, str]] = set()
    for table, id, delete in made:
        key = table, id
        before = versions.setdefault(key, [])
        if key in gone:
            continue  # ids are never given again
        if delete and before:
            facts.append(Fact(table, id, before[-1].version, GONE))
            gone.add(key)
        else:
            row = Row(table, id, len(before) + 1, f"{table}-{id}-{len(before) + 1}")
            before.append(row)
            facts.append(Fact(table, id, row.version, row.mac))
    return facts, {key: rows for key, rows in versions.items() if key not in gone and rows}


def present(versions: dict[tuple[str, str], list[Row]]) -> list[Row]:
    return [rows[-1] for rows in versions.values()]


def oracle(facts: list[Fact], rows: list[Row]) -> set[tuple[str, str]]:
    """Rows at odds with the journal, slowly: each is looked up among all the facts there ever were."""
    at_odds = set()
    for key in {fact.key for fact in facts} | {(row.table, row.id) for row in rows}:
        said = [fact for fact in facts if fact.key == key]
        here = [row for row in rows if (row.table, row.id) == key]
        deleted = any(fact.mac == GONE for fact in said)
        newest = [fact for fact in said if all(fact.version >= other.version for other in said)]
        if deleted or not said:
            wrong = bool(here)
        else:
            wrong = len(here) != 1 or here[0].mac != newest[0].mac or here[0].genuine is False
        if wrong:
            at_odds.add(key)
    return at_odds


@given(writes)
def test_i16_any_honest_history_names_nothing(made: list[Write]) -> None:
    facts, versions = history(made)
    assert folding.compare(folding.fold(facts), present(versions), WHOLE) == []


@given(writes, st.data())
def test_i16_any_row_put_back_taken_away_or_swapped_is_the_one_named(made: list[Write], data: st.DataObject) -> None:
    facts, versions = history(made)
    if not versions:
        return
    key = data.draw(st.sampled_from(sorted(versions)))
    others = [row for row in present(versions) if (row.table, row.id) != key]
    older = versions[key][:-1]
    how = data.draw(st.sampled_from(["delete", "swap", *(["put back"] if older else [])]))
    if how == "delete":
        rows, kind = others, Kind.MISSING
    elif how == "swap":
        rows, kind = [*others, versions[key][-1]._replace(mac="of another", genuine=False)], Kind.FORGED
    else:
        rows, kind = [*others, data.draw(st.sampled_from(older))], Kind.OLDER
    assert folding.compare(folding.fold(facts), rows, WHOLE) == [Divergence(*key, kind)]


@given(writes, st.data())
def test_i16_rows_named_are_those_of_the_oracle(made: list[Write], data: st.DataObject) -> None:
    facts, versions = history(made)
    every = [row for rows in versions.values() for row in rows]
    rows = {(row.table, row.id): row for row in data.draw(st.lists(st.sampled_from(every)) if every else st.just([]))}
    named = {each.key for each in folding.compare(folding.fold(facts), rows.values(), WHOLE)}
    assert named == oracle(facts, list(rows.values()))


@given(writes, st.data())
def test_i16_facts_said_again_change_nothing(made: list[Write], data: st.DataObject) -> None:
    """Whoever can append to the journal without the keys can only repeat what it says."""
    facts, versions = history(made)
    again = data.draw(st.lists(st.sampled_from(facts), max_size=10) if facts else st.just([]))
    assert folding.compare(folding.fold([*facts, *again]), present(versions), WHOLE) == []


@given(writes, st.integers(0, 30))
def test_i16_folded_in_two_parts_is_folded_whole(made: list[Write], at: int) -> None:
    facts, _ = history(made)
    assert folding.fold(facts[at:], folding.fold(facts[:at])) == folding.fold(facts)


@given(writes)
def test_i16_version_expected_of_a_row_never_goes_back(made: list[Write]) -> None:
    facts, _ = history(made)
    states = [folding.fold(facts[:count]) for count in range(len(facts) + 1)]
    for before, after in pairwise(states):
        assert all(after[key].version >= fact.version for key, fact in before.items())


@given(writes)
def test_i16_row_that_the_journal_never_told_of_is_unknown(made: list[Write]) -> None:
    facts, versions = history(made)
    stray = Row("account", "z", 1, "stray", genuine=True)
    assert folding.compare(folding.fold(facts), [*present(versions), stray], WHOLE) == [
        Divergence("account", "z", Kind.UNKNOWN)
    ]


def test_i16_row_of_a_table_not_read_whole_may_be_away() -> None:
    expected = folding.fold([Fact("relation", "p/o/followed", 1, "m")])
    assert folding.compare(expected, [], WHOLE) == []


def test_what_is_refused_follows_whom_the_row_concerns() -> None:
    def extent(table: str, id: str, kind: Kind = Kind.OLDER, **of: str) -> Extent | None:
        return folding.extent(Divergence(table, id, kind), Fact(table, id, 1, "m", **of))

    assert extent("account", "a") == Extent("account", "a")
    assert extent("session", "s", account="a") == Extent("account", "a")
    assert extent("session", "s") == folding.EVERYTHING
    assert extent("containment", "c", Kind.MISSING) == folding.EVERYTHING
    assert extent("application_key", "cases/k1") == Extent("application", "cases")
    assert extent("organisation", "o", organisation="o") == Extent("organisation", "o")
    assert extent("relation", "r", Kind.MISSING, organisation="o") is None
    assert extent("budget", "account/a/office") == Extent("account", "a")
    assert extent("budget", "share/o/a/all") == Extent("account", "a")
    assert extent("budget", "organisation/o/all") == Extent("organisation", "o")
    assert extent("budget", "nonsense") == folding.EVERYTHING
    assert extent("account", "a", Kind.FORGED) is None, "its MAC denies by itself"
    assert extent("audit", "x", organisation="o") is None


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_i16_database_behind_what_was_published_is_told_by_how_much(here: int, published: int) -> None:
    assert folding.behind(Position(here), Position(published)) == max(0, published - here)
    assert folding.behind(Position(here), None) == 0
