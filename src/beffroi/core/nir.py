"""NIR: the number of a person in the national register (RNIPP), also called social-security number.

Sources:

- décret n° 82-103 of 22 January 1982, article 4: thirteen characters, in order sex (1), year of birth (2), month
  of birth (2), place of birth (5), number that tells apart people born there in that period (3);
- Insee, XML types ``NIR`` and ``NIR_Avec_Clé`` (xml.insee.fr/schema/nir.html): admitted characters, key of two
  digits equal to 97 minus the number modulo 97;
- key in Corsica, for a place in 2A or 2B: the letter counts as 0, then 1,000,000 is subtracted for A, 2,000,000
  for B, which is the same as reading 19 for 2A and 18 for 2B;
- months: 01 to 12; 20 to 42 and 50 to 99 are the conventional ones given when the civil record states no month or
  when the series of a month is full;
- places: department and commune (metropolis), 97x or 98x and two digits (overseas), 99 and the country (abroad);
  96 is Tunisia before its independence, 20 Corsica before 1976.

What is accepted as first character: 1 and 2, definitive; 3 and 4 (registration of a person born abroad under way)
and 7 and 8 (waiting number, NIA), provisional, because many young people followed by the network hold one. The
rest is refused. A year has two digits: 1926 and 2026 cannot be told apart and no century is guessed.
"""

from __future__ import annotations

import re
from enum import StrEnum, unique
from typing import Final

from beffroi.core.identifying import Identifying

MAX_INPUT_LENGTH: Final = 40
"""Characters read at most, separators included; longer text is refused unread."""

_SEPARATORS: Final = re.compile(r"[\s.\-\u2010\u2011\u2013]+")
_SHAPE: Final = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}(?:[0-9]{2})?")
_MONTH: Final = re.compile(r"0[1-9]|1[0-2]|[23][0-9]|4[0-2]|[5-9][0-9]")
_PLACE: Final = re.compile(
    r"(?:0[1-9]|[1-8][0-9]|2[AB]|9[0-6])(?!000)[0-9]{3}"  # department, commune
    r"|9[78][0-9](?!00)[0-9]{2}"  # overseas
    r"|99(?!000)[0-9]{3}"  # country
)

# A number written without separator, with its key, every rule but the key's in one pattern: the reading of nearly all
# the numbers of a file. What it does not match is read again slowly, so that the refusal can say which rule it broke.
_COMPLETE: Final = re.compile(
    rf"[123478][0-9]{{2}}(?:{_MONTH.pattern})(?:{_PLACE.pattern})(?!000)[0-9]{{3}}[0-9]{{2}}", re.ASCII
)

SPECIMENS: Final = frozenset({"2690549588157", "2550814168025"})
"""Numbers printed everywhere: the specimen of the Vitale card, and the usual example of the documentation."""


@unique
class NirRefusal(StrEnum):
    """Why a text is not an acceptable NIR; first failing check wins, from shape to key."""

    TOO_LONG = "nir_too_long"
    SHAPE = "nir_shape"
    SEX = "nir_sex"
    MONTH = "nir_month"
    PLACE = "nir_place"
    ORDER = "nir_order"
    KEY = "nir_key"
    SPECIMEN = "nir_specimen"

    @property
    def sentence(self) -> str:
        """What to tell the person who typed it, in French. Never repeats the number."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    NirRefusal.TOO_LONG: "Ce texte est trop long pour un numéro de sécurité sociale.",
    NirRefusal.SHAPE: (
        "Un numéro de sécurité sociale compte 13 caractères, ou 15 avec sa clé\u00a0: "
        "des chiffres, et 2A ou 2B pour la Corse."
    ),
    NirRefusal.SEX: "Le premier chiffre doit être 1 ou 2 (3, 4, 7 ou 8 pour un numéro provisoire).",
    NirRefusal.MONTH: "Les quatrième et cinquième chiffres ne sont pas un mois de naissance possible.",
    NirRefusal.PLACE: "Le département, la commune ou le pays de naissance n’existe pas.",
    NirRefusal.ORDER: "Les trois chiffres avant la clé ne peuvent pas être 000.",
    NirRefusal.KEY: "La clé (les deux derniers chiffres) ne correspond pas au numéro\u00a0: vérifiez la saisie.",
    NirRefusal.SPECIMEN: "Ce numéro est un spécimen, il n’appartient à personne.",
}


class Nir(Identifying):
    """A NIR whose shape, place, month and key have been checked; made by :func:`parse_nir` only.

    ``reveal()`` gives the fifteen characters without separator, Corsican letter in capitals, key included.
    """

    __slots__ = ()

    @property
    def provisional(self) -> bool:
        """True for a waiting number (first digit 3, 4, 7, 8): it will be replaced one day."""
        return self.reveal()[0] not in "12"

    def reveal_sex(self) -> str:
        """``"M"`` or ``"F"``; odd first digits are men, even ones women."""
        return "M" if self.reveal()[0] in "137" else "F"

    def reveal_birth(self) -> tuple[int, int | None]:
        """Year modulo 100, and month from 1 to 12 or None when the number carries a conventional month."""
        text = self.reveal()
        month = int(text[3:5])
        return int(text[1:3]), month if 1 <= month <= 12 else None

    def reveal_birth_place(self) -> str:
        """Five characters: Insee code of the commune, or 99 and the country's three digits."""
        return self.reveal()[5:10]

    def reveal_formatted(self) -> str:
        """As printed on the card: ``2 69 05 49 588 157 80`` (no-break spaces)."""
        t = self.reveal()
        return "\u00a0".join((t[0], t[1:3], t[3:5], t[5:7], t[7:10], t[10:13], t[13:]))


def nir_key(body: str) -> int:
    """Key, 1 to 97, of the thirteen characters of a NIR.

    Raises ValueError when ``body`` is not made of digits once the Corsican letter is replaced.
    """
    if body.isdigit():
        return 97 - int(body) % 97
    number = int(body.replace("A", "0").replace("B", "0"))
    if body[6] == "A":
        number -= 1_000_000
    elif body[6] == "B":
        number -= 2_000_000
    return 97 - number % 97


def parse_nir(text: str) -> Nir | NirRefusal:
    """Read a NIR typed by a person or found in a file, with or without its key.

    Spaces (no-break ones included), dots and hyphens are ignored, letters may be small. Without a key, the key
    is computed: nothing then protects from a slip of the keyboard, so forms should ask for it.
    """
    number = nir_text(text)
    return number if isinstance(number, NirRefusal) else Nir(number)


def nir_text(text: str) -> str | NirRefusal:
    """The fifteen characters of :func:`parse_nir`, bare: for who reads millions and encrypts each at once."""
    if _COMPLETE.fullmatch(text) is not None:
        body = text[:13]
        if nir_key(body) == int(text[13:]) and body not in SPECIMENS and body != body[0] * 13:
            return text
    return _read_slowly(text)


def _read_slowly(text: str) -> str | NirRefusal:
    if len(text) > MAX_INPUT_LENGTH:
        return NirRefusal.TOO_LONG
    compact = (text if text.isalnum() else _SEPARATORS.sub("", text)).upper()
    if _SHAPE.fullmatch(compact) is None:
        return NirRefusal.SHAPE
    body, key = compact[:13], compact[13:]
    refusal = _refusal_of_body(body)
    if refusal is not None:
        return refusal
    expected = f"{nir_key(body):02d}"
    if key and key != expected:
        return NirRefusal.KEY
    # After the key, so that a mistyped number is never told to be a specimen.
    if body in SPECIMENS or body == body[0] * 13:
        return NirRefusal.SPECIMEN
    return body + expected


def _refusal_of_body(body: str) -> NirRefusal | None:
    if body[0] not in "123478":
        return NirRefusal.SEX
    if _MONTH.fullmatch(body[3:5]) is None:
        return NirRefusal.MONTH
    if _PLACE.fullmatch(body[5:10]) is None:
        return NirRefusal.PLACE
    if body[10:] == "000":
        return NirRefusal.ORDER
    return None
