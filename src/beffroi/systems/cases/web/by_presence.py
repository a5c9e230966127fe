"""Somebody at the desk shows a code of their own space: typed here, the organisation follows them."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, presence
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases.web.entitled import purpose_to_relate
from beffroi.systems.cases.web.trail import below_files

SPACE = "/mon-espace/"
"""Where a person's own space begins: a page of another room, known by its address."""
_ON_THE_FORM = frozenset({"presence-code-wrong", "presence-code-tries"})


class Code(forms.Form):
    """The code, as the person reads it out."""

    code = forms.CharField(
        label=_("Code que montre la personne"),
        max_length=40,
        help_text=_("Huit caractères, par exemple 7KQ2-M9TX. Il sert pendant un quart d'heure."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def by_presence(request: AgentRequest) -> HttpResponse:
    """Follow the person, then show the file."""
    purpose = purpose_to_relate(request)
    form = Code(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        followed = request.conversation.ask(presence.follow(purpose, form.cleaned_data["code"]))
        if not isinstance(followed, Refused):
            _say(request, referent=followed.referent)
            return HttpResponseRedirect(reverse("cases:file", args=[followed.person]))
        if followed.code == "already-followed":
            messages.warning(
                request,
                gettext("Votre structure suit déjà cette personne : cherchez-la. Son code n'a pas servi."),
            )
            return HttpResponseRedirect(reverse("cases:search"))
        if followed.code not in _ON_THE_FORM:
            return RefusalAnswer(followed)
        form.add_error("code", followed.detail)
    context = {
        "form": form,
        "space": request.build_absolute_uri(SPACE),
        "crumbs": below_files(gettext("Code de présence")),
    }
    return render(request, "cases/by_presence.html", context, status=422 if form.is_bound else 200)


def _say(request: AgentRequest, *, referent: bool) -> None:
    if referent:
        messages.success(request, gettext("Votre structure suit maintenant cette personne. Vous êtes son référent."))
    else:
        messages.success(
            request, gettext("Votre structure suit maintenant cette personne. Il reste à lui donner un référent.")
        )
