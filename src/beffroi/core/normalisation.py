"""One form for each way of writing the same identifying value, before it is indexed or compared.

Every function is pure, answers for any text without raising, and is idempotent: normalising a normal form gives
it back. Matching is exact by design, so the forms forgive typography (case, accents, spaces, hyphens) and nothing
else: no phonetics, no nickname, no particle dropped, no provider-specific trick on e-mail addresses.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum, unique
from typing import Final

MAX_NAME_LENGTH: Final = 200
MAX_EMAIL_LENGTH: Final = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
MAX_PHONE_LENGTH: Final = 40
MAX_POSTAL_LENGTH: Final = 500
MAX_AGE_YEARS: Final = 125


@unique
class NormalisationRefusal(StrEnum):
    """Why a text has no normal form."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NAME = "name_without_letter"
    EMAIL = "email_malformed"
    PHONE = "phone_malformed"
    DATE = "date_malformed"
    DATE_IMPOSSIBLE = "date_impossible"
    DATE_FUTURE = "date_future"
    DATE_TOO_OLD = "date_too_old"
    AGENCY_ID = "agency_id_malformed"
    POSTCODE = "postcode_malformed"

    @property
    def sentence(self) -> str:
        """What to tell the person who typed it, in French. Never repeats the value."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    NormalisationRefusal.EMPTY: "Ce champ est vide.",
    NormalisationRefusal.TOO_LONG: "Ce texte est trop long.",
    NormalisationRefusal.NAME: "Un nom compte au moins une lettre.",
    NormalisationRefusal.EMAIL: "Cette adresse électronique n’est pas valide (exemple\u00a0: nom@exemple.fr).",
    NormalisationRefusal.PHONE: (
        "Ce numéro de téléphone n’est pas valide\u00a0: dix chiffres commençant par 0, ou + suivi de l’indicatif."
    ),
    NormalisationRefusal.DATE: "Une date s’écrit jour/mois/année, par exemple 05/03/2004.",
    NormalisationRefusal.DATE_IMPOSSIBLE: "Cette date n’existe pas dans le calendrier.",
    NormalisationRefusal.DATE_FUTURE: "Cette date de naissance est dans le futur.",
    NormalisationRefusal.DATE_TOO_OLD: "Cette date de naissance est trop ancienne.",
    NormalisationRefusal.AGENCY_ID: (
        "Un identifiant France Travail compte 11 caractères (10 chiffres puis un chiffre ou une lettre) "
        "ou 8 (7 chiffres puis un chiffre ou une lettre)."
    ),
    NormalisationRefusal.POSTCODE: "Un code postal compte cinq chiffres.",
}

# Letters that Unicode does not decompose and that people write with plain ones. Casefold already turns ß into ss.
_LIGATURES: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ĳ": "ij", "ŋ": "n"}
)
_NAME_SEPARATORS: Final = re.compile(r"[\s,;\-\u2010-\u2015/]+")


def _fold(text: str) -> str:
    # Unicode 3.13, D145-D146: decompose, fold, decompose again, so that the result is stable.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return folded.casefold().translate(_LIGATURES)


def _kept(character: str) -> bool:
    # Modifier letters (category Lm) are how some keyboards write an apostrophe: ʼ, ʻ.
    return character.isalnum() and unicodedata.category(character) != "Lm"


def _fold_letters(text: str) -> str:
    for _ in range(3):  # almost always stable after one pass; a few exotic letters need a second
        before, text = text, "".join(filter(_kept, _fold(text)))
        if text == before:
            break
    return text


# What the slow way answers for each Latin letter and usual mark of a name, so that an import of millions of
# people seldom takes it. Folding looks at one character at a time, so both ways agree.
_LATIN: Final = {
    code: _fold_letters(chr(code))
    for block in (range(0xA0, 0x250), range(0x1E00, 0x1F00), range(0x2000, 0x2030))
    for code in block
}


def _letters(text: str) -> str:
    if not text.isascii():
        text = text.translate(_LATIN)
        if not text.isascii():
            return _fold_letters(text)
    return "".join(filter(str.isalnum, text.lower()))


def name_key(text: str) -> str | NormalisationRefusal:
    """Letters and digits of a name, small, without accent, ligature, apostrophe, hyphen or space.

    ``Le Gall-Élodie``, ``LE GALL ELODIE`` and ``legall élodie`` share one key. Particles stay: ``de La Tour`` is
    ``delatour`` and is not ``latour``. Names in other scripts keep their letters. At most 200 characters.
    """
    if len(text) > MAX_NAME_LENGTH:
        return NormalisationRefusal.TOO_LONG
    if not text.strip():
        return NormalisationRefusal.EMPTY
    return _letters(text) or NormalisationRefusal.NAME


def first_name_key(text: str) -> str | NormalisationRefusal:
    """Key of the first element of the first names: ``Jean-Pierre, Marie`` and ``Jean Pierre`` both give ``jean``.

    Files disagree on whether a space separates two first names or stands for a hyphen, so only the first element
    can be relied upon to find somebody again. Same refusals as :func:`name_key`.
    """
    if len(text) > MAX_NAME_LENGTH:
        return NormalisationRefusal.TOO_LONG
    if not text.strip():
        return NormalisationRefusal.EMPTY
    for element in _NAME_SEPARATORS.split(text):
        key = _letters(element)
        if key:
            return key
    return NormalisationRefusal.NAME


_EMAIL: Final = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f\ud800-\udfff]{1,64}"
    r"@(?=.{4,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])"
)
# The same on a text of ASCII alone, where a set of characters is one look in a table.
_ASCII_EMAIL: Final = re.compile(
    r"[!#-'*+\-./0-9=?^_`a-z{|}~]{1,64}"
    r"@(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9_-]{0,61}[a-z0-9])",
    re.ASCII,
)


def email_key(text: str) -> str | NormalisationRefusal:
    """Address in small letters, without surrounding space or ``mailto:``.

    RFC 5321 (2.4) lets the local part depend on case; no provider met in this field does, and people type it
    either way. Dots and ``+tag`` are kept: they make different addresses. Quoted local parts are refused.
    """
    if len(text) > MAX_EMAIL_LENGTH + 16:
        return NormalisationRefusal.TOO_LONG
    if text.isascii():  # as it is already in NFC
        address, shape = text.strip().lower(), _ASCII_EMAIL
    else:
        address = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text.strip()).lower())
        shape = _EMAIL
    address = address.removeprefix("mailto:").strip()
    if not address:
        return NormalisationRefusal.EMPTY
    if len(address) > MAX_EMAIL_LENGTH:
        return NormalisationRefusal.TOO_LONG
    if shape.fullmatch(address) is None or ".." in address or address[0] == "." or ".@" in address:
        return NormalisationRefusal.EMAIL
    return address


_PHONE_SEPARATORS: Final = re.compile(r"[\s.\-/()\u2010-\u2015]+")
_INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_NATIONAL: Final = re.compile(r"0[1-9][0-9]{8}")

# National prefix (without the 0) to country code: Arcep decision 2018-0881 as amended, annexes on overseas numbers.
_OVERSEAS: Final = {
    "262": "262", "263": "262", "269": "262", "692": "262", "693": "262", "639": "262", "709": "262",
    "590": "590", "690": "590", "691": "590",
    "594": "594", "694": "594",
    "596": "596", "696": "596", "697": "596",
}  # fmt: skip
# Territories that dial without a leading 0; length of the number after the country code.
_WITHOUT_ZERO: Final = {"508": (6, 9), "681": (6,), "687": (6,), "689": (8,)}
# 06 39 is Mayotte's, except the block that Arcep keeps for works of fiction.
_FICTION_MOBILE: Final = "63998"


def phone_key(text: str) -> str | NormalisationRefusal:
    """Number in E.164 form (``+33612345678``), read as a person in France writes it.

    Ten digits from 01 to 09 are French; overseas prefixes get their own country code (+262, +590, +594, +596), as
    do +508, +681, +687 and +689 written in full. Other countries need ``+`` or ``00``. Short numbers are refused.
    """
    if _NATIONAL.fullmatch(text) is not None:
        return _french(text[1:])
    if len(text) > MAX_PHONE_LENGTH:
        return NormalisationRefusal.TOO_LONG
    number = _PHONE_SEPARATORS.sub("", text.replace("(0)", ""))
    if not number:
        return NormalisationRefusal.EMPTY
    if number.startswith("00"):
        number = "+" + number[2:]
    if _NATIONAL.fullmatch(number):
        return _french(number[1:])
    if _INTERNATIONAL.fullmatch(number) is None:
        return NormalisationRefusal.PHONE
    if number.startswith("+33"):
        rest = number[3:].removeprefix("0")
        if len(rest) != 9 or rest[0] == "0":
            return NormalisationRefusal.PHONE
        return _french(rest)
    country, rest = number[1:4], number[4:]
    if country in _WITHOUT_ZERO:
        return number if len(rest) in _WITHOUT_ZERO[country] else NormalisationRefusal.PHONE
    if country in _OVERSEAS.values():
        rest = rest.removeprefix("0")
        return f"+{country}{rest}" if len(rest) == 9 and rest[0] != "0" else NormalisationRefusal.PHONE
    return number


def _french(nine_digits: str) -> str:
    if nine_digits.startswith(_FICTION_MOBILE):
        return "+33" + nine_digits
    return f"+{_OVERSEAS.get(nine_digits[:3], '33')}{nine_digits}"


_ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FRENCH_DATE: Final = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4})")


def birth_date(text: str, *, today: date) -> date | NormalisationRefusal:
    """Date written ``AAAA-MM-JJ`` (ISO 8601) or ``JJ/MM/AAAA`` (also with dots, hyphens or spaces).

    Refused: a date that the calendar does not have, after ``today``, or more than 125 years before it. Two-digit
    years are refused rather than guessed.
    """
    stripped = text[:64].strip()
    if not stripped:
        return NormalisationRefusal.EMPTY
    if (iso := _ISO_DATE.fullmatch(stripped)) is not None:
        year, month, day = (int(part) for part in iso.groups())
    elif (french := _FRENCH_DATE.fullmatch(stripped)) is not None:
        day, month, year = (int(part) for part in french.groups())
    else:
        return NormalisationRefusal.DATE
    try:
        value = date(year, month, day)
    except ValueError:
        return NormalisationRefusal.DATE_IMPOSSIBLE
    if value > today:
        return NormalisationRefusal.DATE_FUTURE
    if value.year < today.year - MAX_AGE_YEARS:
        return NormalisationRefusal.DATE_TOO_OLD
    return value


_AGENCY_SEPARATORS: Final = re.compile(r"[\s.\-]+")
_AGENCY_ID: Final = re.compile(r"[0-9]{7}[0-9A-Z]|[0-9]{10}[0-9A-Z]")


def agency_id_key(text: str) -> str | NormalisationRefusal:
    """Identifier given by the employment agency, capitals, without separator.

    No public specification exists. Two forms are met in public code and forms and both are accepted: the regional
    one, seven digits then a digit or a letter; the national one, eleven characters, ten digits then a digit or a
    letter. There is no public check character, hence none is checked.
    """
    if _AGENCY_ID.fullmatch(text) is not None:
        return text
    if len(text) > MAX_PHONE_LENGTH:
        return NormalisationRefusal.TOO_LONG
    compact = _AGENCY_SEPARATORS.sub("", text).upper()
    if not compact:
        return NormalisationRefusal.EMPTY
    return compact if _AGENCY_ID.fullmatch(compact) else NormalisationRefusal.AGENCY_ID


def postal_text(text: str) -> str | NormalisationRefusal:
    """Line of an address in capitals without accent or punctuation (NF Z10-011), one space between words."""
    if len(text) > MAX_POSTAL_LENGTH:
        return NormalisationRefusal.TOO_LONG
    for _ in range(3):
        folded = "".join(
            character if character.isalnum() else " "
            for character in _fold(text)
            if not unicodedata.combining(character)
        )
        before, text = text, " ".join(folded.upper().split())
        if text == before:
            break
    return text or NormalisationRefusal.EMPTY


def postcode(text: str) -> str | NormalisationRefusal:
    """Five digits, spaces removed; 00xxx, 96xxx and 99xxx are no French postcode."""
    if len(text) > MAX_PHONE_LENGTH:
        return NormalisationRefusal.TOO_LONG
    compact = "".join(text.split())
    if not compact:
        return NormalisationRefusal.EMPTY
    if re.fullmatch(r"(?:0[1-9]|[1-8][0-9]|9[0-578])[0-9]{3}", compact) is None:
        return NormalisationRefusal.POSTCODE
    return compact
