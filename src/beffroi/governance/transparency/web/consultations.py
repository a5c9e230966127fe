"""Who consulted my file: by day, then by organisation, the last first; and the proof of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from beffroi.client import Refused, personal
from beffroi.client.personal import Consultation
from beffroi.governance.transparency.web import words
from beffroi.governance.transparency.web.presence import PersonRequest, in_own_space
from beffroi.ui.components import Entry
from beffroi.ui.page_numbers import page_number

_MOST_PAGES = 100_000
_USUAL = timedelta(days=365)
_FIRST = date(2000, 1, 1)


class Period(forms.Form):
    """Two days, both included."""

    du = forms.DateField(label=_("Du"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    au = forms.DateField(label=_("Au"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning, and neither is too far."""
        typed = super().clean() or {}
        first, last = typed.get("du"), typed.get("au")
        if first and not _FIRST <= first < date(2190, 1, 1):
            self.add_error("du", gettext("Choisissez un jour plus récent."))
        if last and not _FIRST <= last < date(2190, 1, 1):
            self.add_error("au", gettext("Choisissez un jour plus proche."))
        if first and last and last < first:
            self.add_error("au", gettext("La fin est avant le début : choisissez un jour plus tardif."))
        return typed


@dataclass(frozen=True)
class Line:
    """One consultation as it is read."""

    consultation: Consultation
    job: str
    entries: list[Entry]
    when: str


@dataclass(frozen=True)
class Place:
    """What one organisation did on one day."""

    name: str
    lines: list[Line]


@dataclass(frozen=True)
class Day:
    """One day, with an instant of it to be written as a date."""

    at: datetime
    places: list[Place] = field(default_factory=list)


def by_day(rows: Iterable[Consultation]) -> list[Day]:
    """Days in the order of the rows, the last first; organisations in the order of their last one that day."""
    days = []
    for _day, of_day in groupby(rows, key=lambda row: timezone.localtime(row.at).date()):
        found: dict[str, list[Line]] = {}
        first = None
        for row in of_day:
            first = first or row.at
            entries = [
                Entry(gettext("À quel titre"), words.why(row)),
                *([Entry(gettext("Dans quel but"), words.purpose(row))] if row.purpose else []),
                Entry(gettext("Ce qui a été vu"), words.seen(row)),
            ]
            line = Line(row, words.job(row), entries, row.at.isoformat())
            found.setdefault(words.organisation(row.organisation_name), []).append(line)
        assert first is not None, "a group has a row"
        days.append(Day(first, [Place(name, lines) for name, lines in found.items()]))
    return days


@require_GET
@in_own_space
def consultations(request: PersonRequest) -> HttpResponse | Refused:
    """The list, over the last year unless another period is asked for."""
    today = timezone.localdate()
    usual = {"du": (today - _USUAL).isoformat(), "au": today.isoformat()}
    form = Period(request.GET if {"du", "au"} & request.GET.keys() else usual)
    if not form.is_valid():
        return render(request, "transparency/consultations.html", {"form": form}, status=422)
    first, last = form.cleaned_data["du"], form.cleaned_data["au"]
    page = page_number(request.GET.get("page"), _MOST_PAGES)
    found = request.conversation.ask(
        personal.consultations(from_at=_begins(first), until_at=_begins(last + timedelta(days=1)), page=page)
    )
    if isinstance(found, Refused):
        return found
    context = {
        "form": form,
        "found": found,
        "first": first,
        "last": last,
        "days": by_day(found.rows),
        "previous": _page(first, last, found.page - 1) if found.page > 1 else "",
        "next": _page(first, last, found.page + 1) if found.page < found.pages else "",
    }
    return render(request, "transparency/consultations.html", context)


@require_POST
@in_own_space
def proof(request: PersonRequest) -> HttpResponse | Refused:
    """The proof file of one consultation, to keep."""
    named = one(request)
    if named is None:
        return render(request, "transparency/lost_return.html", status=400)
    found = request.conversation.ask(personal.proof(*named))
    if isinstance(found, Refused):
        return found
    response = HttpResponse(found.proof, content_type="application/octet-stream")
    response["content-disposition"] = f'attachment; filename="{found.name}"'
    return response


def one(request: PersonRequest) -> tuple[int, datetime] | None:
    """The consultation that a form names: its number and instant; the guard judges whether it is this person's."""
    entry, at = request.POST.get("entree", ""), request.POST.get("quand", "")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return None
    if instant.tzinfo is None or not (entry.isascii() and entry.isdigit() and len(entry) < 19 and int(entry)):
        return None
    return int(entry), instant


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone()).astimezone(UTC)


def _page(first: date, last: date, page: int) -> str:
    return "?" + urlencode({"du": first.isoformat(), "au": last.isoformat(), "page": page})
