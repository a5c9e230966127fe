"""Audits: the network opens and closes them and sets days, the partner's manager answers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from beffroi.client import Call, Refused, partners
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.partners import Answered, AuditShown, Done
from beffroi.core.partner_audit import QUESTIONS, THEMES, TO_CORRECT, Answer
from beffroi.governance.partners.forms import AuditForm
from beffroi.governance.partners.web import asking, words
from beffroi.governance.partners.web.overview import page_of
from beffroi.ui.components import Crumb

LONGEST = 1_000


@require_POST
def begin(request: AgentRequest, organisation: UUID) -> HttpResponse:
    """Open an audit."""
    form = AuditForm(request.POST)
    if form.is_valid():
        begun = request.conversation.ask(partners.open_audit(str(organisation), str(form.cleaned_data["due_on"])))
        if not isinstance(begun, Refused):
            messages.success(request, gettext("L'audit est ouvert : l'organisme peut répondre."))
            return HttpResponseRedirect(reverse("partners:audit", args=[begun.audit]))
        if not asking.said(form, begun, {"period-wrong": "due_on"}):
            return RefusalAnswer(begun)
    found = request.conversation.ask(partners.show(str(organisation)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    return render(request, "partners/partner.html", page_of(found, form), status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """One audit: its questions, what was answered, what is to be corrected by when."""
    found = request.conversation.ask(partners.show_audit(str(identifier)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    refused = None
    if request.method == "POST":
        for call in _wanted(request, found):
            done = request.conversation.ask(call)
            if isinstance(done, Refused) and done.code not in asking.OBJECTIONS:
                return RefusalAnswer(done)
            refused = refused or (done if isinstance(done, Refused) else None)
        if refused is None:
            messages.success(request, gettext("C'est enregistré."))
            return HttpResponseRedirect(reverse("partners:audit", args=[identifier]))
    return render(request, "partners/audit.html", _context(request, found, refused), status=422 if refused else 200)


def _wanted(request: AgentRequest, found: AuditShown) -> list[Call[Done]]:
    """What the form changes, as calls: answers of the partner, or days and corrections of the network."""
    calls: list[Call[Done]] = []
    for code in QUESTIONS:
        before = found.answers.get(code)
        if found.governs:
            day = _day(request.POST.get(f"due-{code}", ""))
            if day and (before is None or before.due_at is None or str(words.last_day(before.due_at)) != day):
                calls.append(partners.correct(found.id, code, day))
            if f"corrected-{code}" in request.POST:
                calls.append(partners.correct(found.id, code, None))
            continue
        said, evidence = _typed(request, code)
        if said and (before is None or (said, evidence) != (before.answer, before.evidence.reveal())):
            calls.append(partners.answer(found.id, code, said, evidence))
    if found.governs and "close" in request.POST:
        calls.append(partners.close_audit(found.id))
    return calls


def _typed(request: AgentRequest, code: str) -> tuple[str, str]:
    said = request.POST.get(f"answer-{code}", "")
    evidence = " ".join(request.POST.get(f"evidence-{code}", "").split())[:LONGEST]
    return (said if said in set(Answer) else ""), evidence


def _day(text: str) -> str:
    """A day as French people write it, for the guard; empty when it is none."""
    parts = text.strip().split("/")
    try:
        found = parse_date("-".join(reversed(parts)) if len(parts) == 3 else text.strip())
    except ValueError:
        found = None
    return "" if found is None else str(found)


def _context(request: AgentRequest, found: AuditShown, refused: Refused | None) -> dict[str, object]:
    office = reverse("partners:show", args=[found.organisation.id])
    first = (Crumb(gettext("Partenaires"), reverse("partners:list")),) if found.governs else ()
    return {
        "found": found, "refused": refused, "due_on": words.last_day(found.due_at),
        "crumbs": (*first, Crumb(found.organisation.name, office), Crumb(gettext("Audit"))),
        "answering": not found.governs and found.closed_at is None,
        "closable": found.governs and found.closed_at is None,
        "choices": [(one.value, words.answer(one.value)[0]) for one in Answer],
        "correcting": found.governs and any(_open(one) for one in found.answers.values()),
        "themes": [
            (words.written(label), [_line(request, found, code) for code in QUESTIONS if _of(code, theme)])
            for theme, label in THEMES.items()
        ],
    }  # fmt: skip


def _of(code: str, theme: str) -> bool:
    return QUESTIONS[code].theme == theme


def _open(given: Answered) -> bool:
    return given.answer in TO_CORRECT and given.corrected_at is None


def _line(request: AgentRequest, found: AuditShown, code: str) -> dict[str, object]:
    question, given = QUESTIONS[code], found.answers.get(code)
    said, evidence = "" if given is None else given.answer, "" if given is None else given.evidence.reveal()
    if request.method == "POST" and not found.governs:
        said, evidence = _typed(request, code)
    due = None if given is None or given.due_at is None else words.last_day(given.due_at)
    return {
        "code": code, "text": words.written(question.text), "hint": words.written(question.evidence), "said": said,
        "evidence": evidence, "badge": words.answer(said), "due": due,
        "typed": request.POST.get(f"due-{code}", "") or (f"{due:%d/%m/%Y}" if due else ""),
        "late": given is not None and given.due_at is not None and given.corrected_at is None
        and given.due_at <= timezone.now(),
        "corrected_at": None if given is None else given.corrected_at,
        "open": given is not None and _open(given),
    }  # fmt: skip
