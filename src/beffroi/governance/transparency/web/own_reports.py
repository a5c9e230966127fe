"""I do not recognise this consultation: said once, then followed."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from beffroi.client import Refused, personal
from beffroi.governance.directory import api as directory
from beffroi.governance.transparency.web import words
from beffroi.governance.transparency.web.consultations import one
from beffroi.governance.transparency.web.presence import PersonRequest, in_own_space


@require_POST
@in_own_space
def report(request: PersonRequest) -> HttpResponse | Refused:
    """Ask once more, then report."""
    named = one(request)
    if named is None:
        return render(request, "transparency/lost_return.html", status=400)
    entry, at = named
    if request.POST.get("confirme") != "oui":
        context = {"entry": entry, "at": at, "quand": at.isoformat(), "who": request.POST.get("par", "")[:300]}
        return render(request, "transparency/report.html", context)
    made = request.conversation.ask(personal.report(entry, at))
    if isinstance(made, Refused):
        return made
    messages.success(
        request, gettext("Votre signalement est enregistré. Une personne chargée de la sécurité le lira.")
    )
    return HttpResponseRedirect(reverse("transparency:own_reports"))


@require_GET
@in_own_space
def own_reports(request: PersonRequest) -> HttpResponse | Refused:
    """What I reported, and what became of it."""
    found = request.conversation.ask(personal.own_reports())
    if isinstance(found, Refused):
        return found
    rows = [
        {
            "report": row,
            "organisation": words.organisation(row.organisation_name),
            "standing": words.standing(row.standing),
            "answer": "" if row.answer is None else directory.written(row.answer),
        }
        for row in found.rows
    ]
    return render(request, "transparency/own_reports.html", {"rows": rows})
