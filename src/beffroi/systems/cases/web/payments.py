"""What programmes pay a person: every month and its amount, corrections included, and what a year came to."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, calls
from beffroi.client.answers import Opened
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases import rights
from beffroi.systems.cases.payments import actions, words
from beffroi.systems.cases.payments.forms import PaymentForm, typed_euros
from beffroi.systems.cases.payments.reading import Payment, Total, payments_of, totals
from beffroi.systems.cases.people import name_of
from beffroi.systems.cases.web.editing import kept
from beffroi.systems.cases.web.progress import keeps
from beffroi.systems.cases.web.trail import below_file

_GROUP = "followup"


@dataclass(frozen=True, repr=False)
class Line:
    """A payment as the page writes it."""

    one: Payment
    programme: str
    month: str
    amount: str


@require_http_methods(["GET", "HEAD", "POST"])
def payments(request: AgentRequest, person: UUID) -> HttpResponse:
    """The page; a payment is posted to it."""
    if not keeps(request.described) or _GROUP not in rights.readable(request.described):
        raise Http404
    form: PaymentForm | None = None
    if request.method == "POST":
        form = PaymentForm(request.POST)
        if form.is_valid():
            return _note(request, person, form)
    purpose = rights.purpose_of(request.described, "open")
    opened = request.conversation.ask(calls.open_file(str(person), purpose, [rights.IDENTITY, _GROUP]))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    return _page(request, person, opened, form)


def _note(request: AgentRequest, person: UUID, form: PaymentForm) -> HttpResponse:
    typed = form.cleaned_data
    answer = actions.note(
        request.conversation,
        request.described,
        str(person),
        programme=typed["programme"],
        month=typed["month"],
        cents=typed["euros"],
        paid_on=typed["paid_on"],
        corrects=typed["corrects"],
    )
    return kept(request, request.path, answer)


def _page(request: AgentRequest, person: UUID, opened: Opened, form: PaymentForm | None) -> HttpResponse:
    each = payments_of(opened.fields.get(_GROUP, {}))
    name = name_of(opened.fields.get(rights.IDENTITY, {}))
    if form is None:
        form = PaymentForm(initial=_initial(request.GET.get("corrige", ""), each))
    lines = [
        Line(one, words.programme(one.programme), words.month(one.month), words.amount(one.cents)) for one in each
    ]
    corrects = str(form["corrects"].value())
    context = {
        "name": name,
        "lines": lines,
        "totals": [_total(one) for one in totals(each)],
        "form": form,
        "correcting": next((line for line in lines if str(line.one.number) == corrects), None),
        "back": reverse("cases:progress", args=[person]),
        "crumbs": below_file(person, gettext("Montants"), name.full),
    }
    return render(request, "cases/payments.html", context, status=422 if form.is_bound else 200)


def _total(one: Total) -> tuple[str, str, str, str]:
    waiting = words.amount(one.waiting) if one.waiting else ""
    return words.programme(one.programme), one.year, words.amount(one.paid), waiting


def _initial(said: str, each: tuple[Payment, ...]) -> dict[str, Any]:
    found = [one for one in each if str(one.number) == said and not one.wrong]
    if not found:
        return {"month": f"{timezone.localdate():%Y-%m}"}
    [one] = found
    return {
        "programme": one.programme, "month": one.month, "euros": typed_euros(one.cents), "paid_on": one.paid_on,
        "corrects": one.number,
    }  # fmt: skip
