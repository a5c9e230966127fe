"""A sheet was found, or a file on sale: the mark on its lines says to whom it was handed out, when and what for."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, exports, forensics
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.incidents.web import words
from beffroi.governance.incidents.web.forms import Forms, Mark
from beffroi.governance.incidents.web.questions import page as questions_page
from beffroi.ui.components import Crumb, Entry


@require_http_methods(["GET", "HEAD", "POST"])
def traced(request: AgentRequest) -> HttpResponse:
    """Whose copy it is."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("incidents:home"))
    form = Mark(request.POST, auto_id="copie_%s")
    if form.is_valid():
        found = request.conversation.ask(exports.trace(form.cleaned_data["mark"]))
        if not isinstance(found, Refused):
            return render(request, "incidents/copy.html", _shown(found))
        if found.code != "export-unknown":
            return RefusalAnswer(found)
        form.add_error("mark", gettext("Aucune copie ne porte cette marque. Relisez les douze lettres et chiffres."))
    options = request.conversation.ask(forensics.options())
    if isinstance(options, Refused):
        return RefusalAnswer(options)
    return questions_page(request, Forms(options), 422, mark=form)


def _shown(found: exports.Traced) -> dict[str, Any]:
    agreed = gettext("Oui") if found.request else gettext("Non, la liste était courte")
    return {
        "crumbs": [Crumb(gettext("Qui a été lu"), reverse("incidents:home")), Crumb(gettext("Une copie"))],
        "found": found,
        "entries": [
            Entry(gettext("Remise à"), found.name.reveal() or gettext("un ancien collègue")),
            Entry(gettext("Organisme"), found.organisation_name),
            Entry(gettext("Personnes"), words.number(found.people)),
            Entry(gettext("Contenu"), words.groups(found.groups)),
            Entry(gettext("Accord d'une deuxième personne"), agreed),
            Entry(gettext("Compte"), found.account),
            Entry(gettext("Copie"), found.copy),
        ],
        "home_url": reverse("incidents:home"),
    }
