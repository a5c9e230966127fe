"""A list becomes a file: at once when it is short, with a second person's agreement when it is not."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from beffroi.client import Refused, exports
from beffroi.client.exports import Copy, Export, Exports
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases import rights
from beffroi.systems.cases.exporting import Exporting, reason_in_words, text_of_file
from beffroi.systems.cases.web import words
from beffroi.systems.cases.web.choosing import chosen, filtered
from beffroi.systems.cases.web.trail import below_files
from beffroi.ui import field_groups

STATES = {
    "pending": (_("Attend un accord"), "info"),
    "approved": (_("Accordé"), "success"),
    "refused": (_("Refusé"), "danger"),
    "withdrawn": (_("Retiré"), "neutral"),
    "expired": (_("Sans réponse"), "neutral"),
}


def _purpose(request: AgentRequest) -> str:
    """The purpose under which this role exports. Raises Http404 where it does not."""
    if not rights.may(request.described, "export"):
        raise Http404
    return rights.purpose_of(request.described, "export")


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: AgentRequest) -> HttpResponse:
    """Choose what the file holds. GET takes the filters of a list; POST, people chosen one by one."""
    purpose = _purpose(request)
    offered = request.conversation.ask(exports.mine(purpose))
    if isinstance(offered, Refused):
        return RefusalAnswer(offered)
    people = chosen(request) if request.method == "POST" else filtered(request)
    if isinstance(people, Refused):
        return RefusalAnswer(people)
    step = request.POST.get("etape", "")
    form = Exporting(offered, request.POST if step else None)
    if step and people and len(people) <= offered.people and form.is_valid():
        reason = form.cleaned_data["reason"]
        if step == "demander":
            asked = request.conversation.ask(exports.ask(purpose, people, form.wanted, reason))
            if not isinstance(asked, Refused):
                messages.success(
                    request,
                    gettext("Votre demande est transmise. Le fichier vous sera remis ici si elle est acceptée."),
                )
                return HttpResponseRedirect(reverse("cases:exports"))
            if asked.code not in ("too-few-approvers", "already-requested", "too-many-pending"):
                return RefusalAnswer(asked)
            form.add_error(None, asked.detail)
        else:
            copy = request.conversation.ask(exports.alone(purpose, people, form.wanted, reason))
            return RefusalAnswer(copy) if isinstance(copy, Refused) else _file(copy, form.wanted)
    context = {
        "form": form,
        "people": people,
        "lead": words.people(len(people)),
        "too_many": len(people) > offered.people,
        "most": words.number(offered.people),
        "at_once": len(people) <= offered.left,
        "left": words.people(offered.left),
        "copies": words.number(offered.copies),
        "crumbs": below_files(gettext("Exporter")),
        "back": reverse("cases:portfolio"),
    }
    return render(request, "cases/export.html", context, status=422 if form.is_bound else 200)


@require_GET
def mine(request: AgentRequest) -> HttpResponse:
    """The files one asked for."""
    found = request.conversation.ask(exports.mine(_purpose(request)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    context = {
        "rows": [_line(found, row) for row in found.rows],
        "crumbs": below_files(gettext("Fichiers demandés")),
    }
    return render(request, "cases/exports.html", context)


@require_POST
def fetch(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """A copy of a file that was agreed to."""
    purpose = _purpose(request)
    found = request.conversation.ask(exports.mine(purpose))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    groups = next((row.groups for row in found.rows if row.request == str(identifier)), None)
    if groups is None:
        raise Http404
    copy = request.conversation.ask(exports.agreed(purpose, str(identifier)))
    return RefusalAnswer(copy) if isinstance(copy, Refused) else _file(copy, groups)


@require_POST
def withdraw(request: AgentRequest, identifier: UUID) -> HttpResponse:
    """Take a request back while it waits."""
    done = request.conversation.ask(exports.withdraw(_purpose(request), str(identifier)))
    if isinstance(done, Refused):
        return RefusalAnswer(done)
    messages.success(request, gettext("Votre demande est retirée."))
    return HttpResponseRedirect(reverse("cases:exports"))


def _file(copy: Copy, groups: list[str] | tuple[str, ...]) -> HttpResponse:
    """The file, its name without anybody's; how many are missing stands in that name, where nobody overlooks it."""
    given = sum(not row.masked for row in copy.rows)
    part = "" if given == len(copy.rows) else gettext("-partiel-%(given)s-sur-%(all)s") % {
        "given": given, "all": len(copy.rows)
    }  # fmt: skip
    answer = HttpResponse(text_of_file(copy, groups), content_type="text/csv; charset=utf-8")
    name = f"{gettext('liste')}-{timezone.localdate(copy.made_at).isoformat()}-{copy.mark}{part}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _line(found: Exports, row: Export) -> dict[str, object]:
    now = timezone.now()
    fetchable = row.until_at is not None and now < row.until_at and row.copies < found.copies
    label, tone = STATES[row.status]
    reasons = {each.code: reason_in_words(each) for each in found.reasons}
    return {
        "row": row,
        "title": words.people(row.people),
        "state": str(label),
        "tone": tone,
        "groups": field_groups.names(row.groups),
        "reason": reasons.get(row.reason, row.reason),
        "fetchable": fetchable,
        "left": words.number(found.copies - row.copies),
        "waiting": row.status == "pending",
    }
