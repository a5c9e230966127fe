"""My appointments and my trainings: what the console's own tables keep of me, whichever organisation wrote it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused, personal
from beffroi.governance.transparency.web.presence import PersonRequest, in_own_space


@dataclass(frozen=True)
class OwnDate:
    """One appointment or training: ``when`` in words; ``state`` is a word and the tone of its badge."""

    title: str
    when: str
    where: str
    organisation: str
    state: tuple[str, str]
    coming: bool


Dates = tuple[Sequence[OwnDate], Sequence[OwnDate]]
"""Appointments and trainings: what is to come first."""


@cache
def dates() -> Callable[[Sequence[str], Mapping[str, str]], Dates]:
    """What other applications keep: the composition root names it (TRANSPARENCY_DATES_OF_PERSON)."""
    found = import_string(settings.TRANSPARENCY_DATES_OF_PERSON)
    return cast(Callable[[Sequence[str], Mapping[str, str]], Dates], found)


@require_GET
@in_own_space
def own_dates(request: PersonRequest) -> HttpResponse | Refused:
    """All of them, after a proven identity."""
    found = request.conversation.ask(personal.oneself())
    if isinstance(found, Refused):
        return found
    appointments, trainings = dates()(found.people, {one.id: one.name for one in found.organisations})
    context = {
        "coming": [one for one in appointments if one.coming],
        "past": [one for one in appointments if not one.coming],
        "trainings": trainings,
    }
    return render(request, "transparency/own_dates.html", context)


def organisation_of(names: Mapping[str, str], organisation: str) -> str:
    """The organisation's name, where it still follows the person."""
    return names.get(organisation, gettext("Un organisme qui ne vous suit plus"))
