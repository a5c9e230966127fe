"""Consultations that people are shown later: what is, and a request that a second person agrees to."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, approvals, personal
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.core.delaying import MOST_DAYS
from beffroi.ui.components import Crumb

_USUAL = timedelta(days=30)
_BETWEEN = format_lazy(_("De 1 à {most} jours."), most=MOST_DAYS)


class _DayField(forms.DateField):
    """A day that has another before and after it in every time zone, as far as journals go."""

    def __init__(self, **options: Any) -> None:
        validators = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31)))
        super().__init__(validators=validators, **options)


class Asking(forms.Form):
    """Whose consultations, of which days, for how long."""

    compte = forms.UUIDField(label=_("Compte"), help_text=_("L'identifiant que montre le signalement ou l'alerte."))
    du = _DayField(label=_("Consultations du"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    au = _DayField(label=_("Au"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    jours = forms.IntegerField(
        label=_("Montrer dans (jours)"),
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_BETWEEN,
        error_messages={"min_value": _BETWEEN, "max_value": _BETWEEN},
    )

    def body(self) -> dict[str, Any]:
        """As the guard takes it."""
        typed = self.cleaned_data
        return {
            "account": str(typed["compte"]), "from_at": _begins(typed["du"]).isoformat(),
            "until_at": _begins(typed["au"] + timedelta(days=1)).isoformat(), "days": typed["jours"],
        }  # fmt: skip


def delay_url(account: str) -> str:
    """Where a delay for this account is asked for."""
    return f"{reverse('transparency:delays')}?{urlencode({'compte': account})}"


@require_http_methods(["GET", "POST"])
def delays(request: AgentRequest) -> HttpResponse:
    """What is shown later, and the form; or one that is in force, continued once."""
    found = request.conversation.ask(personal.delays())
    if isinstance(found, Refused):
        return RefusalAnswer(found)
    today = timezone.localdate()
    usual = {"compte": request.GET.get("compte", "")[:36], "du": today - _USUAL, "au": today, "jours": MOST_DAYS}
    form = Asking(None, initial=usual)
    if request.method == "POST":
        body = None
        row = next((one for one in found.rows if one.delay == request.POST.get("prolonger")), None)
        if row is not None:
            body = {
                "account": row.account, "from_at": row.from_at.isoformat(), "until_at": row.until_at.isoformat(),
                "days": MOST_DAYS, "renews": row.delay,
            }  # fmt: skip
        else:
            form = Asking(request.POST)
            body = form.body() if form.is_valid() else None
        if body is not None:
            made = request.conversation.ask(approvals.make("delay", body))
            if not isinstance(made, Refused):
                return HttpResponseRedirect(reverse("habilitations:request", args=[made.request]))
            if row is not None:
                return RefusalAnswer(made)
            form.add_error(None, made.detail)
    crumbs = (
        Crumb(gettext("Signalements"), reverse("transparency:reports")),
        Crumb(gettext("Consultations montrées plus tard")),
    )
    context = {"rows": found.rows, "form": form, "crumbs": crumbs}
    return render(request, "transparency/delays.html", context, status=422 if form.errors else 200)


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone()).astimezone(UTC)
