"""Is this message really from us? Anybody types the code they read, without signing in and without a link."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from beffroi.client import Refused, messages
from beffroi.governance.directory import api as directory
from beffroi.governance.transparency.web.presence import read_handle


class Checking(forms.Form):
    """A code as it is written in a message."""

    code = forms.CharField(
        label=_("Code écrit dans le message"),
        max_length=40,
        help_text=_("Douze lettres et chiffres, par exemple 7K2M-9TXP-A0QD."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )


@directory.open_to_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Posted, so that a code stands in no address. Raises GuardUnavailable."""
    form = Checking(request.POST if request.method == "POST" else None)
    found, unknown = None, False
    if form.is_bound and form.is_valid():
        answered = directory.guard_of_settings().ask(messages.check(form.cleaned_data["code"]))
        unknown = isinstance(answered, Refused)
        if not isinstance(answered, Refused):
            found = {
                "said": directory.written(answered.said), "organisation": answered.organisation,
                "made_on": answered.made_on,
            }  # fmt: skip
    status = 404 if unknown else 422 if form.is_bound and not form.is_valid() else 200
    inside = read_handle(request) is not None
    context = {"form": form, "found": found, "unknown": unknown, "inside": inside}
    return render(request, "transparency/check.html", context, status=status)
