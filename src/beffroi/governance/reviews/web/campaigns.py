"""The list of campaigns, and the file of evidence of one."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused, reviews
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.ui.components import Tab
from beffroi.ui.page_numbers import page_number


@require_GET
def campaigns(request: AgentRequest) -> HttpResponse:
    """Campaigns under way, or over, with how far they are."""
    closed = request.GET.get("etat") == "terminees"
    found = request.conversation.ask(reviews.campaigns(closed=closed, page=page_number(request.GET.get("page"))))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    here = reverse("reviews:campaigns")
    state = "etat=terminees&" if closed else ""
    context = {
        "found": found,
        "closed": closed,
        "tabs": (
            Tab(gettext("En cours"), here, current=not closed),
            Tab(gettext("Terminées"), f"{here}?etat=terminees", current=closed),
        ),
        "previous": f"?{state}page={found.page - 1}" if found.page > 1 else "",
        "next": f"?{state}page={found.page + 1}" if found.page < found.pages else "",
    }
    return render(request, "reviews/campaigns.html", context)


@require_GET
def evidence(request: AgentRequest, campaign: UUID) -> HttpResponse:
    """The file of a campaign, byte for byte as the guard hashed it."""
    found = request.conversation.ask(reviews.evidence(str(campaign)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    response = HttpResponse(found.document, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="revue-{campaign}.json"'
    response["Beffroi-SHA256"] = found.sha256
    response["Cache-Control"] = "no-store"
    return response
