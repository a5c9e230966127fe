"""What the doors write and read by shorter ways is what the types would have written and read."""

import re
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beffroi.core.decision import Refusal
from beffroi.core.fields import EVERY
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Granted, Outcome
from beffroi.guard.doors import asked
from beffroi.guard.doors.released import ReleasedAll, result, written, written_all
from beffroi.guard.web import bodies
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Call, Malformed

NOBODY: Any = None
PERSON = "0f9f5d3a-6a1b-4c3d-8e2f-0123456789ab"


def granted(groups: int, entry: Any) -> Granted:
    return Granted(entry, groups, "referent", None, NOBODY, None)


OUTCOMES: list[Outcome] = [
    *(granted(groups, 1 + 977 * groups**4) for groups in range(EVERY + 1)), granted(1, 0), granted(1, None),
    Refusal(Code.PERSON_UNKNOWN), Refusal(Code.BUDGET_ACCOUNT, "day"), *Fault,
]  # fmt: skip


def test_caller_is_told_each_outcome_as_its_type_writes_it() -> None:
    for outcome in OUTCOMES:
        assert written(outcome) == msgspec.json.encode(result(outcome))
    assert written_all(OUTCOMES) == msgspec.json.encode(ReleasedAll([result(outcome) for outcome in OUTCOMES]))
    assert written_all([]) == msgspec.json.encode(ReleasedAll([]))


def read_by(read: Any, body: bytes, kind: bytes = b"application/json") -> Any:
    call = Call("POST", "/v1/open", b"", {b"content-type": kind}, body, "", NOBODY)
    try:
        got = read(call)
    except Malformed as error:
        return error.where, error.expected
    items = got if isinstance(got, tuple) else (got,)
    return [(one.person, one.purpose, one.groups, one.break_glass) for one in items]


person = st.sampled_from(
    [PERSON, PERSON.upper(), PERSON + "\n", PERSON[:-1], PERSON.replace("-", ""), PERSON[1:] + "-", "٣" + PERSON[1:],
     PERSON.replace("0", "\0"), "é", 7, None]
)  # fmt: skip
purpose = st.sampled_from(
    ["follow-up", "Follow", "follow-up\n", "9a", "", "a" * 48, "a" * 49, "a" * 5000, "é", "person", 7, None]
)
groups = st.sampled_from([["identity"], [], ["identity", "contact"], ["secrets"], ["nir"] * 9, "identity", None])
glass = st.sampled_from(
    [None, {"reason": "emergency", "text": "x" * 12}, {"reason": "Emergency", "text": "x" * 12}, {}, 7]
)
items = st.fixed_dictionaries(
    {"person": person, "purpose": purpose, "groups": groups}, optional={"break_glass": glass, "more": st.just(1)}
)
texts = st.one_of(
    st.builds(msgspec.json.encode, items),
    st.sampled_from(
        [b"", b"{", b"[]", b"\xff", b"[" * 5000, b'{"person":"\\ud800","purpose":"a","groups":[]}',
         b'{"person":"%b","purpose":"A","groups":7}' % PERSON.encode(),
         b'{"person":"x","person":"%b","purpose":"a","groups":[]}' % PERSON.encode(),
         b'{"person":"%b","purpose":"a","groups":[],"p\\u0065rson":"x"}' % PERSON.encode()]
    ),
)  # fmt: skip


@given(body=texts)
@example(body=msgspec.json.encode({"person": PERSON, "purpose": "follow-up", "groups": ["identity"]}))
def test_caller_body_is_read_or_refused_as_the_type_with_patterns_would(body: bytes) -> None:
    assert read_by(asked.one, body) == read_by(lambda call: bodies.read(call, asked._OPENING), body)


ONE = '{%s"person":"%s","purpose":"%s","groups":["identity"]%s}'


@given(
    found=st.lists(
        st.tuples(
            st.sampled_from(["", '"purp\\u006fse":"B",', '"p\\u0065rson":"x",', '"person":"x",']),
            st.sampled_from([PERSON, "x", "\\u0030" + PERSON[1:], "\\ud800"]), st.sampled_from(["a", "A", "person"]),
            st.sampled_from(["", ',"person":"x"', f',"person":"{PERSON}"', ',"purpose":"b"', ',"purp\\u006fse":"B"']),
        ), min_size=1, max_size=3,
    )
)  # fmt: skip
def test_attacker_names_somebody_twice_or_in_other_letters_and_is_read_by_the_type_with_patterns(
    found: list[tuple[str, str, str, str]],
) -> None:
    written_items = [ONE % one for one in found]
    alone = written_items[0].encode()
    assert read_by(asked.one, alone) == read_by(lambda call: bodies.read(call, asked._OPENING), alone)
    body = f'{{"items":[{",".join(written_items)}]}}'.encode()
    expected = read_by(lambda call: bodies.read(call, asked._RELEASING).items, body)
    assert read_by(asked.several, body) == expected


@given(found=st.lists(items, max_size=3), more=st.booleans())
def test_caller_items_are_read_or_refused_as_the_type_with_patterns_would(found: list[Any], more: bool) -> None:
    body = msgspec.json.encode({"items": found} | ({"more": 1} if more else {}))
    expected = read_by(lambda call: bodies.read(call, asked._RELEASING).items, body)
    assert read_by(asked.several, body) == expected


def test_caller_other_media_type_is_refused_first() -> None:
    assert read_by(asked.one, b"{", b"text/plain") == ("content-type", "application/json")


@given(
    text=st.one_of(
        st.text(max_size=40), st.from_regex(re.compile(str(bodies.PERSON.pattern))), st.uuids().map(str),
        st.text("0123456789abcdefAF-g\n", min_size=36, max_size=36),
    )
)  # fmt: skip
def test_person_text_is_told_by_its_shape_as_by_its_pattern(text: str) -> None:
    assert bodies.is_person(text.encode()) == (re.search(str(bodies.PERSON.pattern), text) is not None)


@pytest.mark.parametrize("place", range(36))
def test_person_text_with_any_one_character_changed_is_told_as_by_its_pattern(place: int) -> None:
    pattern = re.compile(str(bodies.PERSON.pattern))
    for code in [*range(0x180), 0x663, 0xFF10, 0x1D7CE]:
        text = PERSON[:place] + chr(code) + PERSON[place + 1 :]
        assert bodies.is_person(text.encode()) == (pattern.search(text) is not None), code


OTHER = "ffffffff-0000-4000-8000-0123456789ab"


def body_of(person: str, rest: str = '","purpose":"follow-up","groups":["identity"]}') -> bytes:
    return f'{{"person":"{person}{rest}'.encode()


def strictly(body: bytes, kind: bytes = b"application/json") -> Any:
    return read_by(lambda call: bodies.read(call, asked._OPENING), body, kind)


def test_caller_asks_the_same_of_another_person_and_only_the_person_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = strictly(body_of(OTHER))
    read_by(asked.one, body_of(PERSON))
    monkeypatch.setattr(asked, "_OPENING", None)
    assert read_by(asked.one, body_of(OTHER)) == expected == [(OTHER, "follow-up", ("identity",), None)]


@pytest.mark.parametrize(
    "rest",
    [
        '","purpose":"follow-up","groups":["identity"]}',
        '" , "groups":[],"purpose":"a"}',
        '","purpose":"a","groups":[],"break_glass":null}',
        f'","purpose":"a","groups":[],"person":"{PERSON}"}}',
        f'","purpose":"a","groups":[],"p\\u0065rson":"{PERSON}"}}',
        f'","purpose":"a","groups":[],"break_glass":{{"reason":"a","text":"{"x" * 12}"}}}}',
        '","purpose":"person","groups":[]}',
        '","purpose":"A","groups":[]}',
        '","purpose":"a","groups":[]}' + " " * 300,
    ],
)
@pytest.mark.parametrize(
    "person", [OTHER, OTHER.upper(), "x" * 36, OTHER[:-1] + '"', OTHER[:-1] + "\\", "é" * 18, ""]
)
def test_attacker_ends_a_body_as_one_before_and_it_is_read_as_by_the_type(rest: str, person: str) -> None:
    for known in (PERSON, person):
        read_by(asked.one, body_of(known, rest))
    assert read_by(asked.one, body_of(person, rest)) == strictly(body_of(person, rest))
    assert read_by(asked.one, body_of(person, rest), b"text/plain") == strictly(body_of(person, rest), b"text/plain")


def test_memory_of_bodies_holds_no_free_text_and_is_bounded() -> None:
    glass = '","purpose":"a","groups":[],"break_glass":{"reason":"a","text":"Camille Rousseau"}}'
    read_by(asked.one, body_of(PERSON, glass))
    assert not [rest for rest in asked._rests if b"Rousseau" in rest]
    for number in range(2 * asked.REMEMBERED):
        read_by(asked.one, body_of(PERSON, f'","purpose":"a{number}","groups":[]}}'))
        assert len(asked._rests) <= asked.REMEMBERED
