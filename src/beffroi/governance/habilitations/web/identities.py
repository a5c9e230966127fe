"""Asking for a new proof of somebody's identity: after a quarantine, or for a second factor that was lost."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from beffroi.client import Refused, approvals, leaving
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.habilitations.forms import LostFactorForm
from beffroi.governance.habilitations.web.requests import sent
from beffroi.ui.page_numbers import page_number

LOST = "lost-factor"


@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: AgentRequest) -> HttpResponse:
    """A colleague lost their second factor: which one, out of a page of the organisation's people."""
    found = request.conversation.ask(leaving.people(page_number(request.GET.get("page"), leaving.MOST_PAGES)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    own = request.described.account
    people = [
        (row.account, row.name.reveal())
        for row in found.rows
        if row.status in ("active", "invited") and row.account != own
    ]
    form = LostFactorForm(sorted(people, key=lambda one: one[1]), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = request.conversation.ask(approvals.make("identity", form.body(LOST)))
        if not isinstance(made, Refused):
            messages.success(request, sent(made.needed))
            return HttpResponseRedirect(reverse("habilitations:request", args=[made.request]))
        if made.code == "step-up-required" or made.status in (401, 503):
            return RefusalAnswer(made)
        form.add_error("account", made.detail)
    context = {
        "form": form, "found": found,
        "previous": f"?page={found.page - 1}" if found.page > 1 else "",
        "next": f"?page={found.page + 1}" if found.page < found.pages else "",
    }  # fmt: skip
    return render(request, "habilitations/lost.html", context, status=422 if form.is_bound else 200)


@require_POST
def prove_again(request: AgentRequest) -> HttpResponse:
    """Somebody's sign-in was put in quarantine: their identity is to be proven again, for that reason."""
    body = {"account": request.POST.get("compte", "")[:64], "reason": request.POST.get("motif", "")[:64]}
    made = request.conversation.ask(approvals.make("identity", body))
    if isinstance(made, Refused):
        return RefusalAnswer(made)
    messages.success(request, sent(made.needed))
    return HttpResponseRedirect(reverse("habilitations:request", args=[made.request]))
