"""Identifying values as a thief may meet them: as they are, normalised, encoded, hashed, word by word."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.normalisation import agency_id_key, email_key, first_name_key, name_key, phone_key
from beffroi.simulation.agents import Agent
from beffroi.simulation.people import Person


class Kind(StrEnum):
    """What a value is. Names, words, places and days may also be public words: see :data:`PUBLIC_WORDS`."""

    NIR = "nir"
    AGENCY_ID = "agency id"
    EMAIL = "e-mail"
    PHONE = "phone"
    ADDRESS = "address"
    FREE_TEXT = "free text"
    FULL_NAME = "full name"
    NAME = "name"
    WORD = "word of a name"
    PLACE = "place"
    DAY = "birth date"


PUBLIC_WORDS: Final = frozenset({Kind.NAME, Kind.WORD, Kind.PLACE, Kind.DAY})
"""Kinds of which a value may stand in open data as well: towns and organisations bear names of people."""
SHORTEST: Final = 3
"""Letters of the shortest word searched."""
WHOLE_WORD_BELOW: Final = 6
"""Bytes under which a pattern would be met by chance in random bytes: it counts as a whole word, in texts only."""
_SHORTEST_CODED: Final = 8
_WORDS: Final = re.compile(r"[^\W\d_]+")


class Value(NamedTuple):
    """One identifying value."""

    kind: Kind
    text: str


class Pattern(NamedTuple):
    """Bytes to look for, and how they stand for a value."""

    content: bytes
    encoding: str


def of_person(person: Person) -> Iterator[Value]:
    """Everything identifying in a file."""
    yield from _of_names(person.last_name, person.birth_name, person.first_names)
    yield from _of_names(person.legal_representative_last_name, "", person.legal_representative_first_name)
    for kind, text in (
        (Kind.NIR, person.nir),
        (Kind.AGENCY_ID, person.agency_id),
        (Kind.EMAIL, person.email),
        (Kind.EMAIL, person.legal_representative_email),
        (Kind.PHONE, person.phone),
        (Kind.PHONE, person.legal_representative_phone),
        (Kind.ADDRESS, person.address_line),
        (Kind.FREE_TEXT, person.notes),
        (Kind.PLACE, person.birth_place),
        (Kind.PLACE, person.city),
        (Kind.DAY, person.birth_date.isoformat()),
    ):
        if text:
            yield Value(kind, text)


def of_agent(agent: Agent) -> Iterator[Value]:
    """Everything identifying of a colleague (incident 2 took both)."""
    yield from _of_names(agent.last_name, "", agent.first_name)
    yield Value(Kind.EMAIL, agent.email)
    yield Value(Kind.PHONE, agent.phone)


def _of_names(last_name: str, birth_name: str, first_names: str) -> Iterator[Value]:
    names = [name.strip() for name in (last_name, birth_name, *first_names.split(",")) if name.strip()]
    first = first_names.split(",")[0].strip()
    if last_name and first:
        yield Value(Kind.FULL_NAME, f"{first} {last_name}")
        yield Value(Kind.FULL_NAME, f"{last_name} {first}")
    for name in names:
        yield Value(Kind.NAME, name)
        for word in _WORDS.findall(name):
            if len(word) >= SHORTEST:
                yield Value(Kind.WORD, word)


def forms(value: Value) -> dict[str, str]:
    """Spellings of a value, by what they are; the raw one always."""
    kind, text = value
    found = {"raw": text}
    normalised: object = None
    if kind in (Kind.NAME, Kind.WORD, Kind.FULL_NAME):
        found |= {"lower": text.lower(), "upper": text.upper()}
        normalised = first_name_key(text) if kind is Kind.WORD else name_key(text)
    elif kind is Kind.EMAIL:
        found |= {"lower": text.lower(), "local part": text.partition("@")[0]}
        normalised = email_key(text)
    elif kind is Kind.PHONE:
        found["spaced"] = " ".join(text[at : at + 2] for at in range(0, len(text), 2))
        normalised = phone_key(text)
    elif kind is Kind.AGENCY_ID:
        normalised = agency_id_key(text)
    elif kind is Kind.NIR:
        found["spaced"] = " ".join((text[0], text[1:3], text[3:5], text[5:7], text[7:10], text[10:13], text[13:]))
        found["without key"] = text[:13]
    elif kind is Kind.DAY:
        year, month, day = text.split("-")
        found["french"] = f"{day}/{month}/{year}"
    if type(normalised) is str and len(normalised) >= SHORTEST:
        found["normalised"] = normalised
    return found


def patterns(value: Value) -> Iterator[Pattern]:
    """All that is searched for one value."""
    seen: set[bytes] = set()
    for form, text in forms(value).items():
        raw = text.encode()
        if raw in seen:
            continue
        seen.add(raw)
        yield Pattern(raw, form)
        for coding in ("latin-1", "utf-16-le"):
            other = text.encode(coding, "ignore")
            if other != raw and len(other) >= WHOLE_WORD_BELOW:
                yield Pattern(other, f"{form}, {coding}")
        if form in ("raw", "normalised", "lower"):
            yield from _coded(raw, form)
            for name in ("md5", "sha1", "sha256"):
                digest = hashlib.new(name, raw, usedforsecurity=False).digest()
                yield Pattern(digest, f"{form}, {name}")
                yield Pattern(digest.hex().encode(), f"{form}, {name} hex")
                yield Pattern(b64encode(digest).rstrip(b"=")[:20], f"{form}, {name} base64")


def _coded(raw: bytes, form: str) -> Iterator[Pattern]:
    """Hexadecimal, and base64 wherever the value begins in the encoded text (RFC 4648 section 4)."""
    if len(raw) * 2 >= 2 * WHOLE_WORD_BELOW:
        lower, upper = raw.hex(), raw.hex().upper()
        yield Pattern(lower.encode(), f"{form}, hex")
        if upper != lower:
            yield Pattern(upper.encode(), f"{form}, hex upper")
    for shift in range(3):
        encoded = b64encode(bytes(shift) + raw)
        # Only the characters that do not depend on what stands before and after.
        core = encoded[(0, 2, 3)[shift] : (len(raw) + shift) * 8 // 6]
        if len(core) >= _SHORTEST_CODED:
            yield Pattern(core, f"{form}, base64")


def distinct(values: Iterable[Value]) -> list[Value]:
    """Each value once; a text that is a name and a word is searched as the name."""
    found: dict[str, Value] = {}
    for value in values:
        found.setdefault(value.text, value)
    return list(found.values())
