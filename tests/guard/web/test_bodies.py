"""A value followed by a line end is another value: it would name the same person, and be found by no index."""

import msgspec
import pytest

from beffroi.guard.vault.records import RecordRefused, convert
from beffroi.guard.web import bodies


@pytest.mark.parametrize(
    ("kind", "value"), [(bodies.PersonText, "00000000-0000-0000-0000-000000000001"), (bodies.Code, "follow-up")]
)
def test_caller_ends_an_identifier_with_a_line_end_is_refused(kind: object, value: str) -> None:
    assert msgspec.convert(value, kind) == value
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value + "\n", kind)


@pytest.mark.parametrize(("group", "value"), [("nir", "105042912345678"), ("agency_id", "1234567A")])
def test_agent_ends_a_number_with_a_line_end_is_refused(group: str, value: str) -> None:
    convert(group, {group: value})
    with pytest.raises(RecordRefused):
        convert(group, {group: f"{value}\n"})
