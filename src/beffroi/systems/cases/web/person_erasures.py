"""The file of whoever asks for erasure (GDPR article 17), destroyed once it was named; the request is then closed."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, calls
from beffroi.client import person_requests as register
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.person_requests import PersonRequest
from beffroi.core.person_rights import Article, State
from beffroi.systems.cases import rights
from beffroi.systems.cases.people import name_of
from beffroi.systems.cases.person_requests import registered
from beffroi.systems.cases.web.whose import identity_of
from beffroi.ui.components import Crumb


def is_erased(row: PersonRequest) -> bool:
    """Whether this request is answered by erasing, now: the identity is checked, the answer not given."""
    return row.article == Article.ERASURE.value and row.state == State.IN_PROGRESS.value


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """Whose file it is and what goes with it; then it goes, and the request is answered."""
    if not rights.answers_people(request.described):
        raise Http404
    row = registered.one(request.conversation, identifier)
    if isinstance(row, Refused):
        return RefusalAnswer(row)
    if not is_erased(row):
        raise Http404
    return _erased(request, row) if request.method == "POST" else _page(request, row)


def _page(request: AgentRequest, row: PersonRequest) -> HttpResponse:
    identity = identity_of(request, row.person)
    if isinstance(identity, Refused):
        return RefusalAnswer(identity)
    back = reverse("cases:person_request", args=[row.request])
    context = {
        "name": name_of(identity).full, "back": back,
        "crumbs": (
            Crumb(gettext("Demandes des personnes"), reverse("cases:person_requests")),
            Crumb(gettext("Demande"), back), Crumb(gettext("Effacement")),
        ),
    }  # fmt: skip
    return render(request, "cases/person_erasure.html", context)


def _erased(request: AgentRequest, row: PersonRequest) -> HttpResponse:
    """A request that is not closed once the file is gone stays as it was, to be answered by hand."""
    done = request.conversation.ask(calls.erase(row.person, rights.purpose_of(request.described, "erase")))
    if isinstance(done, Refused):
        return RefusalAnswer(done)
    closed = request.conversation.ask(register.move(row.request, State.ANSWERED.value))
    if isinstance(closed, Refused):
        messages.warning(request, gettext("Le dossier est effacé. La demande reste à clore."))
    else:
        messages.success(request, gettext("Le dossier est effacé et la demande est close. Dites-le à la personne."))
    return HttpResponseRedirect(reverse("cases:person_request", args=[row.request]))
