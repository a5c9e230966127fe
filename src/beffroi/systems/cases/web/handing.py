"""People are given another adviser of the office: one from their file, several from the list, a whole portfolio."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, relations
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.relations import Assigned, Colleague, Colleagues, Preview
from beffroi.systems.cases.following import Hand, HandPortfolio
from beffroi.systems.cases.web import words
from beffroi.systems.cases.web.choosing import chosen
from beffroi.systems.cases.web.entitled import purpose_to_relate
from beffroi.systems.cases.web.trail import below_file, below_files
from beffroi.systems.cases.web.whose import known_name
from beffroi.ui.components import Crumb

MOST = 300
ON_THE_FORM = frozenset({"colleague-unknown", "portfolio-full"})
"""Refusals that the form itself tells; every other has its page."""


@dataclass(frozen=True)
class Taken:
    """From whom how many people would be taken; without name, nobody follows them."""

    name: str
    people: int


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AgentRequest, person: UUID) -> HttpResponse:
    """Give one person another adviser."""
    purpose = purpose_to_relate(request)
    there = request.conversation.ask(relations.colleagues(purpose))
    if isinstance(there, Refused):
        return RefusalAnswer(there)
    form = Hand(there.rows, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        done = request.conversation.ask(relations.assign(purpose, form.cleaned_data["to"], people=[str(person)]))
        if not isinstance(done, Refused):
            messages.success(request, _done(done))
            return HttpResponseRedirect(reverse("cases:file", args=[person]))
        if done.code not in ON_THE_FORM:
            return RefusalAnswer(done)
        form.add_error("to", done.detail)
    name, file_url = known_name(request, person), reverse("cases:file", args=[person])
    crumbs = below_file(person, gettext("Changer de conseiller"), name)
    context = {"form": form, "name": name, "crumbs": crumbs, "back": file_url, "alone": len(there.rows) < 2}
    return render(request, "cases/hand.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def several(request: AgentRequest) -> HttpResponse:
    """Choose a colleague, read what would change, then do it; without people chosen, a whole portfolio."""
    purpose = purpose_to_relate(request)
    there = request.conversation.ask(relations.colleagues(purpose))
    if isinstance(there, Refused):
        return RefusalAnswer(there)
    people = chosen(request, MOST)
    step = request.POST.get("etape", "")
    if step and not people and "of" not in request.POST:
        messages.warning(request, gettext("Choisissez d'abord des personnes."))
        return HttpResponseRedirect(_list(waiting=True))
    posted = request.POST if step else None
    form = Hand(there.rows, posted) if people else HandPortfolio(there, posted)
    if form.is_bound and form.is_valid():
        to, of = form.cleaned_data["to"], form.cleaned_data.get("of")
        if step == "faire":
            done = request.conversation.ask(relations.assign(purpose, to, people=people, portfolio_of=of))
            if isinstance(done, Refused):
                return RefusalAnswer(done)
            return _after(request, done, oneself=_oneself(there.rows, to), waiting=bool(people))
        found = request.conversation.ask(relations.preview(purpose, to, people=people, portfolio_of=of))
        if not isinstance(found, Refused):
            return _preview(request, form, found, there, people)
        if found.code not in ON_THE_FORM:
            return RefusalAnswer(found)
        form.add_error("to", found.detail)
    context = {
        "form": form, "people": people, "crumbs": _crumbs(), "back": reverse("cases:portfolio"),
        "lead": _lead(len(people)), "alone": len(there.rows) < 2,
    }  # fmt: skip
    return render(request, "cases/hand_several.html", context, status=422 if form.is_bound else 200)


def _preview(request: AgentRequest, form: Hand, found: Preview, there: Colleagues, people: list[str]) -> HttpResponse:
    to = form.cleaned_data["to"]
    oneself = _oneself(there.rows, to)
    taken = [
        Taken(_named(there, share.account) if share.account else "", share.people) for share in found.by_referent
    ]
    own = ngettext("Devenir son référent", "Devenir leur référent", found.people)
    context = {
        "found": found, "to": to, "of": form.cleaned_data.get("of") or "", "name": _named(there, to),
        "oneself": oneself, "people": people, "taken": taken,
        "crumbs": below_files(own) if oneself else _crumbs(),
        "back": _list(waiting=oneself and bool(people)),
        "room": max(0, found.most - found.before),
    }  # fmt: skip
    return render(request, "cases/hand_preview.html", context)


def _after(request: AgentRequest, done: Assigned, *, oneself: bool, waiting: bool) -> HttpResponse:
    messages.success(request, _done(done, oneself=oneself))
    if done.left:
        count = len(done.left)
        if oneself:
            stopped = ngettext(
                "%(left)s personne n'a pas été prise : %(why)s",
                "%(left)s personnes n'ont pas été prises : %(why)s",
                count,
            )
        else:
            stopped = ngettext(
                "%(left)s personne n'a pas été confiée : %(why)s",
                "%(left)s personnes n'ont pas été confiées : %(why)s",
                count,
            )
        messages.warning(request, stopped % {"left": words.number(count), "why": _why(done.stopped, oneself=oneself)})
    return HttpResponseRedirect(_list(waiting=oneself and waiting))


def _list(*, waiting: bool) -> str:
    """The list to come back to: of those whom nobody follows, for who takes them on, or one's own."""
    return f"{reverse('cases:filtered')}?portee=sans-referent" if waiting else reverse("cases:portfolio")


def _done(done: Assigned, *, oneself: bool = False) -> str:
    """What was done, without the colleague's name: a message waits in a cookie, which is signed and not sealed."""
    if not done.assigned:
        return gettext("Rien n'a changé : ce collègue était déjà le conseiller.")
    if oneself:
        said = ngettext(
            "Vous êtes le référent de %(count)s personne de plus.",
            "Vous êtes le référent de %(count)s personnes de plus.",
            done.assigned,
        )
    else:
        said = ngettext(
            "%(count)s personne a changé de conseiller.",
            "%(count)s personnes ont changé de conseiller.",
            done.assigned,
        )
    return said % {"count": words.number(done.assigned)}


def _why(code: str | None, *, oneself: bool) -> str:
    if code == "portfolio-full":
        if oneself:
            return gettext("votre portefeuille est complet.")
        return gettext("le portefeuille de ce collègue est complet.")
    if code is not None and code.startswith("budget-"):
        return gettext("la limite du jour est atteinte. Reprenez demain.")
    return gettext("recommencez pour celles qui restent.")


def _oneself(there: tuple[Colleague, ...], account: str) -> bool:
    return any(each.account == account and each.oneself for each in there)


def _named(there: Colleagues, account: str) -> str:
    known = {each.account: each.name.reveal() for each in there.former}
    known |= {each.account: each.name.reveal() for each in there.rows}
    return known.get(account) or gettext("un ancien collègue")


def _lead(count: int) -> str:
    if not count:
        return ""
    said = ngettext("%(count)s personne choisie", "%(count)s personnes choisies", count)
    return said % {"count": words.number(count)}


def _crumbs() -> tuple[Crumb, ...]:
    return below_files(gettext("Confier à un collègue"))
