"""What the organisation must say of itself on a quote or an invoice."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client.in_django import AgentRequest
from beffroi.core.invoicing import Objection, vat_number
from beffroi.systems.invoicing import actions, queries
from beffroi.systems.invoicing.forms import ParticularsForm
from beffroi.systems.invoicing.keepers import Biller
from beffroi.systems.invoicing.web import words
from beffroi.systems.invoicing.web.desk import billing
from beffroi.ui.components import Crumb, Entry

_DONE = 303


@require_http_methods(["GET", "HEAD", "POST"])
@billing
def particulars(request: AgentRequest, who: Biller) -> HttpResponse:
    """The form, then what documents say from now on."""
    if request.method != "POST":
        form = ParticularsForm(who.side, initial=ParticularsForm.of(queries.particulars(who.organisation)))
        return _form(request, who, form)
    form = ParticularsForm(who.side, request.POST)
    if not form.is_valid():
        return _form(request, who, form)
    told = form.cleaned_data
    done = actions.say(
        who, address=told["address"], postcode=told["postcode"], town=told["town"],
        declaration=told.get("declaration", ""),
    )  # fmt: skip
    if isinstance(done, Objection):
        form.add_error(None, str(words.OBJECTIONS[done]))
        return _form(request, who, form)
    messages.success(request, gettext("Les mentions légales sont enregistrées."))
    return HttpResponseRedirect(reverse("invoicing:quotes"), status=_DONE)


def _form(request: AgentRequest, who: Biller, form: ParticularsForm) -> HttpResponse:
    context = {
        "crumbs": [Crumb(gettext("Devis"), reverse("invoicing:quotes")), Crumb(gettext("Mentions légales"))],
        "organisation": who.name,
        "known": [
            Entry(gettext("Organisme"), who.name),
            Entry(gettext("SIRET"), words.siret(who.siret or "")),
            Entry(gettext("Numéro de TVA"), vat_number(who.siret) if who.siret else ""),
        ],
        "form": form,
    }
    return render(request, "invoicing/particulars.html", context, status=422 if form.is_bound else 200)
