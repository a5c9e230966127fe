"""The personnel file: given, read line by line, then applied when somebody has seen what it means."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, leaving
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.leaving import Applied
from beffroi.governance.leavers import actions
from beffroi.governance.leavers.forms import PersonnelFile
from beffroi.governance.leavers.web import words
from beffroi.ui.files import MOST_BYTES

MOST_PROBLEMS = 200
"""Wrong lines shown at once."""


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: AgentRequest) -> HttpResponse:
    """The form; what the file means; the deed."""
    context: dict[str, object] = {
        "organisation": request.described.membership.organisation.name if request.described.membership else "",
        "tabs": words.tabs(words.FILE),
    }
    if request.method == "POST" and "texte" in request.POST:
        return _apply(request)
    form = PersonnelFile(request.POST, request.FILES) if request.method == "POST" else PersonnelFile()
    if not form.is_bound or not form.is_valid():
        context["form"] = form
        return render(request, "leavers/file.html", context, status=422 if form.is_bound else 200)
    text: str = form.cleaned_data["file"]
    read = request.conversation.ask(leaving.personnel_file(text, apply=False))
    if isinstance(read, Refused):
        return RefusalAnswer(read)
    context |= {
        "form": PersonnelFile(),
        "read": read,
        "text": text,
        "problems": [(each.line, words.expected(each)) for each in read.problems[:MOST_PROBLEMS]],
        "more": max(0, len(read.problems) - MOST_PROBLEMS),
        "useful": bool(read.now or read.later),
    }
    return render(request, "leavers/file.html", context)


def _apply(request: AgentRequest) -> HttpResponse:
    done = actions.apply(request.conversation, request.POST.get("texte", "")[:MOST_BYTES])
    if isinstance(done, Refused):
        return RefusalAnswer(done)
    applied = done.applied or Applied(0, 0, 0, 0)
    messages.success(
        request,
        " ".join(
            [
                ngettext("%(count)s départ fait.", "%(count)s départs faits.", applied.left)
                % {"count": applied.left},
                ngettext(
                    "%(count)s accès prendra fin au dernier jour.",
                    "%(count)s accès prendront fin au dernier jour.",
                    applied.shortened,
                )
                % {"count": applied.shortened},
            ]
        ),
    )
    if applied.waiting or applied.remaining:
        messages.warning(
            request, gettext("Certains départs dépassent ce qu'un fichier peut faire seul : répondez pour chacun.")
        )
        return HttpResponseRedirect(reverse("leavers:waiting"))
    return HttpResponseRedirect(reverse("leavers:people"))
