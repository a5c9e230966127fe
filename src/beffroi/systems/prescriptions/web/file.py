"""The catalogue by file: given, read line by line, applied when somebody has seen what it means; and given back."""

import csv

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client.in_django import AgentRequest
from beffroi.core import catalogue
from beffroi.core.catalogue import Problem, Reading
from beffroi.systems.prescriptions import actions, communes, queries, rights
from beffroi.systems.prescriptions.forms import CatalogueFile
from beffroi.systems.prescriptions.web import words
from beffroi.ui import errors
from beffroi.ui.components import Crumb
from beffroi.ui.files import MOST_BYTES

MOST_PROBLEMS = 200
"""Wrong lines shown at once."""


@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: AgentRequest) -> HttpResponse:
    """The form; what the file means; the deed."""
    if not rights.trains(request.described):
        raise Http404
    if request.method == "POST" and "texte" in request.POST:
        return _apply(request)
    form = CatalogueFile(request.POST, request.FILES) if request.method == "POST" else CatalogueFile()
    context = {**_shared(request), "form": form}
    if not form.is_bound or not form.is_valid():
        return render(request, "prescriptions/file.html", context, status=422 if form.is_bound else 200)
    return _shown(request, form.cleaned_data["file"], context)


def _shared(request: AgentRequest) -> dict[str, object]:
    return {
        "organisation": words.organisation(request.described),
        "crumbs": (
            Crumb(gettext("Mes sessions"), reverse("prescriptions:sessions")),
            Crumb(gettext("Importer un fichier")),
        ),
    }


def _shown(request: AgentRequest, text: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    read = _read(text)
    means = actions.sort(words.keeper(request.described), read.offers)
    problems = sorted((*read.problems, *means.problems), key=lambda each: each.line)
    context |= {
        "form": CatalogueFile(),
        "read": means,
        "text": text,
        "wrong": len(problems),
        "problems": [_problem(each) for each in problems[:MOST_PROBLEMS]],
        "more": max(0, len(problems) - MOST_PROBLEMS),
        "useful": bool(means.new or means.changed),
    }
    return render(request, "prescriptions/file.html", context, status=status)


def _read(text: str) -> Reading:
    return catalogue.read(text, known=communes.known, today=timezone.localdate())


def _problem(problem: Problem) -> tuple[int, str, str]:
    return problem.line, words.column(problem.column), words.expected(problem.wrong)


def _apply(request: AgentRequest) -> HttpResponse:
    text = request.POST["texte"].replace("\r\n", "\n")  # as browsers send what a page holds
    if len(text.encode()) > MOST_BYTES:
        return errors.error_page(request, 400)
    try:
        done = actions.take_in(words.keeper(request.described), _read(text).offers)
    except IntegrityError:  # a colleague added one of these at this very instant: show what the file means now
        return _shown(request, text, _shared(request), status=409)
    new, changed = len(done.new), len(done.changed)
    messages.success(
        request,
        " ".join(
            (
                ngettext("%(count)s session ajoutée.", "%(count)s sessions ajoutées.", new) % {"count": new},
                ngettext("%(count)s session modifiée.", "%(count)s sessions modifiées.", changed)
                % {"count": changed},
            )
        ),
    )
    return HttpResponseRedirect(reverse("prescriptions:sessions"))


@require_GET
def export(request: AgentRequest) -> HttpResponse:
    """The organisation's sessions as a file that `take_in` reads back unchanged; cancelled ones are left out."""
    if not rights.trains(request.described):
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    day = f"{timezone.localdate():%Y-%m-%d}"
    response["content-disposition"] = f'attachment; filename="{gettext("catalogue")}-{day}.csv"'
    response.write("\N{BYTE ORDER MARK}")  # without it, spreadsheets read accents wrong
    writer = csv.writer(response, delimiter=";")
    writer.writerow(catalogue.COLUMNS.values())
    for session in queries.all_of(rights.place_of(request.described)):
        writer.writerow(catalogue.row(queries.offer_of(session)))
    return response
