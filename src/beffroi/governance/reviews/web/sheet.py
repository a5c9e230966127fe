"""The sheet of a campaign: the group first, then the others one by one; verdicts leave for the guard's page."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, reviews
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.reviews import Sheet, SheetLine
from beffroi.governance.directory import api as directory
from beffroi.governance.reviews.web import words
from beffroi.ui.page_numbers import page_number

_PREFIX = "avis-"


@dataclass(frozen=True)
class Card:
    """A habilitation looked at alone."""

    line: SheetLine
    name: str
    role: str
    reasons: tuple[str, ...]
    openings: str
    scale: int


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: AgentRequest, campaign: UUID) -> HttpResponse:
    """Read the sheet; a form's verdicts are bound by the guard, and signed on its own page."""
    if request.method == "POST":
        return _leave_to_sign(request, str(campaign))
    return _shown(request, str(campaign), empty=False)


def _leave_to_sign(request: AgentRequest, campaign: str) -> HttpResponse:
    verdicts = {
        name.removeprefix(_PREFIX): word
        for name, word in request.POST.items()
        if name.startswith(_PREFIX) and word in ("keep", "remove")
    }
    together = request.POST.get("ensemble") == "oui"
    if not verdicts and not together:
        return _shown(request, campaign, empty=True)
    prepared = request.conversation.ask(reviews.prepare(campaign, verdicts, together=together))
    if isinstance(prepared, Refused):
        return RefusalAnswer(prepared)
    return directory.leave_for(request, prepared.sign_url, request.path)


def _shown(request: AgentRequest, campaign: str, *, empty: bool) -> HttpResponse:
    found = request.conversation.ask(reviews.sheet(campaign, page=page_number(request.GET.get("page"))))
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    return render(request, "reviews/sheet.html", _context(found, empty=empty), status=422 if empty else 200)


def _context(found: Sheet, *, empty: bool) -> dict[str, object]:
    alone = found.alone
    cards = [_card(line) for line in alone.rows]
    return {
        "found": found,
        "campaign": found.campaign,
        "group": [(line.name.reveal(), words.written(line.role), line.facts) for line in found.together.rows],
        "cards": cards,
        "signable": found.campaign.open and (bool(found.together.rows) or any(card.line.mine for card in cards)),
        "done": not alone.total and not found.together.total,
        "empty": gettext("Choisissez au moins une habilitation à garder ou à retirer.") if empty else "",
        "previous": f"?page={alone.page - 1}" if alone.page > 1 else "",
        "next": f"?page={alone.page + 1}" if alone.page < alone.pages else "",
    }


def _card(line: SheetLine) -> Card:
    facts = line.facts
    total = facts.related + facts.broken + facts.other
    return Card(
        line,
        line.name.reveal(),
        words.written(line.role),
        tuple(words.reason(code) for code in line.reasons),
        words.openings(facts),
        max(total, facts.median, 1),
    )
