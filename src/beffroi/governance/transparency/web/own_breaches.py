"""Breaches that concern me: what happened, what of my file was read, and what to beware of now."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused, breaches
from beffroi.client.breaches import OwnBreach
from beffroi.governance.directory import api as directory
from beffroi.governance.transparency.web import words
from beffroi.governance.transparency.web.presence import PersonRequest, in_own_space
from beffroi.ui.components import Entry
from beffroi.ui.templatetags.formats import instant, number


@dataclass(frozen=True)
class Shown:
    """One breach as it is read."""

    breach: OwnBreach
    sentence: str
    entries: list[Entry]
    advice: list[str]
    list_url: str


@require_GET
@in_own_space
def own_breaches(request: PersonRequest) -> HttpResponse | Refused:
    """All of them, the last declared first."""
    found = request.conversation.ask(breaches.own())
    if isinstance(found, Refused):
        return found
    context = {"rows": [_shown(one) for one in found.rows], "lost_until": found.lost_until}
    return render(request, "transparency/own_breaches.html", context)


def _shown(one: OwnBreach) -> Shown:
    first, last = (timezone.localtime(at).date().isoformat() for at in (one.first_at, one.last_at))
    entries = [
        Entry(gettext("Annoncée le"), instant(one.declared_at)),
        Entry(gettext("Votre dossier"), _opened(one)),
        *([Entry(gettext("Au nom de"), ", ".join(one.organisations))] if one.organisations else []),
        *([] if one.withdrawn_at else [Entry(gettext("Ce qui a été vu"), _seen(one))]),
        *([Entry(gettext("À qui vous adresser"), _contact(one))] if one.organisations else []),
    ]
    list_url = f"{reverse('transparency:consultations')}?{urlencode({'du': first, 'au': last})}"
    return Shown(one, directory.written(one.sentence), entries, advice(one.groups), list_url)


def _seen(one: OwnBreach) -> str:
    """What of the file was read, and what the person wrote."""
    groups = words.groups_seen(one.groups)
    asked = gettext("Ce que vous avez écrit dans une demande, ou la liste de qui a consulté votre dossier")
    said = [*([groups] if groups else []), *([asked] if one.answering else [])]
    return " ; ".join(said) or gettext("Seulement où vous êtes suivi, sans aucun détail")


def _contact(one: OwnBreach) -> str:
    """Whom to ask."""
    places = ", ".join(one.organisations)
    return gettext("Le correspondant à la protection des données (%(organisations)s), sur place ou par courrier") % {
        "organisations": places
    }


def _opened(one: OwnBreach) -> str:
    """How often, and when."""
    if one.consultations == 1:
        return gettext("ouvert une fois, le %(at)s") % {"at": instant(one.first_at)}
    if instant(one.first_at) == instant(one.last_at):
        told = {"number": number(one.consultations), "at": instant(one.first_at)}
        return gettext("ouvert %(number)s fois, le %(at)s") % told
    told = {"number": number(one.consultations), "first": instant(one.first_at), "last": instant(one.last_at)}
    return gettext("ouvert %(number)s fois, du %(first)s au %(last)s") % told


def advice(groups: tuple[str, ...]) -> list[str]:
    """What to beware of, from what was read; what holds for everybody comes last."""
    read = frozenset(groups)
    said = []
    if read & {"contact", "legal_representative"}:
        said.append(
            gettext(
                "Méfiez-vous des messages et des appels qui parlent de votre accompagnement : quelqu'un peut "
                "connaître votre nom et vos coordonnées. Ne donnez ni mot de passe, ni code, ni numéro de carte."
            )
        )
    if read & {"nir", "attachments"}:
        said.append(
            gettext(
                "Surveillez vos droits et vos comptes (Ameli, CAF, banque) : votre numéro de sécurité sociale ou vos "
                "papiers peuvent servir à se faire passer pour vous. En cas d'usage frauduleux, portez plainte."
            )
        )
    if "agency_id" in read:
        said.append(
            gettext(
                "Changez le mot de passe de votre espace France Travail, et n'y entrez que par l'adresse habituelle."
            )
        )
    said.append(gettext("Un message prétend venir de nous ? Vérifiez-le avec son code avant de répondre."))
    return said
