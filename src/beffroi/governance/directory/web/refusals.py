"""One page for each kind of refusal: what happened, what still works, what to do; what was typed is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from beffroi.client.answers import Budget, Refused
from beffroi.governance.directory.web import cookies
from beffroi.governance.directory.web.access import described
from beffroi.governance.directory.web.words import bucket_label
from beffroi.ui import errors

_OVER: Final = frozenset({"session-unknown", "session-ended", "session-other-application", "session-other-client"})
_NOT_KEPT: Final = frozenset({"csrfmiddlewaretoken"})
_TO_RENEW: Final = "attestation-expired"
_QUESTION_PAUSE: Final = 600
_PASSKEY: Final = 3


@dataclass(frozen=True)
class Meter:
    """One line of the budget page."""

    label: str
    used: int
    cap: int
    period: str


def after(request: HttpRequest) -> str:
    """Query string by which a page says where to go on: this page."""
    return urlencode({"suite": request.get_full_path()})


def kept(request: HttpRequest) -> list[tuple[str, str]]:
    """The form that was being sent, to be sent again."""
    if request.method != "POST":
        return []
    return [(name, value) for name, values in request.POST.lists() if name not in _NOT_KEPT for value in values]


def signed_out(request: HttpRequest) -> HttpResponse:
    """Nobody is signed in here: off to the guard, or first a page that keeps what was typed."""
    if request.method in {"GET", "HEAD"}:
        return HttpResponseRedirect(f"{reverse('directory:sign_in')}?{after(request)}")
    return _over(request, gettext("Votre session est terminée. Connectez-vous de nouveau pour continuer."))


def page(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The page of a refusal."""
    code = refused.code
    if code in _OVER:
        return _over(request, refused.detail)
    if code == "step-up-required" and refused.step_up is not None:
        return _step_up(request, refused)
    if code == "membership-not-chosen":
        return HttpResponseRedirect(f"{reverse('directory:choice')}?{after(request)}")
    if code.startswith("budget-") and code != "budget-unknown":
        return _budget(request, refused)
    if code == "too-many-questions":
        return errors.too_many_requests(request, retry_after=refused.retry_after or _QUESTION_PAUSE)
    if code == "malformed":
        return errors.error_page(request, 400)
    if code == "person-unknown":
        return render(request, "directory/unknown_person.html", {"refused": refused}, status=404)
    training = reverse(settings.DIRECTORY_TRAINING) if code == _TO_RENEW else ""
    return render(
        request, "directory/refused.html", {"refused": refused, "training": training}, status=refused.status
    )


def _over(request: HttpRequest, sentence: str) -> HttpResponse:
    context = {"sentence": sentence, "fields": kept(request), "path": request.get_full_path(), "action": "sign-in"}
    response = render(request, "directory/session_over.html", context, status=401)
    cookies.forget_handle(response)
    return response


def _step_up(request: HttpRequest, refused: Refused) -> HttpResponse:
    assert refused.step_up is not None
    context = {
        "refused": refused,
        "passkey": refused.step_up.level >= _PASSKEY,
        "max_age": refused.step_up.max_age,
        "fields": kept(request),
        "path": request.get_full_path(),
        "action": "step-up",
        "step_up_url": refused.step_up.url,
    }
    return render(request, "directory/step_up.html", context, status=403)


def _budget(request: HttpRequest, refused: Refused) -> HttpResponse:
    session = described(request)
    budgets = session.budgets if session is not None and refused.code == "budget-account" else ()
    full = [meter for budget in budgets for meter in _full(budget, refused.span)]
    context = {"refused": refused, "meters": full, "returns": _returns(refused.span, timezone.localtime())}
    return render(request, "directory/budget.html", context, status=429)


def _full(budget: Budget, span: str | None) -> list[Meter]:
    """The spans of a budget that are used up, that of the refusal only when it names one."""
    periods = {
        "hour": gettext("cette heure-ci"),
        "day": gettext("aujourd'hui"),
        "week": gettext("en sept jours"),
        "month": gettext("en trente jours"),
    }
    return [
        Meter(bucket_label(budget.bucket), used, cap, periods[name])
        for name in periods
        for used, cap in [(getattr(budget.spent, name), getattr(budget.caps, name))]
        if used >= cap and span in (None, name)
    ]


def _returns(span: str | None, now: datetime) -> datetime | None:
    """When the budget counts anew: the next hour or midnight in Paris; no single instant for rolling spans."""
    if span == "hour":
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if span == "day":
        return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return None
