"""Lists of files that are due for erasure, and one of them: looked at, then sent to two people who sign it off."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from beffroi.client import Refused, erasing
from beffroi.client.erasing import ErasureListShown
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.governance.erasing.web import words
from beffroi.ui.components import Crumb

STALE = "not-in-that-state"
"""The guard's code for a list that is not, or no longer, as it was read."""


@require_safe
def lists(request: AgentRequest) -> HttpResponse:
    """Every list within reach: what waits to be looked at first, what is over last."""
    found = request.conversation.ask(erasing.erasure_lists())
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    context = {
        "found": found,
        "months": (round(found.archive_days / 30.4), round(found.erase_days / 30.4)),
        "open": [(row, *words.state(row)) for row in found.rows if row.status != "done"],
        "over": [row for row in found.rows if row.status == "done"],
        "erased_today": found.erased_a_day - found.room,
        "organisation": request.described.membership.organisation.name if request.described.membership else "",
    }
    return render(request, "erasing/lists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: AgentRequest, list_: UUID) -> HttpResponse:
    """One list; buttons send it to be signed as it was read, or end a hold."""
    here = reverse("erasing:list", args=[list_])
    if request.method == "POST":
        return _answer(request, str(list_), here)
    found = request.conversation.ask(erasing.erasure_list(str(list_)))
    if isinstance(found, Refused):
        return gone(request, found)
    wide = request.conversation.ask(erasing.erasure_lists())
    if isinstance(wide, Refused):
        return RefusalAnswer(wide)
    label, tone = words.state(found.list)
    held = {one.person for one in found.holds}
    context = {
        "found": found,
        "requests": wide.requests,
        "state": label,
        "tone": tone,
        "lines": [
            {
                "line": line,
                "short": words.short(line.person),
                "hold_url": reverse("erasing:hold", args=[list_, line.person]),
            }
            for line in found.lines
            if line.person not in held
        ],
        "holds": holds_of(found),
        "crumbs": (Crumb(gettext("Effacements"), reverse("erasing:lists")), Crumb(found.list.organisation.name)),
        "waiting": found.list.status == "open" and found.list.request is None and found.list.people > 0,
    }
    return render(request, "erasing/list.html", context)


def holds_of(found: ErasureListShown) -> list[dict[str, object]]:
    """What is held back, each with its reason in words."""
    labels = {reason.code: words.written(reason.label) for reason in found.reasons}
    return [
        {"hold": hold, "short": words.short(hold.person), "reason": labels.get(hold.reason, hold.reason)}
        for hold in found.holds
    ]


def gone(request: AgentRequest, refused: Refused) -> HttpResponse:
    """A list that is not there, or not as it was: back to the lists, with a word."""
    if refused.code != STALE:
        return RefusalAnswer(refused)
    messages.warning(request, gettext("Cette liste a changé, ou n'est plus à signer : relisez-la."))
    return HttpResponseRedirect(reverse("erasing:lists"))


def _answer(request: AgentRequest, list_: str, here: str) -> HttpResponse:
    ended = request.POST.get("fin", "")[:36]
    if ended:
        released = request.conversation.ask(erasing.release(ended))
        if isinstance(released, Refused):
            return gone(request, released)
        messages.success(request, gettext("Le dossier n'est plus retenu. Il reviendra sur une prochaine liste."))
        return HttpResponseRedirect(here)
    made = request.conversation.ask(erasing.sign_off(list_, request.POST.get("empreinte", "")[:64]))
    if isinstance(made, Refused):
        return gone(request, made)
    messages.success(request, gettext("La demande est faite : deux personnes doivent signer cette liste."))
    return HttpResponseRedirect(here)
