"""What the guard refused, as a page of the personal space."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from beffroi.client import Refused

OVER = frozenset(
    {
        "session-unknown", "session-ended", "session-other-client", "session-other-application", "integrity",
        "application-closed", "application-unknown", "everything-contained",
    }
)  # fmt: skip
"""After these, only signing in again helps."""
OF_DOCUMENTS = frozenset({"attachment-unknown", "attachment-altered"})
"""After these, the other documents are still there."""


def page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Title and sentence are the guard's own, in the language of the page, but for a document."""
    title, detail = refused.title, refused.detail
    if refused.code == "attachment-unknown":  # the guard speaks of attachments, as staff do
        title = gettext("Document introuvable")
        detail = gettext("Ce document n'est pas, ou n'est plus, dans votre dossier.")
    context = {
        "title": title, "detail": detail, "code": refused.code, "over": refused.code in OVER,
        "again": refused.code in OVER and refused.code.startswith("session-"),
        "of_documents": refused.code in OF_DOCUMENTS,
    }  # fmt: skip
    return render(request, "transparency/refused.html", context, status=refused.status)
