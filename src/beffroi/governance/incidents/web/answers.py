"""What was answered: counted first, then a page of it. Everything is posted, pages too."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, forensics
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.incidents.web import words
from beffroi.governance.incidents.web.forms import Forms, OnePerson, Window, scope_of, sent
from beffroi.governance.incidents.web.questions import page as questions_page
from beffroi.ui.components import Crumb, Entry
from beffroi.ui.page_numbers import page_number

_OF_A_FIELD = frozenset({"unknown-colleague", "address-wrong", "malformed", "out-of-reach"})
_ASKED = ("kind", "email", "ids", "scope", "person", "from_on", "until_on")


@require_http_methods(["GET", "HEAD", "POST"])
def readers(request: AgentRequest) -> HttpResponse:
    """Whom some agents read."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("incidents:home"))
    options = request.conversation.ask(forensics.options())
    if isinstance(options, Refused):
        return RefusalAnswer(options)
    form = sent(options, request.POST)
    if not form.is_valid():
        return _again(request, Forms(options), form)
    kind, ids, email = scope_of(form)
    from_at, until_at = form.window()
    found = request.conversation.ask(
        forensics.readers(kind, ids=ids, email=email, from_at=from_at, until_at=until_at, page=page_of(request))
    )
    if isinstance(found, Refused):
        return _refused(request, Forms(options), form, found, "email" if email else None)
    figures = [
        Entry(gettext("Personnes lues"), words.number(found.total)),
        Entry(gettext("Ouvertures"), words.number(found.openings)),
        *(Entry(words.group(code), words.number(count)) for code, count in found.groups.items()),
    ]
    rows = [(one.person, words.groups(one.groups), words.number(one.openings)) for one in found.rows]
    more = {"figures": figures, "rows": rows, "export_url": reverse("incidents:export")}
    more["declare_url"] = "" if kind == "session" else reverse("incidents:declare")
    return render(request, "incidents/readers.html", _context(request, form, found, gettext("Personnes lues")) | more)


@require_http_methods(["GET", "HEAD", "POST"])
def read_by(request: AgentRequest) -> HttpResponse:
    """Who read one person."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("incidents:home"))
    options = request.conversation.ask(forensics.options())
    if isinstance(options, Refused):
        return RefusalAnswer(options)
    form = OnePerson(request.POST, auto_id="personne_%s")
    if not form.is_valid():
        return _again(request, Forms(options), form)
    from_at, until_at = form.window()
    person = str(form.cleaned_data["person"])
    found = request.conversation.ask(
        forensics.read_by(person, from_at=from_at, until_at=until_at, page=page_of(request))
    )
    if isinstance(found, Refused):
        return _refused(request, Forms(options), form, found, None)
    rows = [
        {"opening": one, "groups": words.groups(one.groups), "why": words.why(one.explanation)} for one in found.rows
    ]
    context = _context(request, form, found, gettext("Ouvertures d'un dossier"))
    return render(request, "incidents/read_by.html", context | {"rows": rows, "person": person})


MOST_PAGES = 1_000_000


def page_of(request: AgentRequest) -> int:
    """The page asked for, or the first."""
    return page_number(request.POST.get("page"), MOST_PAGES)


def _context(
    request: AgentRequest, form: Window, found: forensics.Readers | forensics.ReadBy, crumb: str
) -> dict[str, Any]:
    lost: datetime | None = found.lost_until
    return {
        "crumbs": [Crumb(gettext("Qui a été lu"), reverse("incidents:home")), Crumb(crumb)],
        "found": found,
        "from_on": form.cleaned_data["from_on"],
        "until_on": form.cleaned_data["until_on"],
        "lost_until": lost,
        "asked": list(carried(request)),
        "page": words.number(found.page),
        "pages": words.number(found.pages),
        "previous": found.page - 1 if found.page > 1 else 0,
        "next": found.page + 1 if found.page < found.pages else 0,
        "home_url": reverse("incidents:home"),
    }


def carried(request: AgentRequest) -> Iterable[tuple[str, str]]:
    """The question again, for the forms that go on from its answer."""
    return ((name, request.POST[name][:4000]) for name in _ASKED if name in request.POST)


def _again(request: AgentRequest, forms: Forms, form: Window) -> HttpResponse:
    forms.put(form)
    return questions_page(request, forms, 422)


def _refused(request: AgentRequest, forms: Forms, form: Window, refused: Refused, field: str | None) -> HttpResponse:
    if refused.code not in _OF_A_FIELD:
        return RefusalAnswer(refused)
    unknown = field == "email" and refused.code == "unknown-colleague"
    form.add_error(field, gettext("Aucun compte n'a cette adresse : vérifiez-la.") if unknown else refused.detail)
    return _again(request, forms, form)
