"""A person whom nobody follows comes back: found today, followed again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from beffroi.client import Refused, erasing
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases.web.entitled import purpose_to_relate


@require_POST
def resume(request: AgentRequest, person: UUID) -> HttpResponse:
    """Follow the person again, then show the file."""
    resumed = request.conversation.ask(erasing.resume(purpose_to_relate(request), str(person)))
    file_url = reverse("cases:file", args=[person])
    if isinstance(resumed, Refused):
        if resumed.code != "already-followed":
            return RefusalAnswer(resumed)
        messages.warning(request, resumed.detail)
        return HttpResponseRedirect(file_url)
    if resumed.referent:
        messages.success(request, gettext("Votre structure suit de nouveau cette personne. Vous êtes son référent."))
    else:
        messages.success(
            request, gettext("Votre structure suit de nouveau cette personne. Il reste à lui donner un référent.")
        )
    return HttpResponseRedirect(file_url)
