"""From the texts of a row to what the vault stores: checked, normalised, encoded; or the list of what is wrong."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from beffroi.core.ids import is_uuid
from beffroi.core.nir import NirRefusal, parse_nir
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

_SHORTEST: Final = min(LONGEST.values())
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|[\ud800-\udfff]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_COMMUNE: Final = re.compile(r"[0-9](?:[0-9]|[AB])[0-9]{3}")
_FORGET: Final = 1 << 15  # values met often enough to remember: names, dates, codes


class Prepared(NamedTuple):
    """One person ready to be sealed. ``groups`` are clear JSON in the order of the table's columns; ``indexed``
    the normalised values of the six blind indexes; codes of organisations and referents as the file gives them.
    """

    line: int
    id: bytes
    groups: tuple[bytes | None, ...]
    indexed: tuple[str | None, ...]
    follower: str
    referent: str
    followed_since: str
    training_organisation: str


class Reader:
    """Reads rows as of ``today``, so that a birth date in the future is refused.

    ``noted_at`` dates the notes of the file, which carry no date of their own (RFC 3339, UTC).
    """

    def __init__(self, today: date, noted_at: str) -> None:
        self._noted_at = noted_at

        def day(text: str) -> str | NormalisationRefusal:
            value = birth_date(text, today=today)
            return value if isinstance(value, NormalisationRefusal) else value.isoformat()

        self._day = lru_cache(_FORGET)(day)

    def read(self, line: int, values: tuple[str, ...] | None) -> Prepared | list[Problem]:
        """Check every column; all that is wrong with the row is reported at once."""
        if values is None:
            return [Problem(line, "", "row_malformed")]
        problems: list[Problem] = []
        # Two looks at the row as a whole spare most rows sixty looks at a value.
        if max(map(len, values)) > _SHORTEST or not "".join(values).isprintable():
            problems += _unacceptable(line, values)
            if problems:
                return problems
        (
            last_name,
            first_names,
            born,
            person_id,
            birth_name,
            sex,
            birth_place,
            nationality,
            nir,
            agency_id,
            email,
            phone,
            address_line,
            post,
            commune_code,
            city,
            situation,
            education_level,
            housing,
            mobility,
            programme,
            notes,
            training_title,
            training_status,
            training_starts_on,
            lr_last,
            lr_first,
            lr_phone,
            lr_email,
            follower,
            referent,
            followed_since,
            training_organisation,
        ) = map(str.strip, values)

        def wrong(column: str, refusal: NormalisationRefusal | NirRefusal | str) -> None:
            problems.append(Problem(line, column, str(refusal)))

        person = b""
        if not person_id:
            person = _random_id()
        elif is_uuid(person_id):
            person = bytes.fromhex(person_id.replace("-", ""))
        else:
            wrong("person_id", "person_id_malformed")

        last_key, first_key, day = _name(last_name), _first_name(first_names), self._day(born)
        if type(last_key) is not str:
            wrong("last_name", last_key)
        if type(first_key) is not str:
            wrong("first_names", first_key)
        if type(day) is not str:
            wrong("birth_date", day)
        if sex not in ("F", "M", ""):
            wrong("sex", "sex_malformed")

        nir_text = agency_key = email_text = phone_text = post_text = None
        if nir:
            number = parse_nir(nir)
            if isinstance(number, NirRefusal):
                wrong("nir", number)
            else:
                nir_text = number.reveal()
        if agency_id:
            agency_key = agency_id_key(agency_id)
            if type(agency_key) is not str:
                wrong("agency_id", agency_key)
        if email:
            email_text = email_key(email)
            if type(email_text) is not str:
                wrong("email", email_text)
        if phone:
            phone_text = _phone(phone)
            if type(phone_text) is not str:
                wrong("phone", phone_text)
        if post:
            post_text = _postcode(post)
            if type(post_text) is not str:
                wrong("postcode", post_text)
        if commune_code and _COMMUNE.fullmatch(commune_code) is None:
            wrong("commune_code", "commune_code_malformed")
        starts_on = self._date(training_starts_on, "training_starts_on", wrong)
        since = self._date(followed_since, "followed_since", wrong)

        representative = None
        if lr_last or lr_first or lr_phone or lr_email:
            lr_phone_text = _phone(lr_phone) if lr_phone else None
            lr_email_text = email_key(lr_email) if lr_email else None
            if not lr_last:
                wrong("legal_representative_last_name", "representative_name")
            if isinstance(lr_phone_text, NormalisationRefusal):
                wrong("legal_representative_phone", lr_phone_text)
            elif isinstance(lr_email_text, NormalisationRefusal):
                wrong("legal_representative_email", lr_email_text)
            else:
                representative = encode_trusted(
                    LegalRepresentative(
                        last_name=lr_last, first_names=lr_first or None, phone=lr_phone_text, email=lr_email_text
                    )
                )
        if referent and not follower:
            wrong("referent", "referent_alone")
        if problems:
            return problems
        assert isinstance(day, str)

        contact = situation_group = followup = training = None
        if email or phone or address_line or post or commune_code or city:
            contact = encode_trusted(
                Contact(
                    email=email_text,
                    phone=phone_text,
                    address_line=address_line or None,
                    postcode=post_text,
                    city=city or None,
                    commune_code=commune_code or None,
                )
            )
        if situation or education_level or housing or mobility or programme:
            situation_group = encode_trusted(
                Situation(
                    situation=situation or None,
                    education_level=education_level or None,
                    housing=housing or None,
                    mobility=mobility or None,
                    programme=programme or None,
                )
            )
        if notes:
            followup = encode_trusted(Followup(notes=(Note(at=self._noted_at, text=notes),)))
        if training_title or training_status or starts_on:
            training = encode_trusted(
                Training(title=training_title or None, status=training_status or None, starts_on=starts_on)
            )
        identity = encode_trusted(
            Identity(
                last_name=last_name,
                first_names=first_names,
                birth_date=day,
                birth_name=birth_name or None,
                sex="F" if sex == "F" else "M" if sex == "M" else None,
                birth_place=birth_place or None,
                nationality=nationality or None,
            )
        )
        birth_text = None
        if birth_name:
            birth_key = _name(birth_name)
            if birth_key != last_key and not isinstance(birth_key, NormalisationRefusal):
                birth_text = f"{birth_key}|{first_key}|{day}"
        return Prepared(
            line,
            person,
            (
                identity,
                contact,
                None if nir_text is None else encode_trusted(Nir(nir=nir_text)),
                None if agency_key is None else encode_trusted(AgencyId(agency_id=agency_key)),
                situation_group,
                followup,
                training,
                representative,
            ),
            (nir_text, agency_key, email_text, phone_text, f"{last_key}|{first_key}|{day}", birth_text),
            follower,
            referent,
            since or "",
            training_organisation,
        )

    def _date(self, text: str, column: str, wrong: Callable[[str, str], None]) -> str | None:
        """A date that may lie ahead; the empty text is no date."""
        if not text:
            return None
        try:
            return _iso_date(text)
        except ValueError:
            wrong(column, "date_malformed")
            return None


def _unacceptable(line: int, values: tuple[str, ...]) -> Iterator[Problem]:
    for column, value in zip(COLUMNS, values, strict=True):
        if len(value) > LONGEST[column]:
            yield Problem(line, column, "too_long")
        elif _CONTROL.search(value):
            yield Problem(line, column, "encoding" if _SURROGATE.search(value) else "control_character")


_name = lru_cache(_FORGET)(name_key)
_first_name = lru_cache(_FORGET)(first_name_key)
_phone = lru_cache(_FORGET)(phone_key)
_postcode = lru_cache(_FORGET)(postcode)


@lru_cache(_FORGET)
def _iso_date(text: str) -> str:
    """Raises ValueError."""
    if "/" in text:
        text = "-".join(reversed(text.split("/")))
    return date.fromisoformat(text).isoformat()


def _random_id() -> bytes:
    """A random UUID, version 4 (RFC 9562, 5.4)."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    return bytes(raw)
