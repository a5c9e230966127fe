"""Writing to people one follows: what is sent is what was read."""

import re

import pytest

from tests.config.console.stack import Page, Stack
from tests.systems.cases.adviser import Adviser, adviser

__all__ = ["adviser"]
WRITE = "/portefeuille/message/"


def said(adviser: Adviser, step: str, **fields: str) -> Page:
    """The page after a step, for the adviser's own person."""
    listed = adviser.visitor.get("/portefeuille/")
    typed = {"personne": adviser.own, "etape": step, "subject": "workshop", **fields}
    return adviser.visitor.post(WRITE, typed, page=listed)


def next_june(stack: Stack) -> str:
    return f"15/06/{stack.guard.one('SELECT extract(year FROM guard.instant())::int') + 1}"


def test_adviser_who_names_neither_day_nor_hour_is_told_of_both(adviser: Adviser) -> None:
    page = said(adviser, "relire")
    assert page.status == 422
    assert "Indiquez le jour." in page.text
    assert "Indiquez l’heure." in page.text
    assert "Indiquez l’heure." not in said(adviser, "relire", subject="closed").text


@pytest.mark.parametrize("hour", ["14:30", "14h30", "14 h 30", "14\u00a0h\u00a030"])
def test_adviser_reads_what_can_no_longer_be_changed_there_unless_it_is_written_again(
    stack: Stack, adviser: Adviser, hour: str
) -> None:
    day = next_june(stack)
    page = said(adviser, "relire", day=day, hour=hour)
    assert page.status == 200, page.text
    assert re.search(r"14\sh\s30", page.text)
    hidden = page.hidden("Envoyer ce message")
    assert (hidden["day"], hidden["hour"], hidden["subject"]) == (day, hour, "workshop")
    shown = page.html[page.html.index("<main") :]
    assert 'type="radio"' not in shown
    assert 'type="text"' not in shown
    again = said(adviser, "modifier", day=day, hour=hour)
    assert again.status == 200
    assert f'value="{day}"' in again.html
    assert 'type="radio"' in again.html
    assert "Envoyer ce message" not in again.text


def test_adviser_sends_what_was_read(stack: Stack, adviser: Adviser) -> None:
    page = said(adviser, "relire", day=next_june(stack), hour="14:30")
    sent = adviser.visitor.post(WRITE, {**page.hidden("Envoyer ce message"), "etape": "envoyer"}, page=page)
    assert sent.url == "/portefeuille/messages/"
