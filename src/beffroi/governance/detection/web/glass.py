"""Openings by break-glass, for security officers: who, when, why, and what it was; never whose file."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from beffroi.client import Refused, broken_glass
from beffroi.client.broken_glass import Broken, Shown
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.detection.web import words
from beffroi.governance.directory import api as directory
from beffroi.ui import formatting
from beffroi.ui.components import Crumb, Entry
from beffroi.ui.page_numbers import page_number

VERDICTS = {
    "justified": (_("Justifiée"), "success"),
    "questioned": (_("L'agent doit s'expliquer"), "info"),
    "unjustified": (_("Injustifiée"), "danger"),
}
CHOICES = (
    ("justified", _("Elle était justifiée")),
    ("questioned", _("Je demande une explication à l'agent, de vive voix")),
    ("unjustified", _("Rien ne la justifiait")),
)


@require_GET
def openings(request: AgentRequest) -> HttpResponse:
    """Those that wait for a verdict, the oldest first; the others on demand."""
    every = request.GET.get("toutes") == "oui"
    page = page_number(request.GET.get("page"))
    found = request.conversation.ask(broken_glass.listed(page, every=every))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    more = "&toutes=oui" if every else ""
    context = {
        "found": found,
        "every": every,
        "rows": [_line(row) for row in found.rows],
        "lead": _lead(found.waiting),
        "late": _late(found.late),
        "previous": f"?page={found.page - 1}{more}" if found.page > 1 else "",
        "next": f"?page={found.page + 1}{more}" if found.page < found.pages else "",
    }  # fmt: skip
    return render(request, "detection/glass.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: AgentRequest, entry: int) -> HttpResponse:
    """One of them, with what its author typed; a verdict, posted."""
    missing = False
    if request.method == "POST":
        verdict = request.POST.get("verdict", "")
        missing = verdict not in VERDICTS
        if not missing:
            judged = request.conversation.ask(broken_glass.judge(entry, verdict))
            if isinstance(judged, Refused):
                return RefusalAnswer(judged)
            messages.success(request, gettext("Votre avis est inscrit au journal."))
            return HttpResponseRedirect(reverse("detection:glass"))
    found = request.conversation.ask(broken_glass.show(entry))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    context = _shown(found) | {"missing": missing}
    return render(request, "detection/glass_opening.html", context, status=422 if missing else 200)


def _lead(waiting: int) -> str:
    if not waiting:
        return gettext("Chaque ouverture sans relation est examinée par un agent de sécurité.")
    return ngettext(
        "%(count)s ouverture attend votre avis.", "%(count)s ouvertures attendent votre avis.", waiting
    ) % {"count": words.number(waiting)}  # fmt: skip


def _late(late: int) -> str:
    return ngettext(
        "%(count)s attend depuis plus de sept jours.", "%(count)s attendent depuis plus de sept jours.", late
    ) % {"count": words.number(late)}  # fmt: skip


def _line(row: Broken) -> dict[str, object]:
    label, tone = VERDICTS.get(row.verdict or "", (_("À examiner"), "warning"))
    return {
        "row": row,
        "name": row.name.reveal() or words.unnamed("account", row.account),
        "reason": directory.written(row.reason),
        "state": str(label),
        "tone": tone,
    }


def _shown(found: Shown) -> dict[str, object]:
    row, line = found.opening, _line(found.opening)
    language = formatting.language_of(get_language())
    entries = [
        Entry(gettext("Agent"), str(line["name"])),
        Entry(gettext("Structure"), row.organisation_name),
        Entry(gettext("Motif choisi"), str(line["reason"])),
        Entry(gettext("Autres ouvertures en urgence de cet agent en 30 jours"), words.number(found.again)),
        Entry(gettext("Entrée du journal"), words.number(row.entry)),
    ]
    if row.judged_by is not None and row.judged_at is not None:
        at = formatting.long_date(row.judged_at, language)
        entries.append(Entry(gettext("Examinée par"), f"{row.judged_by.reveal() or '–'}, {at}"))
    return {
        **line,
        "entries": entries,
        "typed": found.text.reveal() if found.text is not None else "",
        "own": found.objection == "glass-of-ones-own",
        "open": found.objection is None,
        "choices": [(code, str(label)) for code, label in CHOICES],
        "contain_url": reverse("containment:home"),
        "unjustified": row.verdict == "unjustified",
        "crumbs": [
            Crumb(gettext("Ouvertures en urgence"), reverse("detection:glass")),
            Crumb(words.number(row.entry)),
        ],
    }
