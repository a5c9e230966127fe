"""What is kept of a User, and what a PATCH makes of it: all operations or none, nothing stored that is not needed."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.standards.scim import documents
from beffroi.standards.scim.faults import ScimFault
from beffroi.standards.scim.users import ENTERPRISE, MOST_OPERATIONS, USER, Asked, Told, patched, read_user, shown

BEFORE = Asked(Told("ana@north.example", "Ana", "Roux", "Adviser", "X1"), None)


def patch(*operations: Any, before: Asked = BEFORE) -> Asked:
    return patched(before, {"schemas": [documents.PATCH], "Operations": list(operations)})


def test_directory_tells_of_somebody_and_only_what_is_needed_is_kept() -> None:
    asked = read_user(
        {
            "schemas": [USER, ENTERPRISE], "userName": "ana@north.example", "externalId": "X1", "active": True,
            "name": {"givenName": "Ana", "familyName": "Roux", "formatted": "Ana Roux"}, "title": "Adviser",
            "emails": [{"value": "private@example.org"}], "password": "hunter2", "nickName": "A",
            "phoneNumbers": [{"value": "0612345678"}], ENTERPRISE: {"employeeNumber": "7"}, "unheardOf": 1,
        }
    )  # fmt: skip
    assert asked == Asked(BEFORE.told, True)
    assert "Ana" not in repr(asked) + repr(asked.told)


@pytest.mark.parametrize(
    "document",
    [
        {}, {"schemas": [USER]}, {"userName": "ana@north.example"}, {"schemas": ["x"], "userName": "a@b.fr"},
        {"schemas": [USER], "userName": 5}, {"schemas": [USER], "userName": ""},
        {"schemas": [USER], "userName": "a@b.fr", "name": "Ana"},
        {"schemas": [USER], "userName": "a@b.fr", "name": {"givenName": "A\u0000"}},
        {"schemas": [USER], "userName": "a@b.fr", "title": "\u202ereversed"},
        {"schemas": [USER], "userName": "a@b.fr", "active": "perhaps"},
        {"schemas": [USER], "userName": "a@b.fr", "active": 1},
        {"schemas": [USER], "userName": "a@b.fr", "externalId": "x" * 257},
    ],
)  # fmt: skip
def test_resource_that_is_no_user_is_refused_without_its_values(document: dict[str, Any]) -> None:
    with pytest.raises(ScimFault) as refused:
        read_user(document)
    assert refused.value.status == 400
    assert "reversed" not in refused.value.detail


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ({"op": "replace", "path": "active", "value": False}, {"active": False}),
        ({"op": "Replace", "path": "active", "value": "False"}, {"active": False}),
        ({"op": "replace", "value": {"active": False}}, {"active": False}),
        ({"op": "add", "path": "title", "value": "Manager"}, {"title": "Manager"}),
        ({"op": "remove", "path": "title"}, {"title": None}),
        ({"op": "remove", "path": "name.givenName"}, {"given_name": None}),
        ({"op": "remove", "path": "name"}, {"given_name": None, "family_name": None}),
        ({"op": "replace", "path": "name", "value": {"givenName": "Anne"}}, {"given_name": "Anne"}),
        ({"op": "replace", "path": f"{USER}:name.familyName", "value": "Noir"}, {"family_name": "Noir"}),
        ({"op": "replace", "value": {"name.familyName": "Noir", "externalId": "X2"}},
         {"family_name": "Noir", "external_id": "X2"}),
        ({"op": "replace", "path": 'emails[type eq "work"].value', "value": "x@y.fr"}, {}),
        ({"op": "add", "path": f"{ENTERPRISE}:department", "value": "North"}, {}),
        ({"op": "replace", "path": "externalId", "value": None}, {"external_id": None}),
    ],
)  # fmt: skip
def test_directory_patches_one_attribute_and_the_others_stay(
    operation: dict[str, Any], changed: dict[str, Any]
) -> None:
    after, active = patch(operation), changed.pop("active", None)
    assert after == Asked(msgspec.structs.replace(BEFORE.told, **changed), active)


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "replace", "path": "id", "value": "other"}, "mutability"),
        ({"op": "replace", "path": "meta.version", "value": "other"}, "mutability"),
        ({"op": "add", "path": "groups", "value": [{"value": "managers"}]}, "mutability"),
        ({"op": "add", "value": {"groups": [{"value": "managers"}]}}, "mutability"),
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "remove", "path": "active"}, "mutability"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "replace", "path": "unheardOf", "value": 1}, "invalidPath"),
        ({"op": "replace", "path": "emails[type eq", "value": 1}, "invalidFilter"),
        ({"op": "replace", "path": ["active"], "value": 1}, "invalidPath"),
        ({"op": "move", "path": "title", "value": 1}, "invalidSyntax"),
        ({"op": "replace", "path": "title"}, "invalidValue"),
        ({"op": "replace", "value": "x"}, "invalidValue"),
        ({"op": "replace", "path": "userName", "value": None}, "invalidValue"),
        ({"op": "replace", "path": "active", "value": None}, None),
        ("replace", "invalidSyntax"),
    ],
)
def test_operation_that_cannot_be_done_undoes_the_others(operation: Any, scim_type: str | None) -> None:
    if scim_type is None:
        assert patch(operation) == BEFORE
        return
    with pytest.raises(ScimFault) as refused:
        patch({"op": "replace", "path": "title", "value": "Thief"}, operation)
    assert (refused.value.status, refused.value.scim_type) == (400, scim_type)


def test_directory_sends_too_many_operations_or_none_is_refused() -> None:
    one = {"op": "replace", "path": "title", "value": "x"}
    assert patch(*[one] * MOST_OPERATIONS).told.title == "x"
    for operations in ([], [one] * (MOST_OPERATIONS + 1)):
        with pytest.raises(ScimFault):
            patch(*operations)
    with pytest.raises(ScimFault):
        patched(BEFORE, {"schemas": ["other"], "Operations": [one]})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
NAMES = st.sampled_from(["userName", "active", "name", "name.givenName", "title", "externalId", "groups", "id"])


OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "replace", "remove"])},
    optional={"path": NAMES | st.text(max_size=9), "value": JSON},
)


@given(st.lists(OPERATIONS, max_size=4))
def test_any_operations_give_a_user_or_a_refusal_that_quotes_nothing(operations: list[dict[str, Any]]) -> None:
    try:
        after = patch(*operations)
    except ScimFault as fault:
        status = fault.status
    else:
        status = 400
        assert after.told.user_name
        assert after.active in (None, True, False)
    assert status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b'{"a":1}}', b"\xff", b'{"a":NaN}', b'{"active":false,"active":true}',
        b'{"active":false,"Active":true}', b'{"a":' + b"[" * 20 + b"]" * 20 + b"}", b"[" * 30_000,
        b'{"name":{"givenName":"a","givenName":"b"}}',
    ],
)  # fmt: skip
def test_body_that_could_be_read_two_ways_or_not_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(ScimFault) as refused:
        documents.read(body)
    assert refused.value.scim_type == "invalidSyntax"


@given(JSON)
def test_error_and_list_documents_are_json_whatever_they_hold(value: Any) -> None:
    written = json.loads(documents.written(documents.listed([{"x": value}], 1, 1)))
    assert written["Resources"] == [{"x": value}]


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [(None, None, (1, 100)), (0, 10, (1, 10)), (-5, -1, (1, 0)), (3, 5_000, (3, 100)), (2, 0, (2, 0))],
)
def test_page_asked_is_the_page_given_within_its_bounds(
    start: int | None, count: int | None, expected: tuple[int, int]
) -> None:
    page = documents.paging(start, count)
    assert (page.start, page.count) == expected


def test_reader_asks_for_some_attributes_and_gets_those_with_the_ones_that_always_come() -> None:
    whole = {"schemas": [USER], "id": "1", "userName": "a", "name": {"givenName": "b", "familyName": "c"}, "meta": {}}
    always = {"schemas": [USER], "id": "1", "meta": {}}
    assert shown(whole, frozenset({"USERNAME"}), frozenset(), USER) == {**always, "userName": "a"}
    assert shown(whole, frozenset({f"{USER}:name.givenName"}), frozenset(), USER) == {
        **always, "name": {"givenName": "b"},
    }  # fmt: skip
    assert shown(whole, frozenset(), frozenset({"name.familyName", "id"}), USER) == {
        **always, "userName": "a", "name": {"givenName": "b"},
    }  # fmt: skip
