"""The requester's pages: what one asked for, a new request, many at once, and taking one back."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from beffroi.client import Refused, admissions, approvals
from beffroi.client.approvals import Requests
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.habilitations.forms import COLUMNS, AccessForm, BatchForm, Row, read_batch
from beffroi.governance.habilitations.web import tabs, words
from beffroi.ui.page_numbers import page_number

FIELD_OF = {
    "period-wrong": "until_on", "address-wrong": "email", "role-not-handed-out": "roles", "duties-apart": "roles",
    "application-not-open": "applications",
}  # fmt: skip
"""The field beside which an objection is said, where one field is at fault."""


@require_GET
def mine(request: AgentRequest) -> HttpResponse:
    """My requests, those that wait or those that are over."""
    closed = request.GET.get("vue") == "closes"
    found = request.conversation.ask(approvals.listed("mine", closed=closed, page=page_of(request)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    waiting = request.conversation.ask(admissions.waiting(count_only=True))
    from_directory = None if isinstance(waiting, Refused) else waiting.total
    shown = tabs.of_requests(tabs.CLOSED if closed else tabs.WAITING, from_directory)
    return render(request, "habilitations/mine.html", {**listing(found, closed), "tabs": shown})


def page_of(request: AgentRequest) -> int:
    """The page asked for, from 1."""
    return page_number(request.GET.get("page"))


def listing(found: Requests, closed: bool) -> dict[str, object]:
    """What every list of requests shows."""
    view = "vue=closes&" if closed else ""
    return {
        "found": found, "closed": closed,
        "rows": [
            (row, row.concerns.reveal(), row.requester.reveal(), ", ".join(map(words.written, row.roles)),
             words.written(row.label), *words.status(row.status))
            for row in found.rows
        ],
        "previous": f"?{view}page={found.page - 1}" if found.page > 1 else "",
        "next": f"?{view}page={found.page + 1}" if found.page < found.pages else "",
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AgentRequest) -> HttpResponse:
    """The form of one request; what was typed stays when the guard objects."""
    options = request.conversation.ask(approvals.options())
    if isinstance(options, Refused):
        return RefusalAnswer(options)
    form = AccessForm(options, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = request.conversation.ask(approvals.make("access", form.body()))
        if not isinstance(made, Refused):
            messages.success(request, sent(made.needed))
            return HttpResponseRedirect(reverse("habilitations:request", args=[made.request]))
        if made.code == "step-up-required" or made.status in (401, 503):
            return RefusalAnswer(made)
        form.add_error(FIELD_OF.get(made.code), made.detail)
    status = 422 if form.is_bound else 200
    return render(request, "habilitations/new.html", {"form": form}, status=status)


def sent(needed: int) -> str:
    """What a requester is told of a request just made."""
    return ngettext(
        "La demande est transmise. Elle attend l'accord d'une personne.",
        "La demande est transmise. Elle attend l'accord de %(needed)s personnes.",
        needed,
    ) % {"needed": needed}


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: AgentRequest) -> HttpResponse:
    """Many requests from a table: judged line by line first, made when the requester says so, withdrawn in one go."""
    options = request.conversation.ask(approvals.options())
    if isinstance(options, Refused):
        return RefusalAnswer(options)
    form = BatchForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form, "columns": ";".join(COLUMNS), "options": options}
    if not form.is_bound or not form.is_valid():
        return render(request, "habilitations/batch.html", context, status=422 if form.is_bound else 200)
    rows, unreadable = read_batch(form.cleaned_data["lines"], options)
    if unreadable:
        form.add_error("lines", unreadable)
        return render(request, "habilitations/batch.html", context, status=422)
    context["rows"] = rows
    context["wrong"] = [row for row in rows if row.problems]
    if request.POST.get("faire") != "envoyer" or context["wrong"]:
        return render(request, "habilitations/batch.html", context, status=422 if context["wrong"] else 200)
    return _send(request, rows)


def _send(request: AgentRequest, rows: list[Row]) -> HttpResponse:
    """Make every request; those that the guard objects to are said, the others are made."""
    made: list[str] = []
    told: list[tuple[Row, str]] = []
    for row in rows:
        answer = request.conversation.ask(approvals.make("access", row.body or {}))
        if isinstance(answer, Refused):
            if answer.status in (401, 503) and not made:
                return RefusalAnswer(answer)
            told.append((row, answer.detail))
        else:
            made.append(answer.request)
    context = {"made": made, "told": told}
    return render(request, "habilitations/batch_sent.html", context, status=200 if made else 422)


@require_POST
def undo(request: AgentRequest) -> HttpResponse:
    """Take back the requests of a batch that nobody decided yet."""
    asked = request.POST.getlist("demande")[:100]
    withdrawn = 0
    for identifier in asked:
        answer = request.conversation.ask(approvals.withdraw(identifier))
        withdrawn += not isinstance(answer, Refused)
    left = len(asked) - withdrawn
    messages.success(
        request,
        ngettext("%(count)s demande retirée.", "%(count)s demandes retirées.", withdrawn) % {"count": withdrawn},
    )
    if left:
        told = ngettext("%(count)s était déjà décidée.", "%(count)s étaient déjà décidées.", left)
        messages.warning(request, told % {"count": left})
    return HttpResponseRedirect(reverse("habilitations:mine"))


@require_GET
def show(request: AgentRequest, identifier: object) -> HttpResponse:
    """One request: what it says, what was decided, and what the reader may do about it."""
    found = request.conversation.ask(approvals.show(str(identifier)))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    label, tone = words.status(found.status)
    code_state, code_tone = words.code(found.code.state) if found.code else ("", "")
    context = {
        "code_state": code_state,
        "code_tone": code_tone,
        "found": found,
        "heading": words.written(found.label),
        "status": label,
        "tone": tone,
        "lines": [(words.written(line.label), words.said(line)) for line in found.lines],
        "given": [
            (one.approver.reveal(), one.verdict, one.at, one.reason.reveal() if one.reason else "")
            for one in found.approvals
        ],
        "against": words.objection(found.objection) if found.objection else "",
        "anomalies": [words.written(one.label) for one in found.background.anomalies] if found.background else [],
        "agreed": sum(one.verdict == "approve" for one in found.approvals),
    }
    return render(request, "habilitations/request.html", context)


@require_POST
def withdraw(request: AgentRequest, identifier: object) -> HttpResponse:
    """Take one's own request back."""
    answer = request.conversation.ask(approvals.withdraw(str(identifier)))
    if isinstance(answer, Refused):
        return RefusalAnswer(answer)
    messages.success(request, gettext("La demande est retirée."))
    return HttpResponseRedirect(reverse("habilitations:mine"))


@require_POST
def confirmation(request: AgentRequest) -> HttpResponse:
    """Ask for the end of somebody's probation."""
    body = {"habilitation": request.POST.get("habilitation", "")[:64]}
    made = request.conversation.ask(approvals.make("confirmation", body))
    if isinstance(made, Refused):
        return RefusalAnswer(made)
    messages.success(request, sent(made.needed))
    return HttpResponseRedirect(reverse("habilitations:request", args=[made.request]))
