"""My file: what the network keeps about me, group by group, who follows me and how."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final, cast

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused, personal
from beffroi.client.people import text_of
from beffroi.client.personal import Corrected, Follower
from beffroi.governance.directory import api as directory
from beffroi.governance.transparency.web.presence import PersonRequest, in_own_space
from beffroi.ui import field_groups, formatting
from beffroi.ui.components import Entry

_ORDER = (
    "identity", "contact", "legal_representative", "situation", "training", "followup", "sensitive_followup", "nir",
    "agency_id",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One group of the file in plain words."""

    title: str
    entries: list[Entry]


@dataclass(frozen=True)
class Place:
    """An organisation that knows the person."""

    name: str
    why: str
    who: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class OwnFollowup:
    """How one organisation follows the person, in words."""

    organisation: str
    entries: Sequence[Entry]


@dataclass(frozen=True, repr=False)
class Correction:
    """What an organisation corrected at the person's request."""

    at: datetime
    name: str
    lines: list[Entry]


_GROWING = frozenset({"notes", "actions", "payments"})
_HISTORY = frozenset({"changes"})
"""A change of situation is also in the field that it is about."""
RESTRICTED: Final = "restricted"
"""The kind of the relation by which an organisation restricts the use of a file."""


@cache
def followups() -> Callable[[Sequence[str], Mapping[str, str]], Sequence[OwnFollowup]]:
    """What other applications keep: the composition root names it (TRANSPARENCY_FOLLOWUPS_OF_PERSON)."""
    found = import_string(settings.TRANSPARENCY_FOLLOWUPS_OF_PERSON)
    return cast(Callable[[Sequence[str], Mapping[str, str]], Sequence[OwnFollowup]], found)


@cache
def place_named() -> Callable[[str], str]:
    """A place of birth in words: the composition root names it (TRANSPARENCY_PLACE_NAMED)."""
    return cast(Callable[[str], str], import_string(settings.TRANSPARENCY_PLACE_NAMED))


@require_GET
@in_own_space
def own_file(request: PersonRequest) -> HttpResponse | Refused:
    """Everything, in one reading."""
    oneself = request.conversation.ask(personal.oneself())
    if isinstance(oneself, Refused):
        return oneself
    found = request.conversation.ask(personal.own_file())
    if isinstance(found, Refused):
        return found
    codes = [code for code in _ORDER if code in found.fields] + sorted(found.fields.keys() - set(_ORDER))
    parts = [Part(field_groups.name(code), list(_entries(found.fields[code]))) for code in codes]
    context = {
        "parts": [part for part in parts if part.entries],
        "absent": [field_groups.name(code) for code in _ORDER if code not in found.fields],
        "places": [_place(one) for one in found.followed_by if one.kind != RESTRICTED],
        "followups": followups()(oneself.people, {one.id: one.name for one in oneself.organisations}),
        "restricted_by": [one for one in found.followed_by if one.kind == RESTRICTED],
        "corrections": [_corrected(one) for one in found.corrections],
    }
    return render(request, "transparency/own_file.html", context)


def _corrected(one: Corrected) -> Correction:
    """What was put right: each field as it was and as it is since; of notes, those that were added or changed."""
    lines = []
    for change in one.changes:
        if change.field in _HISTORY:
            continue
        before, after = [
            ", ".join(entry.value for entry in _entries({change.field: value})) if value else gettext("rien")
            for value in (change.before, change.after)
        ]
        title = _labels().get(change.field, gettext("Autre information"))
        added = change.field in _GROWING and not change.before
        lines.append(Entry(title, gettext("ajouté : %(text)s") % {"text": after} if added else f"{before} → {after}"))
    return Correction(one.at, one.organisation_name, lines)


def _entries(fields: Mapping[str, Any]) -> list[Entry]:
    labels, found = _labels(), []
    for name in [*(one for one in labels if one in fields), *(one for one in fields if one not in labels)]:
        value = fields[name]
        label = labels.get(name, gettext("Autre information"))
        if isinstance(value, list):
            for one in value:
                found.append(Entry(label, _line(one)))
                found += [Entry(gettext("Note avant correction"), text_of(old.get("text"))) for old in _earlier(one)]
        elif value is not None:
            found.append(Entry(label, _writing(name)(text_of(value))))
    return found


def _line(value: Any) -> str:
    """One note, step, training, change, payment or representative of a list: its date first, where it has one."""
    if not isinstance(value, Mapping):
        return text_of(value)
    if "cents" in value:
        return _payment(value)
    if "last_name" in value:
        return ", ".join(
            text_of(value[name]) for name in _labels() if name != "letters" and value.get(name) is not None
        )
    if "label" in value:
        return _step(value)
    at, text = text_of(value.get("on") or value.get("at")), text_of(value.get("text"))
    if "subject" in value:
        subject = text_of(value["subject"])
        text = " – ".join(filter(None, (_subjects().get(subject, subject), text)))
    return f"{_day(at[:10])} – {text}" if at else text


def _step(value: Mapping[str, Any]) -> str:
    """What is to be done, where it stands, who is to do it and until when; once it is done, the day."""
    status, by, at, due_on = (text_of(value.get(name)) for name in ("status", "by", "at", "due_on"))
    said = [text_of(value["label"]), _step_states().get(status, status)]
    if status == "to-do":
        said += [gettext("par vous") if by == "person" else gettext("par votre conseiller")] if by else []
        said += [gettext("au plus tard le %(day)s") % {"day": _day(due_on)}] if due_on else []
    elif at:
        said.append(_day(at))
    return " – ".join(said)


def _payment(value: Mapping[str, Any]) -> str:
    year, _, month = text_of(value.get("month")).partition("-")
    cents, paid = int(text_of(value["cents"])), text_of(value.get("paid_on"))
    amount = f"{month}/{year} – {cents // 100},{cents % 100:02d} €"
    return gettext("%(amount)s, payé le %(day)s") % {"amount": amount, "day": _day(paid)} if paid else amount


def _earlier(value: Any) -> list[Mapping[str, Any]]:
    """What a note said before it was corrected: kept, so shown."""
    return list(value.get("earlier") or ()) if isinstance(value, Mapping) else []


def _writing(name: str) -> Callable[[str], str]:
    if name == "birth_place":
        return place_named()
    return {"nir": formatting.nir, "phone": formatting.phone, "sex": _sex, "letters": _yes}.get(
        name, _day if name in ("birth_date", "starts_on") else str
    )


def _day(text: str) -> str:
    try:
        return formatting.long_date(date.fromisoformat(text), formatting.language_of(get_language()))
    except ValueError:
        return text


def _sex(text: str) -> str:
    return {"F": gettext("Femme"), "M": gettext("Homme")}.get(text, text)


def _yes(text: str) -> str:
    return gettext("Oui") if text == "True" else gettext("Non")


def _place(one: Follower) -> Place:
    reasons = {
        "followed": gettext("Vous accompagne"),
        "appointment": gettext("Vous avez un rendez-vous"),
        "prescription": gettext("Vous y êtes orienté vers une formation"),
        "enrolment": gettext("Vous y suivez une formation"),
    }
    job = "" if one.job is None else directory.written(one.job)
    who = (job or gettext("Un agent vous suit en particulier")) if one.referent else ""
    return Place(
        one.organisation_name, reasons.get(one.kind, gettext("Vous connaît")), who, one.since_at, one.until_at
    )


def _step_states() -> dict[str, str]:
    return {"to-do": gettext("à faire"), "done": gettext("accomplie"), "dropped": gettext("abandonnée")}


def _subjects() -> dict[str, str]:
    """What a change of situation is about."""
    return {
        "housing": gettext("Logement"),
        "resources": gettext("Ressources"),
        "mobility": gettext("Mobilité"),
        "schooling": gettext("Scolarité"),
        "work": gettext("Emploi"),
        "family": gettext("Famille"),
        "health-cover": gettext("Couverture santé"),
    }


def _labels() -> dict[str, str]:
    """What each field is called, in the order in which it is read."""
    return {
        "last_name": gettext("Nom"),
        "birth_name": gettext("Nom de naissance"),
        "first_names": gettext("Prénoms"),
        "relationship": gettext("Lien"),
        "birth_date": gettext("Date de naissance"),
        "birth_place": gettext("Lieu de naissance"),
        "sex": gettext("Sexe à l'état civil"),
        "nationality": gettext("Nationalité"),
        "phone": gettext("Téléphone"),
        "email": gettext("Adresse électronique"),
        "address_line": gettext("Adresse"),
        "postcode": gettext("Code postal"),
        "city": gettext("Commune"),
        "commune_code": gettext("Code de la commune"),
        "situation": gettext("Situation actuelle"),
        "programme": gettext("Dispositif"),
        "education_level": gettext("Niveau de formation"),
        "housing": gettext("Logement"),
        "mobility": gettext("Mobilité"),
        "family": gettext("Famille"),
        "resources": gettext("Ressources"),
        "health": gettext("Santé"),
        "text": gettext("Précisions"),
        "title": gettext("Intitulé"),
        "status": gettext("État"),
        "starts_on": gettext("Début"),
        "wish": gettext("Projet"),
        "history": gettext("Formation suivie"),
        "actions": gettext("Démarche"),
        "notes": gettext("Note"),
        "payments": gettext("Paiement"),
        "changes": gettext("Changement de situation"),
        "letters": gettext("Reçoit les courriers"),
        "others": gettext("Autre représentant"),
        "nir": gettext("Numéro (NIR)"),
        "agency_id": gettext("Identifiant"),
    }
