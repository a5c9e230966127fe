"""Look at the cost, cut, ask for it back. Everything is posted."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, containment
from beffroi.client.containment import Options, Preview
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.containment.web import words
from beffroi.governance.containment.web.forms import Forms
from beffroi.governance.containment.web.state import chosen_of
from beffroi.governance.containment.web.state import page as home_page
from beffroi.ui.components import Crumb

_OF_A_FIELD = frozenset({"nothing-to-cut", "address-wrong", "malformed"})
_SAID_ON_THE_PAGE = frozenset(
    {"already-cut", "last-to-lift", "not-in-that-state", "already-requested", "too-few-approvers"}
)
_USUAL = {"everything": "intrusion", "application": "intrusion", "groups": "notice-received"}
_GONE = 303


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: AgentRequest) -> HttpResponse:
    """What it would cost; cuts nothing."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("containment:home"))
    options = chosen_of(request)
    if isinstance(options, Refused):
        return RefusalAnswer(options)
    forms = Forms(options, _sent(request))
    if forms.bound is None or not forms.bound.is_valid():
        return _again(request, forms)
    kind, scope, email, groups = forms.bound.target()
    found = request.conversation.ask(containment.preview(kind, scope=scope, email=email, groups=groups))
    if isinstance(found, Refused):
        if found.code not in _OF_A_FIELD:
            return RefusalAnswer(found)
        forms.bound.add_error("email" if email else None, found.detail)
        return _again(request, forms)
    return render(request, "containment/preview.html", _context(found, options))


@require_http_methods(["POST"])
def cut(request: AgentRequest) -> HttpResponse:
    """Cut it."""
    sent = request.POST
    call = containment.make(
        sent.get("kind", "")[:20], scope=sent.get("scope", "")[:64] or None,
        groups=tuple(sent.getlist("groups")[:8]), reason=sent.get("reason", "")[:48],
    )  # fmt: skip
    done = request.conversation.ask(call)
    if isinstance(done, Refused):
        return _said(request, done)
    text = ngettext(
        "C'est coupé. %(number)s session a été fermée.", "C'est coupé. %(number)s sessions ont été fermées.",
        done.sessions,
    ) % {"number": words.number(done.sessions)}  # fmt: skip
    messages.success(request, text)
    return HttpResponseRedirect(reverse("containment:home"), status=_GONE)


@require_http_methods(["POST"])
def give_back(request: AgentRequest) -> HttpResponse:
    """Ask for a containment to be lifted, or a suspended account to be restored."""
    account = request.POST.get("account", "")[:36]
    call = containment.restore(account) if account else containment.lift(request.POST.get("containment", "")[:36])
    made = request.conversation.ask(call)
    if isinstance(made, Refused):
        return _said(request, made)
    text = ngettext(
        "La demande est faite. %(number)s personne doit l'approuver ; rien n'est rendu avant.",
        "La demande est faite. %(number)s personnes doivent l'approuver ; rien n'est rendu avant.",
        made.needed,
    ) % {"number": made.needed}
    messages.success(request, text)
    return HttpResponseRedirect(reverse("containment:home"), status=_GONE)


def _sent(request: AgentRequest) -> dict[str, object]:
    """What was posted, each name once; only the groups are several."""
    single = {name: request.POST.get(name, "")[:254] for name in ("kind", "scope", "email")}
    return {**single, "groups": request.POST.getlist("groups")[:8]}


def _again(request: AgentRequest, forms: Forms) -> HttpResponse:
    found = request.conversation.ask(containment.cuts(over=False))
    return RefusalAnswer(found) if isinstance(found, Refused) else home_page(request, found, forms, 422)


def _said(request: AgentRequest, refused: Refused) -> HttpResponse:
    """Said on the page itself where nothing is lost by it."""
    if refused.code not in _SAID_ON_THE_PAGE:
        return RefusalAnswer(refused)
    messages.warning(request, refused.detail)
    return HttpResponseRedirect(reverse("containment:home"), status=_GONE)


def _context(found: Preview, options: Options) -> dict[str, object]:
    usual = _USUAL.get(found.kind, "stolen-account")
    return {
        "crumbs": [Crumb(gettext("Confinement"), reverse("containment:home")), Crumb(gettext("Aperçu"))],
        "heading": words.scope(found.kind, found.name.reveal() or words.every_one(found.scope), found.groups),
        "effect": words.effect(found.kind),
        "stops": words.stops(found.kind, found.cost, found.people),
        "stays": words.stays(found.cost),
        "found": found,
        "reasons": [(each.code, words.said(each.label), each.code == usual) for each in options.reasons],
        "objection": _objection(found.objection),
        "cut_url": reverse("containment:cut"),
        "home_url": reverse("containment:home"),
    }


def _objection(code: str | None) -> str:
    sentences = {
        "already-cut": gettext("C'est déjà coupé."),
        "last-to-lift": gettext(
            "Il resterait moins de deux personnes capables d'approuver la levée. Cela ne se coupe que depuis la"
            " machine du gardien."
        ),
    }
    return "" if code is None else sentences.get(code, gettext("Le gardien refuserait."))
