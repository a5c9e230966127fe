"""What the pages of partners have in common when the guard says no, or takes a request."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.utils.translation import ngettext

from beffroi.client import Refused
from beffroi.client.in_django import AgentRequest
from beffroi.client.partners import Asked

OBJECTIONS = frozenset(
    {
        "period-wrong", "address-wrong", "clauses-missing", "siret-wrong", "already-known", "already-requested",
        "partner-state", "list-incomplete", "answers-missing", "public-domain", "not-in-roster",
        "too-few-approvers", "too-many-pending", "network-stays", "role-not-handed-out", "out-of-reach", "malformed",
    }
)  # fmt: skip
"""Refusals that are about what was typed or asked: they are said on the page, which keeps what was typed."""


def said(form: forms.Form, refused: Refused, fields: Mapping[str, str]) -> bool:
    """Say a refusal beside the field at fault; whether it was one to be said on the page."""
    if refused.code not in OBJECTIONS:
        return False
    form.add_error(fields.get(refused.code), refused.detail)
    return True


def sent(request: AgentRequest, asked: Asked) -> None:
    """Tell that a request was made, and what it still takes."""
    text = ngettext(
        "Demande transmise. Rien ne change avant qu'une personne du réseau l'approuve.",
        "Demande transmise. Rien ne change avant que %(needed)s personnes du réseau l'approuvent.",
        asked.needed,
    )
    messages.success(request, text % {"needed": asked.needed})
