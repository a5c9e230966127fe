"""Amounts and months as the screens write them."""

from datetime import date

from django.utils import formats
from django.utils.translation import get_language

from beffroi.core.progress import Programme
from beffroi.systems.cases.progress.words import PROGRAMMES
from beffroi.ui import formatting


def amount(cents: int) -> str:
    """« 552,46 € », or “€552.46”."""
    language = formatting.language_of(get_language())
    whole = formatting.number(cents // 100, language)
    if language == "en":
        return f"€{whole}.{cents % 100:02d}"
    return f"{whole},{cents % 100:02d}{formatting.NBSP}€"


def month(text: str) -> str:
    """« novembre 2026 »."""
    return str(formats.date_format(date.fromisoformat(f"{text}-01"), "F Y"))


def programme(code: str) -> str:
    """The name of a programme; its code where this version knows none."""
    return PROGRAMMES[Programme(code)] if code in set(Programme) else code
