"""Absences that colleagues cover: those under way and to come, a new one, the end of one."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, relations
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases.following import Absence
from beffroi.systems.cases.web import words
from beffroi.systems.cases.web.entitled import purpose_to_relate
from beffroi.systems.cases.web.trail import below_files

_FIELDS = {
    "colleague-unknown": "account",
    "cover-period": "until_on",
    "cover-exists": "account",
    "too-many-covers": "account",
    "portfolio-full": "account",
}


@require_http_methods(["GET", "HEAD", "POST"])
def covers(request: AgentRequest) -> HttpResponse:
    """The list, and the form; a press of a button ends one."""
    purpose = purpose_to_relate(request)
    ending = request.POST.get("fin", "")[:36]
    if ending:
        ended = request.conversation.ask(relations.end_cover(purpose, ending))
        if isinstance(ended, Refused):
            return RefusalAnswer(ended)
        messages.success(request, gettext("Le remplacement est terminé."))
        return HttpResponseRedirect(reverse("cases:covers"))
    there = request.conversation.ask(relations.colleagues(purpose))
    if isinstance(there, Refused):
        return RefusalAnswer(there)
    form = Absence(there.rows, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        made = request.conversation.ask(
            relations.cover(purpose, typed["absent"], typed["account"], typed["from_on"], typed["until_on"])
        )
        if not isinstance(made, Refused):
            said = ngettext(
                "Le remplacement est prévu : %(count)s personne.", "Le remplacement est prévu : %(count)s personnes.",
                made.people,
            )  # fmt: skip
            messages.success(request, said % {"count": words.number(made.people)})
            return HttpResponseRedirect(reverse("cases:covers"))
        if made.code not in _FIELDS:
            return RefusalAnswer(made)
        form.add_error(_FIELDS[made.code], made.detail)
    found = request.conversation.ask(relations.covers(purpose))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    now = timezone.now()
    context = {
        "form": form,
        "rows": [(row, row.from_at <= now, _last_day(row.until_at)) for row in found.rows],
        "crumbs": below_files(gettext("Remplacer pendant une absence")),
    }  # fmt: skip
    return render(request, "cases/covers.html", context, status=422 if form.is_bound else 200)


def _last_day(until_at: datetime) -> datetime:
    """The last instant that is covered: the day that people read."""
    return until_at - timedelta(seconds=1)
