"""I am at the desk: a code that I show, so that the organisation where I stand can follow me."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, presence
from beffroi.client.presence import PresenceCode, PresenceCodes
from beffroi.governance.transparency.web import words
from beffroi.governance.transparency.web.presence import PersonRequest, in_own_space

_TONES = {"waiting": "info", "used": "success"}
_ON_THE_FORM = frozenset({"presence-place", "presence-followed", "presence-waits", "presence-too-many"})
"""What the guard objects to, said beside the organisation."""


class Searching(forms.Form):
    """Where I stand, in words."""

    nom = forms.CharField(
        label=_("Nom de l'organisme"),
        min_length=2,
        max_length=80,
        help_text=_("Un mot du nom suffit, par exemple : Rochefleury. Demandez le nom exact à l'accueil."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class Choosing(forms.Form):
    """Which of those that were found."""

    organisme = forms.ChoiceField(label=_("Vous êtes à l'accueil de"), widget=forms.RadioSelect)

    def __init__(self, places: list[tuple[str, str]], *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        chosen = self.fields["organisme"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = places


@dataclass(frozen=True)
class Line:
    """One code as it is read."""

    row: PresenceCode
    state: str
    tone: str
    waits: bool


@require_http_methods(["GET", "HEAD", "POST"])
@in_own_space
def own_presence(request: PersonRequest) -> HttpResponse | Refused:
    """Search for the organisation, choose it, read the code; or take one back."""
    if request.method == "POST" and "retirer" in request.POST:
        return _take_back(request)
    found = request.conversation.ask(presence.own_codes())
    if isinstance(found, Refused):
        return found
    if request.method != "POST":
        return _page(request, found, Searching())
    search = Searching(request.POST)
    if not search.is_valid():
        return _page(request, found, search)
    places = request.conversation.ask(presence.places(search.cleaned_data["nom"]))
    if isinstance(places, Refused):
        return places
    if not places.rows:
        search.add_error("nom", gettext("Aucun organisme trouvé. Essayez un seul mot de son nom."))
        return _page(request, found, search)
    choosing = "choix" in request.POST
    form = Choosing([(one.id, one.name) for one in places.rows], request.POST if choosing else None)
    if choosing and form.is_valid():
        made = request.conversation.ask(presence.make(form.cleaned_data["organisme"]))
        if not isinstance(made, Refused):
            return render(request, "transparency/presence_code.html", {"made": made, "code": made.code.reveal()})
        if made.code not in _ON_THE_FORM:
            return made
        form.add_error("organisme", made.detail)
    return _page(request, found, search, form, more=places.more)


def _take_back(request: PersonRequest) -> HttpResponse | Refused:
    taken = request.conversation.ask(presence.take_back(request.POST["retirer"][:36]))
    if isinstance(taken, Refused):
        return taken
    messages.success(request, gettext("Ce code ne sert plus."))
    return HttpResponseRedirect(reverse("transparency:own_presence"))


def _page(
    request: PersonRequest,
    found: PresenceCodes,
    search: Searching,
    form: Choosing | None = None,
    *,
    more: bool = False,
) -> HttpResponse:
    wrong = search.errors or (form is not None and form.errors)
    context = {
        "lines": [_line(row) for row in found.rows], "left": found.left, "search": search, "form": form, "more": more,
        "refused": form if form is not None and form.errors else search if search.errors else None,
    }  # fmt: skip
    return render(request, "transparency/own_presence.html", context, status=422 if wrong else 200)


def _line(row: PresenceCode) -> Line:
    return Line(row, words.presence_state(row.state), _TONES.get(row.state, "neutral"), row.state == "waiting")
