"""The trend of an account's exposure as a small line, with the same said in words."""

from dataclasses import dataclass

from django.utils.translation import get_language, gettext, ngettext

from beffroi.client.inventory import Recorded
from beffroi.governance.exposure.web.words import number
from beffroi.ui import formatting

WIDTH, HEIGHT, MARGIN = 120, 32, 3
"""Units of the drawing, which is stretched to its place."""


@dataclass(frozen=True)
class Trend:
    """``points`` of a polyline; ``text`` says what it shows; ``days`` are the figures, oldest first."""

    points: str
    text: str
    days: tuple[Recorded, ...]


def trend(days: tuple[Recorded, ...]) -> Trend | None:
    """The line of the figures for 24 hours; None before two days were written down."""
    if len(days) < 2:
        return None
    return Trend(polyline(days), _words(days, [day.direct + day.through for day in days]), days)


def polyline(days: tuple[Recorded, ...]) -> str:
    """Points of the line, from edge to edge; at least two days."""
    values = [day.direct + day.through for day in days]
    top = max(*values, 1)
    began, length = days[0].day.toordinal(), days[-1].day.toordinal() - days[0].day.toordinal()
    return " ".join(
        f"{WIDTH * (day.day.toordinal() - began) / length:.1f},"
        f"{HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * value / top:.1f}"
        for day, value in zip(days, values, strict=True)
    )


def _words(days: tuple[Recorded, ...], values: list[int]) -> str:
    since = formatting.short_date(days[0].day, formatting.language_of(get_language()))
    if values[0] == values[-1]:
        sentence = ngettext(
            "%(now)s personne, comme le %(since)s", "%(now)s personnes, comme le %(since)s", values[-1]
        )
        return sentence % {"now": number(values[-1]), "since": since}
    return gettext("de %(first)s à %(now)s personnes depuis le %(since)s") % {
        "first": number(values[0]),
        "now": number(values[-1]),
        "since": since,
    }
