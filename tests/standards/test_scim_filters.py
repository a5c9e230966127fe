"""Filters: the RFC's grammar and meaning, hostile texts, and agreement with another implementation's parser."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scim2_models import InvalidFilterException, SCIMException, ScimFilter, User
from scim2_models import Meta as TheirMeta

from beffroi.standards.scim import filters
from beffroi.standards.scim.faults import ScimFault
from beffroi.standards.scim.filters import And, Attribute, Comparison, Filter, Found, Not, Or, Present, Within
from beffroi.standards.scim.users import USER

ATTRIBUTES = {
    "id": Attribute(lambda values: values["id"], str, case_exact=True),
    "username": Attribute(lambda values: values["userName"], str),
    "externalid": Attribute(lambda values: values["externalId"], str, case_exact=True),
    "active": Attribute(lambda values: values["active"], bool),
    "meta.lastmodified": Attribute(lambda values: values["at"], datetime),
}
AT = datetime(2026, 11, 27, 8, tzinfo=UTC)
CAMILLE: dict[str, Found] = {
    "id": "a-1", "userName": "Camille@north.example", "externalId": "X7", "active": True, "at": AT,
}  # fmt: skip


def passes(text: str, values: dict[str, Found] = CAMILLE) -> bool:
    tree = filters.parse(text)
    filters.check(tree, ATTRIBUTES, USER)
    return filters.matches(tree, values, ATTRIBUTES, USER)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('userName eq "camille@NORTH.example"', True),
        ('userName ne "camille@north.example"', False),
        ('USERNAME Eq "camille@north.example"', True),
        (f'{USER}:userName eq "camille@north.example"', True),
        ('externalId eq "X7"', True),
        ('externalId eq "x7"', False),
        ('userName co "@NORTH."', True),
        ('userName sw "cam"', True),
        ('userName ew ".example"', True),
        ('userName gt "camille@m"', True),
        ('userName lt "camille@m"', False),
        ("externalId pr", True),
        ("active eq true", True),
        ("active eq false", False),
        ("not (active eq false)", True),
        ('meta.lastModified ge "2026-11-27T09:00:00+01:00"', True),
        ('meta.lastModified gt "2026-11-27T08:00:00Z"', False),
        ('meta.lastModified le "2026-11-27T08:00:00.000Z"', True),
        ('id eq "nobody" or userName sw "c" and active eq true', True),
        ('(id eq "nobody" or userName sw "c") and active eq false', False),
        ('id eq "nobody" and active eq true or active eq true', True),
        ("externalId eq null", False),
        ("externalId ne null", True),
    ],
)
def test_directory_filters_as_the_rfc_says(text: str, expected: bool) -> None:
    assert passes(text) is expected


def test_value_that_is_absent_is_equal_to_null_only_and_present_never() -> None:
    nobody = {**CAMILLE, "externalId": None}
    assert passes("externalId eq null", nobody)
    assert not passes("externalId pr", nobody)
    assert passes('externalId ne "X7"', nobody)
    assert not passes('externalId co ""', nobody)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "userName", "userName eq", 'userName eq"a"', 'userName eq "a', "userName eq 'a'", 'userName xx "a"',
        'userName eq "a" and', 'and userName eq "a"', 'userName eq "a" userName eq "b"', '(userName eq "a"',
        'userName eq "a")', "not userName pr", "emails[type eq]", 'emails[type eq "work"', "userName eq TRUE",
        'userName eq "\\x"', 'userName eq "a\nb"', "userName eq 01", "a.b.c pr", "userName eq \x00", "\ufeffid pr",
        "userName pr userName pr", "()", "not", 'userName eq "a";DROP TABLE x',
    ],
)  # fmt: skip
def test_text_that_is_no_filter_is_refused_as_such(text: str) -> None:
    with pytest.raises(ScimFault) as refused:
        filters.parse(text)
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidFilter")


@pytest.mark.parametrize(
    "text",
    [
        'title eq "a"', "active eq 1", 'active eq "true"', "active gt true", 'meta.lastModified eq "yesterday"',
        'meta.lastModified gt "2026-11-27T08:00:00"', 'meta.lastModified co "2026"', "userName eq 5",
        'emails[type eq "work"]', "userName gt null", 'name.givenName eq "a"', "password pr",
    ],
)  # fmt: skip
def test_filter_on_what_is_not_offered_is_read_and_then_refused(text: str) -> None:
    tree = filters.parse(text)
    with pytest.raises(ScimFault) as refused:
        filters.check(tree, ATTRIBUTES, USER)
    assert refused.value.scim_type == "invalidFilter"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000, "not (" * 500 + "id pr" + ")" * 500, "a[" * 400, " or ".join(["id pr"] * 200), "id pr " * 2_000,
        '"' * 1_000, "id eq " + "9" * 900, "id eq 1e" + "9" * 500,
    ],
)  # fmt: skip
def test_attacker_sends_an_enormous_filter_is_refused_at_once(text: str) -> None:
    try:
        tree = filters.parse(text)
    except ScimFault:
        return
    with pytest.raises(ScimFault):
        filters.check(tree, ATTRIBUTES, USER)


def test_equalities_that_every_match_must_have_are_found_and_no_other() -> None:
    def pins(text: str) -> dict[str, str]:
        return filters.pinned(filters.parse(text), USER)

    assert pins('userName eq "a" and active eq true') == {"username": "a"}
    assert pins('active eq true and (id eq "1" and externalId eq "2")') == {"id": "1", "externalid": "2"}
    assert pins('userName eq "a" or id eq "1"') == {}
    assert pins('not (userName eq "a")') == {}


PATHS = st.sampled_from(["id", "userName", "externalId", "active", "meta.lastModified", f"{USER}:userName"])
VALUES = st.sampled_from(
    ['"a"', '"camille@north.example"', '"X7"', "true", "false", "null", '"2026-11-27T08:00:00Z"']
)
TERMS = st.one_of(
    st.builds(lambda path: f"{path} pr", PATHS),
    st.builds(
        lambda path, op, value: f"{path} {op} {value}", PATHS, st.sampled_from(sorted(filters.OPERATORS)), VALUES
    ),
)
FILTERS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.builds(lambda a, b: f"{a} and {b}", inner, inner),
        st.builds(lambda a, b: f"{a} or {b}", inner, inner),
        st.builds(lambda a: f"({a})", inner),
        st.builds(lambda a: f"not ({a})", inner),
    ),
    max_leaves=8,
)


def written(tree: Filter) -> str:
    """A filter with all its parentheses."""
    if isinstance(tree, Comparison):
        value = tree.value
        said = {True: "true", False: "false", None: "null"}.get(value) if not isinstance(value, str) else f'"{value}"'
        return f"{tree.path} {tree.operator} {said}"
    if isinstance(tree, Present):
        return f"{tree.path} pr"
    if isinstance(tree, Not):
        return f"not ({written(tree.of)})"
    if isinstance(tree, Within):
        return f"{tree.path}[{written(tree.of)}]"
    return f"({written(tree.one)}) {'and' if isinstance(tree, And) else 'or'} ({written(tree.other)})"


@given(FILTERS)
def test_filter_written_out_with_its_parentheses_is_the_same_filter(text: str) -> None:
    tree = filters.parse(text)
    again = filters.parse(written(tree)) if len(written(tree)) <= filters.LONGEST else tree
    assert again == tree


@given(FILTERS)
def test_filter_of_the_grammar_means_to_the_other_implementation_what_it_means_here(text: str) -> None:
    """Where both accept: what a type may be compared with is stricter on one side, then on the other."""
    user = User(
        id="a-1", user_name="Camille@north.example", external_id="X7", active=True, meta=TheirMeta(last_modified=AT)
    )
    bare = ScimFilter(text)
    try:
        expected, found = ScimFilter[User](bare).match(user), passes(text)
    except (ScimFault, SCIMException):
        return
    assert found is expected


@given(st.text(alphabet='userNamidpqot()[]"\\. 0-1', max_size=40) | st.text(max_size=30))
@example('a pr and(b pr)or c eq "x"')
@example('a[b eq "x" and not (c pr)]')
def test_any_text_is_read_or_refused_and_never_read_where_the_other_implementation_refuses(text: str) -> None:
    try:
        filters.parse(text)
    except ScimFault:
        return
    try:
        ScimFilter(text)
    except (InvalidFilterException, SCIMException) as error:
        pytest.fail(f"{text!r}: {error}")


@given(FILTERS, FILTERS)
def test_laws_of_boolean_algebra_hold_for_any_two_filters(one: str, other: str) -> None:
    try:
        a, b = passes(one), passes(other)
    except ScimFault:
        return
    text = f"not (({one}) and ({other}))"
    if len(text) <= filters.LONGEST:
        assert passes(text) is (not (a and b))
        assert isinstance(filters.parse(f"({one}) or ({other})"), Or)
