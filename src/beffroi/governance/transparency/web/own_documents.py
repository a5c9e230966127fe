"""My documents: those that the file holds, whichever organisation added them; to take away, never shown here."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from beffroi.client import Refused, personal
from beffroi.client.personal import OwnAttachment
from beffroi.governance.transparency.web.presence import PersonRequest, in_own_space
from beffroi.ui import attachments
from beffroi.ui.files import given


@dataclass(frozen=True)
class Line:
    """One document in words; ``organisation`` is empty where nothing says any more who added it."""

    id: str
    kind: str
    media: str
    size: str
    added_at: datetime
    organisation: str
    scanned: bool


@require_GET
@in_own_space
def own_documents(request: PersonRequest) -> HttpResponse | Refused:
    """All of them, the last added first."""
    found = request.conversation.ask(personal.own_attachments())
    if isinstance(found, Refused):
        return found
    return render(request, "transparency/own_documents.html", {"rows": [_line(row) for row in found.rows]})


@require_POST
@in_own_space
def own_document(request: PersonRequest) -> HttpResponse | Refused:
    """One of them, to be saved; by a form, so that nothing fetches it in advance."""
    opened = request.conversation.ask(personal.own_attachment(_named(request)))
    if isinstance(opened, Refused):
        return opened
    if opened.media not in attachments.MEDIA:
        raise Http404
    name = attachments.file_name(opened.kind, opened.media, opened.added_at)
    return given(opened.content, opened.media, name)


def _named(request: PersonRequest) -> str:
    """The document that the form names; the guard judges whether it is this person's. Raises Http404."""
    try:
        return str(UUID(request.POST.get("document", "")))
    except ValueError:
        raise Http404 from None


def _line(row: OwnAttachment) -> Line:
    return Line(
        row.id, attachments.kind(row.kind), attachments.media(row.media), attachments.size(row.size), row.added_at,
        row.organisation_name or "", row.scanned,
    )  # fmt: skip
