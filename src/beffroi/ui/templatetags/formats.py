"""Filters that write values as people do, in the language of the page. ``{% load formats %}``"""

from datetime import UTC, date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from beffroi.ui import formatting

register = template.Library()


def _language() -> str:
    return formatting.language_of(get_language())


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def long_date(value: date | None) -> str:
    """« 22 novembre 2026 »; an instant is first brought to the page's time zone. Nothing for None."""
    return "" if value is None else formatting.long_date(_local(value), _language())


@register.filter
def day_date(value: date | None) -> str:
    """« dimanche 22 novembre 2026 »."""
    return "" if value is None else formatting.long_date(_local(value), _language(), weekday=True)


@register.filter
def short_date(value: date | None) -> str:
    """« 22/11/2026 », for tables."""
    return "" if value is None else formatting.short_date(_local(value), _language())


@register.filter
def clock(value: datetime | None) -> str:
    """« 14 h 05 » in the page's time zone."""
    return "" if value is None else formatting.clock(timezone.localtime(value), _language())


@register.filter
def instant(value: datetime | None) -> str:
    """« 22 novembre 2026 à 14 h 05 » in the page's time zone."""
    return "" if value is None else formatting.instant(timezone.localtime(value), _language())


@register.filter
def ago(value: datetime | None) -> str:
    """« il y a 3 jours »."""
    return "" if value is None else formatting.ago(value, datetime.now(UTC), _language())


@register.filter
def number(value: int | None) -> str:
    """« 1 600 000 »."""
    return "" if value is None else formatting.number(value, _language())


@register.filter
def phone(value: str | None) -> str:
    """« 06 39 98 12 34 »."""
    return formatting.phone(value or "")


@register.filter
def nir(value: str | None) -> str:
    """« 2 69 05 49 588 157 80 »."""
    return formatting.nir(value or "")


@register.filter
def french(value: str | None) -> str:
    """French typography over a sentence that no catalogue holds (a reason given by the guard)."""
    text = str(value or "")
    return formatting.french(text) if _language() == "fr" else text


@register.filter
def duration(value: int) -> str:
    """Seconds as a person says them: « 4 heures »."""
    return formatting.duration(value, _language())


@register.simple_tag
def moment(value: datetime, style: str = "ago") -> SafeString:
    """``<time>`` showing « il y a 3 jours » with the full instant as its title; or the reverse of it.

    `style` is ``ago`` or ``instant``.
    """
    shown, title = ago(value), instant(value)
    if style == "instant":
        shown, title = title, shown
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), title, shown)
