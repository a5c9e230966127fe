"""The whole list as CSV (RFC 4180), as it comes: random ids, names of field groups, counts; no name."""

import csv
from collections.abc import Iterator

from django.http import HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, forensics
from beffroi.client.forensics import Person
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.incidents.web.forms import scope_of, sent


class _Echo:
    def write(self, line: str) -> str:
        return line


@require_http_methods(["POST"])
def people(request: AgentRequest) -> HttpResponseBase:
    """Everybody that these agents read."""
    options = request.conversation.ask(forensics.options())
    if isinstance(options, Refused):
        return RefusalAnswer(options)
    form = sent(options, request.POST)
    if not form.is_valid():
        return HttpResponseRedirect(reverse("incidents:home"))
    kind, ids, email = scope_of(form)
    from_at, until_at = form.window()

    def ask(page: int) -> forensics.Readers | Refused:
        return request.conversation.ask(
            forensics.readers(
                kind, ids=ids, email=email, from_at=from_at, until_at=until_at, page=page, size=forensics.MOST_ROWS
            )
        )

    first = ask(1)
    if isinstance(first, Refused):
        return RefusalAnswer(first)

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield writer.writerow(("person", "groups", "openings"))
        found: forensics.Readers | Refused = first
        while not isinstance(found, Refused):
            yield "".join(writer.writerow(_line(one)) for one in found.rows)
            if found.page >= found.pages:
                return
            found = ask(found.page + 1)
        # A list cut short must not pass for a whole one: the answer breaks off, and the browser says so.
        raise ConnectionAbortedError(found.code)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    day = timezone.localdate().isoformat()
    response["content-disposition"] = f'attachment; filename="{gettext("personnes-lues")}-{day}.csv"'
    response["cache-control"] = "no-store"
    return response


def _line(one: Person) -> tuple[str, str, int]:
    return one.person, "+".join(one.groups), one.openings
