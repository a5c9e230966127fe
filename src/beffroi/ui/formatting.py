"""How dates, numbers and identifiers are written for people. Pure: the language is an argument.

French usage follows the *Lexique des règles typographiques en usage à l'Imprimerie nationale*: no-break space
before « : » and inside guillemets, narrow no-break space before « ; ! ? » and between thousands, « 1er » for the
first of a month, « 14 h 05 » for an hour, a number kept on the line of what it counts.
"""

import re
from datetime import date, datetime
from itertools import pairwise

NBSP = "\u00a0"
NARROW = "\u202f"
_SPACES = " " + NBSP + NARROW

_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
        "septembre", "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August",
        "September", "October", "November", "December",
    ),
}  # fmt: skip
_DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
# Metropolitan France and the overseas departments share the ten-digit national plan (ARCEP).
_FRENCH_PREFIXES = ("33", "262", "590", "594", "596")
_NIR = re.compile(r"^[1-478]\d{2}\d{2}(?:\d{2}|2[AB])\d{3}\d{3}(?:\d{2})?$")


def language_of(code: str | None) -> str:
    """The language this module writes for a locale `code`: ``en`` for English ones, ``fr`` for all others."""
    return "en" if (code or "").lower().startswith("en") else "fr"


def long_date(day: date, language: str, *, weekday: bool = False) -> str:
    """« 22 novembre 2026 », « 1er mai 2026 »; with `weekday`, « dimanche 22 novembre 2026 »."""
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    text = f"{number}{NBSP}{_MONTHS[language][day.month - 1]}{NBSP}{day.year}"
    return f"{_DAYS[language][day.weekday()]} {text}" if weekday else text


def short_date(day: date, language: str) -> str:
    """« 22/11/2026 » (the same in British English)."""
    return f"{day:%d/%m/%Y}"


def clock(moment: datetime, language: str) -> str:
    """Hour and minute: « 14 h 05 », « 9 h » in French; 14:05 in English. No conversion of time zone."""
    if language == "en":
        return f"{moment:%H:%M}"
    return f"{moment.hour}{NBSP}h" + (f"{NBSP}{moment.minute:02d}" if moment.minute else "")


def instant(moment: datetime, language: str) -> str:
    """« 22 novembre 2026 à 14 h 05 », in the time zone `moment` carries."""
    return f"{long_date(moment, language)} {'at' if language == 'en' else 'à'} {clock(moment, language)}"


def ago(moment: datetime, now: datetime, language: str) -> str:
    """« il y a 3 jours », « dans 2 heures », « à l’instant » (under a minute). Both instants must be aware.

    Raises ValueError on a naive instant, whose distance to now is unknown.
    """
    if moment.tzinfo is None or now.tzinfo is None:
        raise ValueError("an instant without time zone has no distance to now")
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    if size < 60:
        return "just now" if language == "en" else "à l’instant"
    names = (
        ("minute", "hour", "day", "month", "year") if language == "en" else ("minute", "heure", "jour", "mois", "an")
    )
    lengths = (60, 3600, 86_400, 30 * 86_400, 365 * 86_400)
    index = max(position for position, length in enumerate(lengths) if size >= length)
    count = int(size // lengths[index])
    name = names[index] + ("s" if count > 1 and not names[index].endswith("s") else "")
    amount = f"{count}{NBSP}{name}"
    if language == "en":
        return f"{amount} ago" if seconds > 0 else f"in {amount}"
    return f"il y a {amount}" if seconds > 0 else f"dans {amount}"


def duration(seconds: int, language: str) -> str:
    """« 4 heures », « 1 heure 30 », « 45 minutes »: whole minutes, at least one. In English, 1 hour 30 minutes."""
    hours, minutes = divmod(max(seconds // 60, 1), 60)
    hour, amounts = ("hour" if language == "en" else "heure"), []
    if hours:
        amounts.append(f"{hours}{NBSP}{hour}{'s' if hours > 1 else ''}")
    if minutes and hours and language != "en":
        amounts.append(f"{minutes:02d}")
    elif minutes:
        amounts.append(f"{minutes}{NBSP}minute{'s' if minutes > 1 else ''}")
    return NBSP.join(amounts) if language != "en" else " ".join(amounts)


def number(value: int, language: str) -> str:
    """Thousands apart: « 1 600 000 » with narrow no-break spaces, 1,600,000 in English."""
    grouped = f"{value:,}"
    return grouped if language == "en" else grouped.replace(",", NARROW)


def phone(text: str) -> str:
    """« 06 39 98 12 34 » for any French notation; a foreign or unreadable number comes back as it was typed."""
    digits = re.sub(r"[\s.\-()\u00a0\u202f]", "", text.replace("(0)", ""))
    digits = re.sub(r"^00", "+", digits)
    for prefix in _FRENCH_PREFIXES:
        if re.fullmatch(rf"\+{prefix}\d{{9}}", digits):
            digits = "0" + digits[len(prefix) + 1 :]
    if not re.fullmatch(r"0\d{9}", digits):
        return text
    return NBSP.join(digits[start : start + 2] for start in range(0, 10, 2))


def nir(text: str) -> str:
    """« 2 69 05 49 588 157 80 »: the usual groups of the NIR, with or without its key; not a check of the key.

    Anything that is not shaped like a NIR comes back unchanged.
    """
    compact = re.sub(r"\s", "", text).upper()
    if not _NIR.fullmatch(compact):
        return text
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    parts = [compact[start:end] for start, end in pairwise(cuts)]
    return NBSP.join(part for part in parts if part)


def french(text: str) -> str:
    """French typography over text typed with ordinary spaces and straight apostrophes; idempotent.

    Touches only places where a space was typed (so never a URL, an hour such as 14:05, nor ``a?b=c``), and never
    the inside of an HTML tag or of a %(placeholder)s.
    """
    pieces = re.split(r"(<[^>]*>|%\(\w+\)[sd])", text)
    return "".join(piece if index % 2 else _french(piece) for index, piece in enumerate(pieces))


def _french(text: str) -> str:
    text = re.sub(r"(?<=\w)'(?=[\w«])", "’", text)
    # Elision at the end of a piece: what follows is a placeholder or a tag.
    text = re.sub(r"(?<=\b[cdjlmnst])'$|(?<=\bqu)'$", "’", text)
    text = re.sub(rf"«[{_SPACES}]*", "«" + NBSP, text)
    text = re.sub(rf"[{_SPACES}]*»", NBSP + "»", text)
    text = re.sub(rf"[{_SPACES}]+([;!?])(?=\W|$)", NARROW + r"\1", text)
    text = re.sub(rf"[{_SPACES}]+([:%€])(?=\W|$)", NBSP + r"\1", text)
    text = re.sub(r"(?<=\d) (?=(?:h|jours?|millions?|milliards?)\b)", NBSP, text)
    text = re.sub(r"(?<=\d\u00a0h) (?=\d\d\b)", NBSP, text)
    text = re.sub(r"(?<=\bCedex) (?=\d)|(?<=\b\d\d) (?=\d\d\b)", NBSP, text)
    return re.sub(r"(?<=\d) (?=\d{3}\b)", NARROW, text)
