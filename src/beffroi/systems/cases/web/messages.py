"""An adviser writes to people they follow: choose what about, read what they will read, send it."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused
from beffroi.client import messages as client
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.messaging import MOST
from beffroi.systems.cases import rights
from beffroi.systems.cases.web import words
from beffroi.systems.cases.web.choosing import chosen, filtered
from beffroi.systems.cases.web.trail import below_files
from beffroi.systems.cases.writing import Writing, in_language


def _purpose(request: AgentRequest) -> str:
    """The purpose under which this role writes to people. Raises Http404 where it does not."""
    if not rights.writes_to_people(request.described):
        raise Http404
    return rights.purpose_of(request.described, "release")


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: AgentRequest) -> HttpResponse:
    """Three steps on one page: the form, what will be read, sent as it was read. GET takes the filters of a list."""
    purpose = _purpose(request)
    found = request.conversation.ask(client.mine(purpose))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    people = chosen(request) if request.method == "POST" else filtered(request)
    if isinstance(people, Refused):
        return RefusalAnswer(people)
    step = request.POST.get("etape", "")
    typed = [(name, request.POST.get(name, "")) for name in Writing.base_fields]
    form = Writing(initial=dict(typed)) if step in ("", "modifier") else Writing(request.POST)
    membership = request.described.membership
    office = "" if membership is None else membership.organisation.name
    ready = form.is_bound and bool(people) and len(people) <= MOST and form.is_valid()
    if ready and step == "envoyer":
        subject, day, hour = form.named
        at = None if hour is None else f"{hour:%H:%M}"
        sent = request.conversation.ask(client.send(purpose, subject.value, people, day, at))
        if isinstance(sent, Refused):
            return RefusalAnswer(sent)
        messages.success(request, _done(sent))
        if sent.left:
            messages.warning(request, _left(sent))
        return HttpResponseRedirect(reverse("cases:messages"))
    context = {
        "form": form,
        "people": people,
        "lead": words.people(len(people)),
        "too_many": len(people) > MOST,
        "most": words.number(MOST),
        "left": found.left,
        "over": len(people) > found.left,
        "preview": form.preview(office) if ready else "",
        "typed": typed,
        "crumbs": below_files(gettext("Écrire")),
        "back": reverse("cases:portfolio"),
    }
    return render(request, "cases/write.html", context, status=422 if form.is_bound and not ready else 200)


@require_GET
def mine(request: AgentRequest) -> HttpResponse:
    """The messages one wrote, and what became of them."""
    found = request.conversation.ask(client.mine(_purpose(request)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    rows = [
        {"row": row, "subject": in_language(row.subject), "count": words.people(row.people)} for row in found.rows
    ]
    context = {"rows": rows, "crumbs": below_files(gettext("Messages envoyés"))}
    return render(request, "cases/messages.html", context)


def _done(sent: client.Sent) -> str:
    said = ngettext(
        "Le message part vers %(count)s personne.", "Le message part vers %(count)s personnes.", sent.people
    )
    return said % {"count": words.number(sent.people)}


def _left(sent: client.Sent) -> str:
    count = sum(held.people for held in sent.left)
    said = ngettext(
        "%(count)s personne ne le reçoit pas : une limite est atteinte, ou vous ne la suivez pas.",
        "%(count)s personnes ne le reçoivent pas : une limite est atteinte, ou vous ne les suivez pas.",
        count,
    )
    return said % {"count": words.number(count)}
