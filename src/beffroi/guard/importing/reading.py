"""From the texts of rows to what the vault stores: checked, normalised, encoded; and the list of what is wrong.

Rows are taken some hundreds at a time and worked on column by column. One rule over many values, then the next, costs
a third less than every rule over one row, then the next: what a processor has just used is still at hand.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import compress
from typing import Final, NamedTuple

from beffroi.core.ids import is_uuid
from beffroi.core.nir import nir_text
from beffroi.core.normalisation import (
    NormalisationRefusal,
    agency_id_key,
    birth_date,
    email_key,
    first_name_key,
    name_key,
    phone_key,
    postcode,
)
from beffroi.guard.importing.columns import COLUMNS, LONGEST
from beffroi.guard.importing.problems import Problem
from beffroi.guard.importing.sources import Table
from beffroi.guard.vault.records import (
    AgencyId,
    Contact,
    Followup,
    Identity,
    LegalRepresentative,
    Nir,
    Note,
    Situation,
    Training,
    encode_trusted,
)

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|[\ud800-\udfff]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_COMMUNE: Final = re.compile(r"[0-9](?:[0-9]|[AB])[0-9]{3}")
_REMEMBERED: Final = 1 << 15
_ACCEPTED: Final = {str}
"""Types of a column whose values were all accepted: a refusal is a text of another type."""

Form = Callable[[str], str]
"""The normal form of a value, or a refusal: a ``StrEnum``."""
Texts = Mapping[str, Sequence[str]]
"""Values by column; the empty text is no value."""


class _Refusal(StrEnum):
    ID = "person_id_malformed"
    SEX = "sex_malformed"
    COMMUNE = "commune_code_malformed"
    DATE = "date_malformed"


class People(NamedTuple):
    """People ready to be sealed, by columns of one length.

    ``groups`` are clear JSON, one column a column of the table; ``indexed`` the normalised values of the six blind
    indexes; both empty for none, as are codes of organisations, referents and days, which are the file's.
    """

    lines: Sequence[int]
    ids: Sequence[bytes]
    groups: Sequence[Sequence[bytes]]
    indexed: Sequence[Sequence[str]]
    followers: Sequence[str]
    referents: Sequence[str]
    followed_since: Sequence[str]
    training_organisations: Sequence[str]

    def without(self, lines: set[int]) -> "People":
        """The same, less the people of these lines."""
        keep = [line not in lines for line in self.lines]
        followers, referents, since, training = (list(compress(column, keep)) for column in self[4:])
        return People(
            list(compress(self.lines, keep)),
            list(compress(self.ids, keep)),
            [list(compress(column, keep)) for column in self.groups],
            [list(compress(column, keep)) for column in self.indexed],
            followers, referents, since, training,
        )  # fmt: skip


class Reader:
    """Reads rows as of ``today``, so that a birth date in the future is refused.

    ``noted_at`` dates the notes of the file, which carry no date of their own (RFC 3339, UTC).

    Values that come back from row to row (names, days, codes, situations) are remembered, some tens of thousands of
    each, for as long as the reader lives: a worker of an import, which holds the whole rows anyway and ends with it.
    """

    def __init__(self, today: date, noted_at: str) -> None:
        self._noted_at = noted_at
        remembering = lru_cache(_REMEMBERED)

        def day(text: str) -> str:
            value = birth_date(text, today=today)
            return value if isinstance(value, NormalisationRefusal) else value.isoformat()

        self._name: Form = remembering(name_key)
        self._required: Mapping[str, Form] = {
            "last_name": self._name,
            "first_names": remembering(first_name_key),
            "birth_date": remembering(day),
        }
        later = remembering(_day)
        self._optional: Mapping[str, Form] = {
            "person_id": _id,
            "sex": _sex,
            "nir": nir_text,
            "agency_id": agency_id_key,
            "email": email_key,
            "phone": phone_key,
            "postcode": remembering(postcode),
            "commune_code": remembering(_commune),
            "training_starts_on": later,
            "legal_representative_phone": phone_key,
            "legal_representative_email": email_key,
            "followed_since": later,
        }
        self._situation = remembering(_situation)

    def read(self, table: Table) -> tuple[People, list[Problem]]:
        """Check every column of these rows; all that is wrong with a row is reported at once."""
        problems = [Problem(line, "", "row_malformed") for line in table.malformed]
        lines = table.lines
        texts: Texts = dict(zip(COLUMNS, table.columns, strict=True))
        if found := list(_unacceptable(lines, texts, table.clean)):
            problems += found
            keep = _kept(found, lines)
            lines, texts = list(compress(lines, keep)), _compressed(texts, keep)
        texts = {name: list(map(str.strip, column)) for name, column in texts.items()}
        required = {name: list(map(form, texts[name])) for name, form in self._required.items()}
        optional = {
            name: [form(text) if text else "" for text in texts[name]] for name, form in self._optional.items()
        }
        forms: Texts = required | optional
        if found := [*_refused(lines, forms), *_contradictory(lines, texts)]:
            problems += found
            keep = _kept(found, lines)
            lines, texts, forms = list(compress(lines, keep)), _compressed(texts, keep), _compressed(forms, keep)
        return self._people(lines, texts, forms), problems

    def _people(self, lines: list[int], texts: Texts, forms: Texts) -> People:
        last, first, born = forms["last_name"], forms["first_names"], forms["birth_date"]
        names = [f"{last_key}|{first_key}|{day}" for last_key, first_key, day in zip(last, first, born, strict=True)]
        birth_names = [
            f"{key}|{first_key}|{day}"
            if name and name != last_name and (key := self._name(name)) != last_key and type(key) is str
            else ""
            for name, last_name, last_key, first_key, day in zip(
                texts["birth_name"], texts["last_name"], last, first, born, strict=True
            )
        ]
        return People(
            lines,
            _ids(forms["person_id"]),
            (
                _identities(texts, forms),
                _contacts(texts, forms),
                [encode_trusted(Nir(nir=text)) if text else b"" for text in forms["nir"]],
                [encode_trusted(AgencyId(agency_id=text)) if text else b"" for text in forms["agency_id"]],
                list(map(self._situation, *(texts[name] for name in _SITUATION))),
                self._followups(texts["notes"]),
                _trainings(texts, forms),
                _representatives(texts, forms),
                [b""] * len(lines),  # a file to import holds no sensitive note
            ),
            (forms["nir"], forms["agency_id"], forms["email"], forms["phone"], names, birth_names),
            texts["follower_organisation"],
            texts["referent"],
            forms["followed_since"],
            texts["training_organisation"],
        )

    def _followups(self, notes: Sequence[str]) -> list[bytes]:
        at = self._noted_at
        return [encode_trusted(Followup(notes=(Note(at=at, text=text),))) if text else b"" for text in notes]


def _unacceptable(lines: Sequence[int], texts: Texts, clean: bool) -> Iterator[Problem]:
    """Values too long, or with characters that no file of people holds."""
    for name, column in texts.items():
        longest = LONGEST[name]
        if max(map(len, column), default=0) <= longest and (clean or "".join(column).isprintable()):
            continue
        for line, value in zip(lines, column, strict=True):
            if len(value) > longest:
                yield Problem(line, name, "too_long")
            elif _CONTROL.search(value):
                yield Problem(line, name, "encoding" if _SURROGATE.search(value) else "control_character")


def _refused(lines: Sequence[int], forms: Texts) -> Iterator[Problem]:
    for name, column in forms.items():
        if not _ACCEPTED.issuperset(map(type, column)):
            for line, value in zip(lines, column, strict=True):
                if type(value) is not str:
                    yield Problem(line, name, str(value))


def _contradictory(lines: Sequence[int], texts: Texts) -> Iterator[Problem]:
    """What is wrong between two columns of a row."""
    followers, referents = texts["follower_organisation"], texts["referent"]
    if "" in followers:
        for line, referent, follower in zip(lines, referents, followers, strict=True):
            if referent and not follower:
                yield Problem(line, "referent", "referent_alone")
    named, *others = (texts[name] for name in _REPRESENTATIVE)
    unnamed = [not name for name in named]
    if any(any(compress(column, unnamed)) for column in others):
        for line, name, *rest in zip(lines, named, *others, strict=True):
            if not name and any(rest):
                yield Problem(line, "legal_representative_last_name", "representative_name")


def _kept(problems: Iterable[Problem], lines: Iterable[int]) -> list[bool]:
    wrong = {problem.line for problem in problems}
    return [line not in wrong for line in lines]


def _compressed(texts: Texts, keep: Sequence[bool]) -> Texts:
    return {name: list(compress(column, keep)) for name, column in texts.items()}


def _identities(texts: Texts, forms: Texts) -> list[bytes]:
    return [
        encode_trusted(
            Identity(
                last_name=last_name,
                first_names=first_names,
                birth_date=born,
                birth_name=birth_name or None,
                sex="F" if sex == "F" else "M" if sex == "M" else None,
                birth_place=birth_place or None,
                nationality=nationality or None,
            )
        )
        for last_name, first_names, born, birth_name, sex, birth_place, nationality in zip(
            texts["last_name"],
            texts["first_names"],
            forms["birth_date"],
            texts["birth_name"],
            texts["sex"],
            texts["birth_place"],
            texts["nationality"],
            strict=True,
        )
    ]


def _contacts(texts: Texts, forms: Texts) -> list[bytes]:
    return [
        encode_trusted(
            Contact(
                email=email or None,
                phone=phone or None,
                address_line=line or None,
                postcode=code or None,
                city=city or None,
                commune_code=commune or None,
            )
        )
        if email or phone or line or code or city or commune
        else b""
        for email, phone, line, code, city, commune in zip(
            forms["email"],
            forms["phone"],
            texts["address_line"],
            forms["postcode"],
            texts["city"],
            forms["commune_code"],
            strict=True,
        )
    ]


_SITUATION: Final = ("situation", "education_level", "housing", "mobility", "programme")


def _situation(situation: str, education_level: str, housing: str, mobility: str, programme: str) -> bytes:
    if not (situation or education_level or housing or mobility or programme):
        return b""
    return encode_trusted(
        Situation(
            situation=situation or None,
            education_level=education_level or None,
            housing=housing or None,
            mobility=mobility or None,
            programme=programme or None,
        )
    )


def _trainings(texts: Texts, forms: Texts) -> list[bytes]:
    return [
        encode_trusted(Training(title=title or None, status=status or None, starts_on=starts_on or None))
        if title or status or starts_on
        else b""
        for title, status, starts_on in zip(
            texts["training_title"], texts["training_status"], forms["training_starts_on"], strict=True
        )
    ]


_REPRESENTATIVE: Final = (
    "legal_representative_last_name", "legal_representative_first_name", "legal_representative_phone",
    "legal_representative_email",
)  # fmt: skip


def _representatives(texts: Texts, forms: Texts) -> list[bytes]:
    last, first, phone, email = _REPRESENTATIVE
    return [
        encode_trusted(
            LegalRepresentative(
                last_name=last_name, first_names=first_names or None, phone=number or None, email=address or None
            )
        )
        if last_name
        else b""
        for last_name, first_names, number, address in zip(
            texts[last], texts[first], forms[phone], forms[email], strict=True
        )
    ]


def _id(text: str) -> str:
    return text if is_uuid(text) else _Refusal.ID


def _sex(text: str) -> str:
    return text if text in ("F", "M") else _Refusal.SEX


def _commune(text: str) -> str:
    return text if _COMMUNE.fullmatch(text) else _Refusal.COMMUNE


def _day(text: str) -> str:
    """A date that may lie ahead."""
    if "/" in text:
        text = "-".join(reversed(text.split("/")))
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return _Refusal.DATE


def _ids(texts: Sequence[str]) -> list[bytes]:
    """The 16 bytes of each; a random UUID, version 4 (RFC 9562, 5.4), where there is none."""
    fresh = _random_ids(sum(not text for text in texts))
    return [bytes.fromhex(text.replace("-", "")) if text else next(fresh) for text in texts]


def _random_ids(count: int) -> Iterator[bytes]:
    random = bytearray(os.urandom(16 * count))
    for start in range(0, 16 * count, 16):
        random[start + 6] = random[start + 6] & 0x0F | 0x40
        random[start + 8] = random[start + 8] & 0x3F | 0x80
        yield bytes(random[start : start + 16])
