"""Reports of people, for security officers: the entry, the account, the organisation; never the person."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from beffroi.client import Refused, personal
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.directory import api as directory
from beffroi.governance.transparency.web import words
from beffroi.governance.transparency.web.delaying import delay_url
from beffroi.ui.page_numbers import page_number

_INVENTORY = "inventory"
"""The duty of who may open the page of an account."""


@require_GET
def reports(request: AgentRequest) -> HttpResponse:
    """Those that wait first."""
    found = request.conversation.ask(personal.reports(page_number(request.GET.get("page"))))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    labels = {choice.code: directory.written(choice.label) for choice in found.answers}
    linked = _INVENTORY in request.described.duties
    rows = [
        {
            "report": row,
            "account_url": reverse("exposure:account", args=[row.account]) if linked and row.account else "",
            "delay_url": "" if row.account is None or row.answer else delay_url(row.account),
            "organisation": words.organisation(row.organisation_name),
            "standing": words.standing(row.standing),
            "answer": labels.get(row.answer or "", ""),
        }
        for row in found.rows
    ]
    context = {
        "found": found,
        "rows": rows,
        "choices": list(labels.items()),
        "previous": f"?page={found.page - 1}" if found.page > 1 else "",
        "next": f"?page={found.page + 1}" if found.page < found.pages else "",
    }
    return render(request, "transparency/reports.html", context)


@require_POST
def examine(request: AgentRequest) -> HttpResponse:
    """Say that a report is being looked into."""
    return _back(request.conversation.ask(personal.examine(request.POST.get("signalement", "")[:64])))


@require_POST
def answer(request: AgentRequest) -> HttpResponse:
    """Answer a report by one of the sentences of the list."""
    report, code = request.POST.get("signalement", "")[:64], request.POST.get("reponse", "")[:64]
    moved = request.conversation.ask(personal.answer(report, code))
    if not isinstance(moved, Refused):
        messages.success(request, gettext("La réponse est envoyée : la personne la lit dans son espace."))
    return _back(moved)


def _back(moved: personal.Moved | Refused) -> HttpResponse:
    return (
        RefusalAnswer(moved) if isinstance(moved, Refused) else HttpResponseRedirect(reverse("transparency:reports"))
    )
