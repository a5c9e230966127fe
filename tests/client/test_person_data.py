"""The document a person is handed: plain, whole, the same for the same, and no agent in it."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from beffroi.client.person_data import ELSEWHERE, document, in_clear, written
from beffroi.client.reading import hidden
from beffroi.core.casefile import AGENTS
from tests.person_data_schema import is_as_documented

AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
KEYS = st.sampled_from(["text", "notes", "at", "author", "account", "label"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-1_000, 1_000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def keys_of(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(keys_of(one) for one in value.values()))
    return set().union(*(keys_of(one) for one in value)) if isinstance(value, list) else set()


def stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: stripped(one) for name, one in value.items() if name not in AGENTS}
    return [stripped(one) for one in value] if isinstance(value, list) else value


@given(VALUES)
def test_values_of_a_file_come_out_whole_and_without_agents(value: Any) -> None:
    clear = in_clear(hidden(value))
    assert clear == stripped(value)
    assert not keys_of(clear) & AGENTS


@given(st.dictionaries(st.sampled_from(["identity", "followup"]), st.dictionaries(KEYS, VALUES, max_size=3)))
def test_document_reads_back_from_its_file(groups: dict[str, Any]) -> None:
    whole = document("organisation", AT, hidden(groups), ["consultations"], appointments=[])
    assert json.loads(written(whole)) == whole
    assert whole["groups"] == {group: stripped(values) for group, values in groups.items()}


def test_document_says_what_it_lacks_and_where_it_is() -> None:
    whole = document("personal-space", AT, {}, list(ELSEWHERE))
    assert {one["from"] for one in whole["not_included"]} == {"personal-space", "organisation"}
    assert whole["made_at"] == "2026-11-28T09:30:00+00:00"


def test_document_with_a_member_that_the_schema_does_not_know_is_not_as_documented() -> None:
    members = (
        "followup_statuses",
        "programmes",
        "due_steps",
        "appointments",
        "trainings",
        "attachments",
        "followed_by",
        "corrections",
    )
    kept: dict[str, Any] = {member: [] for member in members}
    page = "https://console.example/mon-espace/documents/"
    whole = document("personal-space", AT, {"identity": {}}, ["messages"], attachments_page=page, **kept)
    assert is_as_documented(whole)
    assert not is_as_documented({**whole, "author": "somebody"})
    assert not is_as_documented({**whole, "version": 2})
    assert not is_as_documented({**whole, "groups": {"agent": {}}})
    assert not is_as_documented({name: one for name, one in whole.items() if name != "attachments"})
