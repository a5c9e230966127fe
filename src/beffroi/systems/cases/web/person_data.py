"""Everything held about a person, handed out for their request: one file for programs, one to read.

An opening of the person by the correspondent, through the doors of any other: the guard decides, charges and writes
it down before anything leaves. The console keeps nothing of what passes.
"""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from beffroi.client import Refused, calls, person_data
from beffroi.client import attachments as guarded
from beffroi.client import person_requests as register
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.recipients import recipients
from beffroi.core.person_rights import Article
from beffroi.systems.cases import rights
from beffroi.systems.cases.person_requests import held, received, registered, sheet
from beffroi.systems.cases.sections import SECTIONS
from beffroi.ui import field_groups, formatting
from beffroi.ui.files import given

FORMS = frozenset({"json", "html"})


@require_POST
def handed(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """The file, in one of its two forms; only for a request of access or portability that is being worked on."""
    membership, form = request.described.membership, request.POST.get("forme", "")
    if not rights.answers_people(request.described) or membership is None or form not in FORMS:
        raise Http404
    found = request.conversation.ask(register.listed())
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    row = registered.among(found, identifier)
    if not held.hands_out(row):
        said = gettext("Les données sont remises pendant le traitement d'une demande d'accès ou de portabilité.")
        messages.error(request, said)
        return HttpResponseRedirect(reverse("cases:person_request", args=[row.request]))
    readable = rights.readable(request.described)
    purpose = rights.purpose_of(request.described, "open")
    wanted = [group for group in SECTIONS if group in readable]
    opened = request.conversation.ask(calls.open_file(row.person, purpose, wanted))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    papers = request.conversation.ask(guarded.listed(row.person, purpose))
    if isinstance(papers, Refused):
        return RefusalAnswer(papers)
    told = None
    if row.article == Article.ACCESS:
        answer = request.conversation.ask(recipients(row.person, row.request))
        if isinstance(answer, Refused):
            return RefusalAnswer(answer)
        told = answer
    office = membership.organisation
    now = timezone.localtime()
    trainings = held.trainings()(UUID(row.person), UUID(office.id))
    requests = [each for each in found.rows if each.person == row.person]
    name = f"{gettext('donnees')}-{now.date().isoformat()}.{form}"
    if form == "json":
        members = None if told is None else received.members(told)
        named = {"id": office.id, "name": office.name}
        whole = held.document(opened, papers.rows, requests, named, trainings, now, members)
        return given(person_data.written(whole), person_data.MEDIA, name)
    rows = held.rows_of(UUID(row.person), UUID(office.id))
    context = {
        "parts": [
            *sheet.parts(opened, rows, trainings, papers.rows, requests),
            *([] if told is None else received.sections(told)),
        ],
        "told": told is not None,
        "organisation": office.name,
        "made_at": now,
        "withheld": field_groups.names(opened.withheld),
        "language": formatting.language_of(get_language()),
    }
    page = render_to_string("cases/person_data_sheet.html", context)
    return given(page.encode(), "text/html; charset=utf-8", name)
