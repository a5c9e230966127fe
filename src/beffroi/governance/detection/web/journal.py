"""The journal by page, the newest entries first; one entry with all that it holds."""

from dataclasses import dataclass
from datetime import UTC
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused
from beffroi.client.consultations import Entry
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.detection import queries
from beffroi.governance.detection.web import words
from beffroi.governance.detection.web.forms import Filter, wanted
from beffroi.standards.tlog.proof import SUFFIX
from beffroi.ui import components, field_groups
from beffroi.ui.components import Crumb

_MOST = (1 << 63) - 1


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    entry: Entry
    kind: str
    who: str
    where: str
    groups: str


@require_GET
def entries(request: AgentRequest) -> HttpResponse:
    """Entries within reach, of the last day when no day is asked for."""
    found = queries.entries(request.conversation, wanted(request.GET))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    filters = {name: value for name, value in request.GET.items() if name != "avant" and value}
    context = {
        "form": Filter(request.GET),
        "filtered": bool(filters),
        "rows": [_row(entry) for entry in found.rows],
        "newest": f"?{urlencode(filters)}" if request.GET.get("avant") else "",
        "older": "" if found.before is None else f"?{urlencode({**filters, 'avant': found.before})}",
    }
    return render(request, "detection/entries.html", context)


@require_GET
def entry(request: AgentRequest, number: int) -> HttpResponse:
    """One entry within reach; any other does not exist."""
    found = queries.entry(request.conversation, _existing(number))
    if isinstance(found, Refused):
        return _refused(found)
    proof = queries.proof(request.conversation, number)
    if isinstance(proof, Refused):
        return _refused(proof)
    heading = gettext("Entrée n° %(number)s") % {"number": words.number(found.entry)}
    context = {
        "crumbs": [Crumb(gettext("Journal"), reverse("detection:entries")), Crumb(heading)],
        "heading": heading,
        "entry": found,
        "kind": words.kind(found.kind),
        "entries": _entries(found),
        "proof": proof,
        "place": "" if proof.index is None else words.number(proof.index + 1),
        "file": f"{found.entry}{SUFFIX}",
    }
    return render(request, "detection/entry.html", context)


@require_GET
def proof(request: AgentRequest, number: int) -> HttpResponse:
    """The proof of an entry, as a file; without one, the page that says why there is none."""
    found = queries.proof(request.conversation, _existing(number))
    if isinstance(found, Refused):
        return _refused(found)
    if found.proof is None:
        return redirect("detection:entry", number)
    response = HttpResponse(found.proof, content_type="text/plain; charset=utf-8")
    response["content-disposition"] = f'attachment; filename="{found.entry}{SUFFIX}"'
    response["cache-control"] = "no-store"
    return response


def _existing(number: int) -> int:
    if not 1 <= number <= _MOST:
        raise Http404
    return number


def _refused(found: Refused) -> HttpResponse:
    """What is out of reach does not exist."""
    if found.code == "not-found":
        raise Http404
    return RefusalAnswer(found)


def _row(entry: Entry) -> Row:
    return Row(entry, words.kind(entry.kind), _who(entry), _where(entry), field_groups.names(entry.groups))


def _who(entry: Entry) -> str:
    if entry.account is None:
        return ""
    return entry.account_name.reveal() if entry.account_name else words.unnamed("account", entry.account)


def _where(entry: Entry) -> str:
    if entry.organisation is None:
        return ""
    return entry.organisation_name or words.unnamed("organisation", entry.organisation)


def _entries(entry: Entry) -> list[components.Entry]:
    """Everything the entry holds, in words; codes as the journal has them."""
    none = gettext("Aucun")
    held = [
        (gettext("Instant exact (UTC)"), entry.at.astimezone(UTC).isoformat(timespec="microseconds")),
        (gettext("Personne suivie"), entry.person and gettext("n° %(number)s") % {"number": entry.person}),
        (gettext("Champs"), field_groups.names(entry.groups)),
        (gettext("Compte"), _named(_who(entry), entry.account)),
        (gettext("Structure"), _named(_where(entry), entry.organisation)),
        (gettext("Application"), _named(entry.application_name or "", entry.application)),
        (gettext("Session"), entry.session),
        (gettext("Rôle"), entry.role),
        (gettext("Finalité"), entry.purpose),
        (gettext("Motif"), entry.explanation),
        (gettext("Version de la politique"), entry.policy),
        (gettext("Détail"), entry.detail),
    ]
    return [components.Entry(term, value or none) for term, value in held]


def _named(name: str, id_: str | None) -> str | None:
    return f"{name} ({id_})" if name and id_ else id_
