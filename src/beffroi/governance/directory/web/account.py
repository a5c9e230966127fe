"""Membership choice and the agent's own account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, awareness, calls
from beffroi.client.answers import Session
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.directory.web.access import open_before_choice, open_to_everybody, own_path
from beffroi.governance.directory.web.refusals import Meter
from beffroi.governance.directory.web.words import bucket_label, role_label
from beffroi.ui.shell import Shell


@require_GET
def start(request: AgentRequest) -> HttpResponse:
    """Where an agent's day begins: the first page that the role chosen has."""
    shell: Shell = import_string(settings.UI_SHELL)(request)
    return HttpResponseRedirect(shell.navigation[0].url)


@open_before_choice
@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: AgentRequest) -> HttpResponse:
    """Choose the organisation in whose name one works; everything afterwards is done and journaled under it."""
    onward = own_path(request.GET.get("suite"))
    if request.method == "POST":
        chosen = request.conversation.ask(calls.choose(request.POST.get("membership", "")[:64]))
        return RefusalAnswer(chosen) if isinstance(chosen, Refused) else HttpResponseRedirect(onward)
    if not request.described.memberships:
        return _not_open(request)
    memberships = [(each, role_label(each)) for each in request.described.memberships]
    context = {"memberships": memberships, "current": request.described.habilitation, "onward": onward}
    return render(request, "directory/choice.html", context)


def _not_open(request: AgentRequest) -> HttpResponse:
    """Nothing is in force here: what remains to be done for each habilitation on its way, and those for elsewhere."""
    standing = request.conversation.ask(awareness.standing())
    if isinstance(standing, Refused):
        return RefusalAnswer(standing)
    coming = [each for each in standing.habilitations if each.here]
    elsewhere = [each for each in standing.habilitations if not each.here]
    context = {"standing": standing, "coming": coming, "elsewhere": elsewhere}
    context |= {"now": timezone.now(), "training": reverse(settings.DIRECTORY_TRAINING)}
    return render(request, "directory/not_open.html", context)


@open_before_choice
@require_GET
def account(request: AgentRequest) -> HttpResponse:
    """My session, how strongly I am identified, my memberships and what is left of my budgets."""
    session = request.described
    levels = {
        1: gettext("Identité seule, sans second facteur"),
        2: gettext("Identité et code à usage unique"),
        3: gettext("Identité et clé d'accès"),
    }
    context = {
        "session": session,
        "name": session.display_name.reveal(),
        "level": levels.get(session.level, gettext("Inconnu")),
        "memberships": [(each, role_label(each)) for each in session.memberships],
        "budgets": _meters(session),
        "switch_url": reverse("directory:choice"),
        "training": reverse(settings.DIRECTORY_TRAINING),
        "witness": reverse(settings.DIRECTORY_WITNESS) if "proof" in session.duties else "",
    }
    return render(request, "directory/account.html", context)


def _meters(session: Session) -> list[tuple[str, list[Meter]]]:
    found = []
    for budget in session.budgets:
        label = bucket_label(budget.bucket)
        day = Meter(gettext("Par jour"), budget.spent.day, budget.caps.day, gettext("aujourd'hui"))
        month = Meter(gettext("Par mois"), budget.spent.month, budget.caps.month, gettext("en trente jours"))
        found.append((label, [day, month]))
    return found


@open_to_everybody
@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement (RGAA 4.1, décret 2019-768 article 5)."""
    return render(request, "directory/accessibility.html")
