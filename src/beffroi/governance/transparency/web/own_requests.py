"""My requests: what I ask about my own data, of an organisation that follows me, and what becomes of it."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, personal
from beffroi.client.personal import OwnRequest, OwnRequests, Place
from beffroi.core.asking import LONGEST
from beffroi.core.identifying import Identifying
from beffroi.core.person_rights import MOVES, Article, State
from beffroi.governance.transparency.web import words
from beffroi.governance.transparency.web.presence import PersonRequest, in_own_space

_TONES = {"answered": "success", "refused": "neutral"}
_ON_THE_FORM = {
    "person-request-text": "texte", "person-request-exists": "demande", "person-request-place": "organisme",
    "person-request-too-many": None,
}  # fmt: skip
"""What the guard objects to, and the field beside which it is said."""


class Asking(forms.Form):
    """What is asked, of whom, and what it is about."""

    demande = forms.ChoiceField(label=_("Ce que vous demandez"), choices=words.ASKED, widget=forms.RadioSelect)
    organisme = forms.ChoiceField(label=_("À quel organisme"))
    texte = forms.CharField(
        label=_("Ce qui est faux, ou ce qui ne doit plus servir"),
        required=False,
        max_length=LONGEST,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("À remplir pour une correction, ou pour que vos données ne servent plus. Sinon, laissez vide."),
    )

    def __init__(self, places: tuple[Place, ...], *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["texte"].conditional = True  # type: ignore[attr-defined]
        chosen = self.fields["organisme"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(place.id, place.name) for place in places]


@dataclass(frozen=True, repr=False)
class Line:
    """One request as it is read."""

    row: OwnRequest
    asked: str
    state: str
    tone: str
    reason: str
    waits: bool
    text: str
    answer: str
    held: bool
    """Whether what was asked for is in one's own file."""
    corrected: bool
    """Whether what was corrected is read there."""


@require_http_methods(["GET", "HEAD", "POST"])
@in_own_space
def own_requests(request: PersonRequest) -> HttpResponse | Refused:
    """The list, and one more request."""
    found = request.conversation.ask(personal.own_requests())
    if isinstance(found, Refused):
        return found
    form = Asking(found.places, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        asked = personal.ask_about(typed["organisme"], typed["demande"], typed["texte"] or None)
        made = request.conversation.ask(asked)
        if not isinstance(made, Refused):
            messages.success(request, gettext("Votre demande est envoyée."))
            return HttpResponseRedirect(reverse("transparency:own_requests"))
        if made.code not in _ON_THE_FORM:
            return made
        form.add_error(_ON_THE_FORM[made.code], made.detail)
    return _page(request, found, form)


def _page(request: PersonRequest, found: OwnRequests, form: Asking) -> HttpResponse:
    asking = bool(found.places) and (found.left > 0 or form.is_bound)
    context = {"lines": [_line(row) for row in found.rows], "form": form if asking else None, "found": found}
    return render(request, "transparency/own_requests.html", context, status=422 if form.errors else 200)


def _line(row: OwnRequest) -> Line:
    return Line(
        row, words.asked(row.article), words.request_state(row.state), _TONES.get(row.state, "info"),
        words.refused_because(row.reason), bool(MOVES.get(State(row.state))), _clear(row.text), _clear(row.answer),
        row.state == State.ANSWERED and row.article in (Article.ACCESS, Article.PORTABILITY),
        row.state == State.ANSWERED and row.article == Article.RECTIFICATION,
    )  # fmt: skip


def _clear(text: Identifying | None) -> str:
    return "" if text is None else text.reveal()
