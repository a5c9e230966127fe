"""Forms of a page as a browser sees them, filled with what belongs there, or with names where codes do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Final

from beffroi.simulation.people import Person

_TEXTS: Final = frozenset({"text", "email", "tel", "search", "date", "time", "number", "url"})
_IDENTITY: Final = re.compile("name|nom|birth|nir|agency|mail|phone|address|city|postcode|value")


@dataclass
class Field:
    """One control; ``options`` are the values one may choose."""

    name: str
    type: str
    value: str = ""
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    """Where it is sent, how, what it asks, and the buttons that say what for."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Read(HTMLParser):
    """Links and forms of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Field | None = None
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Whatever begins."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"])
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
        elif tag == "button" and name:
            form.buttons.append((name, given.get("value", "")))
        elif tag == "select" and name:
            self._select = Field(name, "select")
            form.fields.append(self._select)
        elif tag == "textarea" and name:
            form.fields.append(Field(name, "textarea"))
        elif tag == "input" and name:
            self._input(form, name, given)

    def _input(self, form: Form, name: str, given: dict[str, str]) -> None:
        kind, value = given.get("type", "text"), given.get("value", "")
        known = next((one for one in form.fields if one.name == name and one.type == kind == "radio"), None)
        if known is not None:
            known.options.append(value)
        else:
            form.fields.append(Field(name, kind, value, [value] if kind in ("radio", "checkbox") else []))

    def handle_endtag(self, tag: str) -> None:
        """Whatever ends."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None


def filled(form: Form, person: Person | None, turn: int, *, indiscreet: bool) -> dict[str, str]:
    """What is sent: values that belong there, or with ``indiscreet`` a name or a number in every control.

    Without a ``person`` nobody's name is typed anywhere.
    """
    sent = dict(_filled(form, person, turn, indiscreet=indiscreet))
    if form.buttons:
        name, value = form.buttons[turn % len(form.buttons)]
        sent[name] = value
    return sent


def _filled(form: Form, person: Person | None, turn: int, *, indiscreet: bool) -> Iterator[tuple[str, str]]:
    for one in form.fields:
        options = [value for value in one.options if value]
        if one.type == "hidden":
            yield one.name, one.value
        elif one.type == "textarea":
            yield one.name, story(person)
        elif indiscreet and person is not None and one.type != "file":
            yield one.name, _secrets(person)[turn % 5]
        elif one.type in ("select", "radio") and options:
            yield one.name, options[turn % len(options)]
        elif one.type == "checkbox" and turn % 2:
            yield one.name, one.value or "on"
        elif one.type in _TEXTS:
            yield one.name, _typed(one, person, turn)


def _secrets(person: Person) -> tuple[str, ...]:
    return (
        f"{person.first_names.split(',')[0]} {person.last_name}", person.nir, person.email, person.phone,
        person.address_line,
    )  # fmt: skip


def story(person: Person | None) -> str:
    """A free text that says everything of somebody, or nothing of anybody."""
    if person is None:
        return "Savoir compter et se tenir debout."
    who = f"{person.first_names} {person.last_name}"
    return f"{who}, {person.nir}, {person.phone}, {person.email}, {person.address_line} : reçu ce jour."


def _typed(one: Field, person: Person | None, turn: int) -> str:
    name = one.name.lower()
    if person is not None and _IDENTITY.search(name):
        return _of_identity(name, person, turn)
    if name == "commune":
        return "Riom 63200"
    today = date.today()  # noqa: DTZ011  a form shows the day of here
    day = today if "contact" in name else today + timedelta(days=7 - today.weekday() + turn % 5)
    if one.type == "date" or re.search("day|date|_on$|jour|du$|au$", name):
        return day.isoformat() if one.type == "date" or "day" in name else f"{day:%d/%m/%Y}"
    if "hour" in name or one.type == "time":
        return f"{9 + turn % 8:02d}:{15 * (turn % 4):02d}"
    if one.type == "number" or re.search("minutes|places|km", name):
        return "45"
    return one.value or "Atelier"


def _of_identity(name: str, person: Person, turn: int) -> str:
    known = (
        ("birth_date", f"{person.birth_date:%d/%m/%Y}"), ("birth_name", person.birth_name),
        ("birth_place", person.birth_place), ("first", person.first_names.split(",")[0]), ("nir", person.nir),
        ("agency", person.agency_id), ("mail", person.email), ("phone", person.phone),
        ("address", person.address_line), ("city", person.city), ("postcode", person.postcode),
        ("value", (person.nir, person.email, person.phone)[turn % 3]),
    )  # fmt: skip
    return next((value for part, value in known if part in name), person.last_name)
