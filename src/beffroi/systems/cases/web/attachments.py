"""Attachments of a file: what is there, adding, downloading, removing. Contents pass through and stay nowhere."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, calls
from beffroi.client import attachments as guarded
from beffroi.client.attachments import Attachment, Attachments
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.systems.cases import rights
from beffroi.systems.cases.attachments.forms import Adding, too_large
from beffroi.systems.cases.people import name_of
from beffroi.systems.cases.web.trail import below_file
from beffroi.systems.cases.web.whose import known_name
from beffroi.ui import attachments as words
from beffroi.ui.files import given

_OF_THE_FILE: Final = frozenset(
    {
        "attachment-empty",
        "attachment-type",
        "attachment-damaged",
        "attachment-infected",
        "attachment-too-many",
        "attachment-scanner-away",
        "attachment-no-scanner",
    }
)
"""Refusals that the form shows in the guard's own words."""


@require_http_methods(["GET", "HEAD", "POST"])
def attachments(request: AgentRequest, person: UUID) -> HttpResponse:
    """What documents the file holds, and the form that adds one."""
    _refuse_others(request)
    if request.method != "POST":
        return _page(request, str(person), None)
    if not _writes(request):
        raise Http404
    form = Adding(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, str(person), form)
    typed = form.cleaned_data
    purpose = rights.purpose_of(request.described, "update")
    added = request.conversation.ask(guarded.add(str(person), purpose, typed["id"], typed["kind"], typed["file"]))
    if isinstance(added, Refused) and added.code == "attachment-too-large":
        return _page(request, str(person), form, oversized=True)
    if isinstance(added, Refused) and added.code in _OF_THE_FILE:
        form.add_error("file", added.detail)
        return _page(request, str(person), form)
    if isinstance(added, Refused) and added.code == "attachment-kept":
        # Perhaps another document, from a form that the browser went back to: never said to be kept.
        said = gettext(
            "Ce formulaire avait déjà servi. Si vous vouliez joindre une autre pièce, choisissez-la de nouveau."
        )
        messages.warning(request, said)
        return HttpResponseRedirect(request.path)
    if isinstance(added, Refused):
        return RefusalAnswer(added)
    messages.success(request, gettext("La pièce est jointe au dossier."))
    return HttpResponseRedirect(request.path)


def _page(request: AgentRequest, person: str, form: Adding | None, *, oversized: bool = False) -> HttpResponse:
    purpose = rights.purpose_of(request.described, "open")
    opened = request.conversation.ask(calls.open_file(person, purpose, [rights.IDENTITY]))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    found = request.conversation.ask(guarded.listed(person, purpose))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    if form is not None and oversized:
        form.add_error("file", too_large(found.largest))
    name = name_of(opened.fields.get(rights.IDENTITY, {})).full
    context = {
        "name": name,
        "crumbs": below_file(person, gettext("Pièces jointes"), name),
        "rows": _lines(request, person, found),
        "full": len(found.rows) >= found.most,
        "most": found.most,
        "scanning": found.scanning,
        "refused_form": form,
        "form": form or (Adding(largest=found.largest) if _writes(request) else None),
    }
    return render(request, "cases/attachments.html", context, status=200 if form is None else 422)


def _lines(request: AgentRequest, person: str, found: Attachments) -> list[dict[str, object]]:
    """Each attachment in words; who added it by name, where it is a colleague."""
    names: dict[str, str] = {}
    authors = sorted({row.added_by for row in found.rows})
    if authors:
        colleagues = request.conversation.ask(calls.colleagues(authors))
        if not isinstance(colleagues, Refused):
            names = {account: name.reveal() for account, name in colleagues.names.items()}
    return [
        {
            "row": row,
            "kind": words.kind(row.kind),
            "media": words.media(row.media),
            "size": words.size(row.size),
            "author": names.get(row.added_by, ""),
            "url": reverse("cases:attachment", args=[person, row.id]),
            "removal": reverse("cases:attachment_remove", args=[person, row.id]) if _writes(request) else "",
        }
        for row in found.rows
    ]


@require_GET
def download(request: AgentRequest, person: UUID, attachment: UUID) -> HttpResponse:
    """One document, to be saved and never shown by the console itself."""
    _refuse_others(request)
    purpose = rights.purpose_of(request.described, "open")
    opened = request.conversation.ask(guarded.opened(str(person), purpose, str(attachment)))
    if isinstance(opened, Refused):
        return RefusalAnswer(opened)
    if opened.media not in words.MEDIA:
        raise Http404
    name = words.file_name(opened.kind, opened.media, opened.added_at)
    return given(opened.content, opened.media, name)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: AgentRequest, person: UUID, attachment: UUID) -> HttpResponse:
    """Ask whether a document is to go, then let it go."""
    _refuse_others(request)
    if not _writes(request):
        raise Http404
    back = reverse("cases:attachments", args=[person])
    if request.method == "POST":
        purpose = rights.purpose_of(request.described, "update")
        removed = request.conversation.ask(guarded.remove(str(person), purpose, str(attachment)))
        if isinstance(removed, Refused) and removed.code != "attachment-unknown":
            return RefusalAnswer(removed)
        messages.success(request, gettext("La pièce n'est plus dans le dossier."))
        return HttpResponseRedirect(back)
    found = request.conversation.ask(guarded.listed(str(person), rights.purpose_of(request.described, "open")))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    row: Attachment | None = next((each for each in found.rows if each.id == str(attachment)), None)
    if row is None:
        return HttpResponseRedirect(back)
    name = known_name(request, person)
    context = {
        "row": row,
        "kind": words.kind(row.kind),
        "media": words.media(row.media),
        "size": words.size(row.size),
        "back": back,
        "name": name,
        "crumbs": below_file(person, gettext("Retirer une pièce"), name),
    }
    return render(request, "cases/attachment_removal.html", context)


def _refuse_others(request: AgentRequest) -> None:
    if rights.ATTACHMENTS not in rights.readable(request.described):
        raise Http404


def _writes(request: AgentRequest) -> bool:
    return rights.ATTACHMENTS in rights.writable(request.described)
