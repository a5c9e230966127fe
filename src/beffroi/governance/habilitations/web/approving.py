"""The approver's queue, and the arrivals: who waits for a code, a course, the end of a probation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused, approvals
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.habilitations.api import INVENTORY, REQUEST
from beffroi.governance.habilitations.web import providers, words
from beffroi.governance.habilitations.web.requests import listing, page_of
from beffroi.ui.components import Tab


@require_GET
def queue(request: AgentRequest) -> HttpResponse:
    """Requests that wait for this approver, or all those of the past."""
    closed = request.GET.get("vue") == "closes"
    scope = "organisation" if closed else "to-decide"
    found = request.conversation.ask(approvals.listed(scope, closed=closed, page=page_of(request)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    here = reverse("habilitations:queue")
    tabs = (
        Tab(gettext("À décider"), here, current=not closed, count=None if closed else found.total),
        Tab(gettext("Décidées"), f"{here}?vue=closes", current=closed),
    )
    return render(request, "habilitations/queue.html", {**listing(found, closed), "tabs": tabs})


@require_GET
def arrivals(request: AgentRequest) -> HttpResponse:
    """Colleagues on their way in, and those whose identity is to be checked."""
    found = request.conversation.ask(approvals.under_way())
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    strangers = []
    if INVENTORY in request.described.duties:
        quarantine = request.conversation.ask(approvals.quarantined())
        if isinstance(quarantine, Refused):
            return RefusalAnswer(quarantine)
        strangers = [
            (row, row.name.reveal(), words.reason(row.reason), providers.url_to_ask(row)) for row in quarantine.rows
        ]
    rows = [
        (row, row.name.reveal(), words.written(row.role) if row.role else "", *words.step(row.status))
        for row in found.rows
    ]
    duties = request.described.duties
    context = {
        "rows": rows, "requester": REQUEST in duties, "strangers": strangers, "checks": INVENTORY in duties,
    }  # fmt: skip
    return render(request, "habilitations/arrivals.html", context)
