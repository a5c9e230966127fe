"""The list of quotes or of invoices of one's side, by state."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from beffroi.client.in_django import AgentRequest
from beffroi.systems.invoicing import queries
from beffroi.systems.invoicing.keepers import Biller
from beffroi.ui.components import Tab


def view_of(request: AgentRequest, views: Mapping[str, object]) -> str:
    """The view asked for in an address, the first one for whatever is none."""
    said = request.GET.get("vue", "")
    return said if said in views else next(iter(views))


def listed(
    request: AgentRequest,
    who: Biller,
    views: Mapping[str, tuple[Promise, object]],
    view: str,
    context: Mapping[str, object],
) -> HttpResponse:
    """The page of one view; ``context`` is what differs between quotes and invoices."""
    tabs = [Tab(str(label), f"{request.path}?vue={code}", current=code == view) for code, (label, _) in views.items()]
    shared = {"organisation": who.name, "tabs": tabs, "missing": queries.particulars(who.organisation) is None}
    return render(request, "invoicing/list.html", {**shared, **context})
