"""Every template in both languages: whole sentences, links to the console, nobody's name, no head forged."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.containing import Extent
from beffroi.core.partners import Matter
from beffroi.core.sweeping import COUNTED, Reason
from beffroi.guard.containing.words import KINDS
from beffroi.guard.notifying import references, writing
from beffroi.guard.notifying.references import Plain, WrongReference
from beffroi.guard.notifying.template_codes import Template
from beffroi.guard.notifying.templates import EXTENTS, MATTERS, SUSPENSIONS, TEXTS
from beffroi.guard.notifying.writing import Told, Unwritable, ascii_address, body, document
from beffroi.guard.sweeping.escalating import FEW, NO_MANAGER
from tests.guard.notifying.mailbox import CONSOLE, SENDER, read, text_of

ID = "0198c0de-0000-4000-8000-000000000001"
AT = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)


def some(template: Template) -> Told:
    """A message of this template, with a value of each reference's type."""
    values: dict[str, references.Value] = {}
    for name, kind in TEXTS[template].refs.items():
        if kind is Plain.ID:
            values[name] = ID
        elif kind is Plain.DAY:
            values[name] = AT
        elif kind is Plain.COUNT:
            values[name] = 3
        else:
            assert not isinstance(kind, Plain)
            values[name] = next(iter(kind))
    return Told(template, references.written(TEXTS[template].refs, values))


@pytest.mark.parametrize("template", Template)
def test_template_is_told_whole_in_french_and_in_english(template: Template) -> None:
    mail = read(document(body([some(template)], CONSOLE), to="a@b.example", sender=SENDER, identifier=ID, at=AT))
    text, page = text_of(mail), text_of(mail, "html")
    told = TEXTS[template]
    assert mail["Subject"] == f"Beffroi : {told.subject.fr}"
    assert told.subject.en in text
    for shown in (text, page):
        assert "{" not in shown
        assert shown.count(f"{CONSOLE}{told.path.format(**dict.fromkeys(told.refs, ID))}") >= 2
        assert writing.NEVER.fr in shown.replace("&#x27;", "'")
        assert writing.NEVER.en in shown.replace("&#x27;", "'")
    french, _, english = text.partition("-- English --")
    for half, label in ((french, told.todo.fr), (english, told.todo.en)):
        assert label in half
    if Plain.DAY in told.refs.values():
        assert "28/11/2026" in french  # the day it is in Paris
        assert "28/11/2026" in english
    assert all(ord(one) < 128 for one in mail.as_bytes().decode("ascii"))


@pytest.mark.parametrize("template", Template)
def test_template_uses_its_references_and_no_other(template: Template) -> None:
    told = TEXTS[template]
    for label in (told.what, told.subject, told.todo):
        used = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (label.fr, label.en)]
        assert used[0] == used[1] <= told.refs.keys()
    for text in (told.many.fr, told.many.en):
        assert [name for _, name, _, _ in string.Formatter().parse(text) if name] == ["count"]


def test_mail_that_gathers_says_each_kind_once_with_its_count() -> None:
    said = body([some(Template.CONTAINED), *[some(template) for template in Template]], CONSOLE)
    french = [part.fr for part in said.parts]
    assert "Confinements décidés : 2" in french
    assert len([part for part in french if part.endswith((": 1", ": 2"))]) == len(Template)


def test_codes_of_the_law_have_their_words() -> None:
    assert EXTENTS.keys() == {extent.value for extent in Extent}
    assert KINDS.keys() == EXTENTS.keys()
    assert MATTERS.keys() == {matter.value for matter in Matter}
    assert SUSPENSIONS.keys() >= {reason.value for reason in COUNTED}
    assert SUSPENSIONS.keys() >= {Reason.UNATTESTED, Reason.UNREVIEWED, Reason.NOTHING_LEFT}
    assert TEXTS[Template.ESCALATED].refs["kind"].keys() == {NO_MANAGER, *FEW.values()}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Plain.ID, "0198C0DE-0000-4000-8000-000000000001"),
        (Plain.ID, f"{ID}\r\nBcc: thief@example.org"),
        (Plain.ID, "Nora Petit"),
        (Plain.COUNT, -1),
        (Plain.COUNT, True),
        (Plain.COUNT, "3"),
        (Plain.DAY, "2026-11-31"),
        (Plain.DAY, "demain"),
        ({"idle": SUSPENSIONS["idle"]}, "Idle"),
    ],
)
def test_reference_of_another_type_is_refused(kind: references.Kind, value: references.Value) -> None:
    with pytest.raises(WrongReference) as refused:
        references.written({"one": kind}, {"one": value})
    assert str(value) not in str(refused.value)


@given(st.text(max_size=60))
def test_no_text_becomes_a_reference(text: str) -> None:
    for template in Template:
        for name, kind in TEXTS[template].refs.items():
            if isinstance(kind, Plain) or text not in kind:
                with pytest.raises(WrongReference):
                    references.written({name: kind}, {name: text})
        with pytest.raises(WrongReference):
            references.said(TEXTS[template].refs, text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_the_address_a_mail_has_the_heads_it_should_and_one_recipient(local: str, domain: str) -> None:
    try:
        made = document(writing.trial(CONSOLE), to=f"{local}@{domain}", sender=SENDER, identifier=ID, at=AT)
    except Unwritable:
        return
    heads = made.split(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ").split("\r\n")
    assert [head.partition(":")[0] for head in heads] == [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
        "Content-Language",
    ]  # fmt: skip
    assert len(read(made)["To"].addresses) == 1


def test_address_of_an_international_domain_is_written_in_ascii() -> None:
    assert ascii_address("nora@école.fr") == "nora@xn--cole-9oa.fr"
