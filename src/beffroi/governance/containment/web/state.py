"""What is cut now, what one may cut, and what was."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused
from beffroi.client.containment import Cut, Cuts, Options, cuts, options
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.containment.web import words
from beffroi.governance.containment.web.forms import Forms
from beffroi.ui.components import Crumb, Event
from beffroi.ui.page_numbers import page_number


@dataclass(frozen=True)
class Shown:
    """A cut as a page writes it; ``about`` and ``value`` are what asking for it back posts."""

    title: str
    why: str
    who: str
    ended: str
    since_at: datetime
    grave: bool
    about: str
    value: str


@require_GET
def home(request: AgentRequest) -> HttpResponse:
    """The state of the network in large letters, and what can be cut."""
    found, chosen = request.conversation.ask(cuts(over=False)), request.conversation.ask(options())
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    if isinstance(chosen, Refused):
        return RefusalAnswer(chosen)
    return page(request, found, Forms(chosen))


def page(request: AgentRequest, found: Cuts, forms: Forms, status: int = 200) -> HttpResponse:
    """The page, with the form that was refused where there is one."""
    shown = [_shown(cut) for cut in found.cuts]
    context = {
        "cuts": shown, "more": found.total - len(shown), "everything": any(cut.grave for cut in shown),
        "forms": forms, "history_url": reverse("containment:history"),
    }  # fmt: skip
    return render(request, "containment/home.html", context, status=status)


def chosen_of(request: AgentRequest) -> Options | Refused:
    """What this person may cut."""
    return request.conversation.ask(options())


@require_GET
def history(request: AgentRequest) -> HttpResponse:
    """What was cut and is no more."""
    number = page_number(request.GET.get("page"))
    found = request.conversation.ask(cuts(over=True, page=number))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    here = reverse("containment:history")
    context = {
        "crumbs": [Crumb(gettext("Confinement"), reverse("containment:home")), Crumb(gettext("Historique"))],
        "events": [event for cut in found.cuts for event in _events(cut)],
        "previous_url": f"{here}?page={number - 1}" if number > 1 else "",
        "next_url": f"{here}?page={number + 1}" if number < found.pages else "",
        "position": gettext("Page %(page)s sur %(pages)s") % {"page": number, "pages": found.pages},
    }
    return render(request, "containment/history.html", context)


def _shown(cut: Cut) -> Shown:
    suspended = cut.kind == words.SUSPENSION
    return Shown(
        words.title(cut), words.why(cut), words.who(cut), words.ended(cut),
        cut.since_at, cut.kind == "everything", "account" if suspended else "containment",
        cut.scope if suspended else cut.id,
    )  # fmt: skip


def _events(cut: Cut) -> list[Event]:
    title = words.title(cut)
    text = " · ".join(part for part in (words.why(cut), words.who(cut), words.ended(cut)) if part)
    events = [Event(cut.since_at, gettext("Coupé : %(what)s") % {"what": title}, text, "danger")]
    if cut.ended_at is not None:
        events.insert(0, Event(cut.ended_at, gettext("Rendu : %(what)s") % {"what": title}, "", "success"))
    return events
