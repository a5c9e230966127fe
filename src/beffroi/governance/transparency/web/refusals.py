"""What the guard refused, as a page of the personal space."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
    """Title and sentence are the guard's own, in the language of the page."""
    context = {"refused": refused, "over": refused.code in OVER, "of_documents": refused.code in OF_DOCUMENTS}
    return render(request, "transparency/refused.html", context, status=refused.status)
