"""One account: what could be read from it, for how long, through whom; its life; its line of creation."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_GET

from beffroi.client import Refused
from beffroi.client.answers import Session
from beffroi.client.in_django import AgentRequest, RefusalAnswer
from beffroi.client.inventory import Account, Held, Line
from beffroi.governance.exposure import queries
from beffroi.governance.exposure.queries import Branch
from beffroi.governance.exposure.web import plots, words
from beffroi.governance.exposure.web.ending import may_end
from beffroi.ui import formatting
from beffroi.ui.charts import Bar
from beffroi.ui.components import Crumb, Entry


@dataclass(frozen=True)
class Shown:
    """An account of the tree as it is written."""

    name: str
    url: str
    tie: str
    roles: list[str]
    status: str
    direct: int
    potential: int
    branches: tuple["Shown", ...]


@dataclass(frozen=True)
class Membership:
    """A habilitation as it is written; ``endings``: applications that may be ended, each with where to."""

    role: str
    place: str
    status: str
    served: str
    endings: tuple[tuple[str, str], ...]


@require_GET
def account(request: AgentRequest, account: UUID) -> HttpResponse:
    """The page of one account within reach; any other does not exist."""
    found = queries.account(request.conversation, str(account))
    if isinstance(found, Refused):
        if found.code == "not-found":
            raise Http404
        return RefusalAnswer(found)
    one, made = found.account, queries.downwards(found)
    state, tone = words.state(one)
    shown = one.exposure
    context = {
        "crumbs": [Crumb(gettext("Comptes"), reverse("exposure:inventory")), Crumb(words.name(one))],
        "heading": words.name(one),
        "account": one,
        "state": state,
        "tone": tone,
        "spans": list(zip(_spans(), shown.direct, shown.through, shown.potential, shown.unguarded, strict=True)),
        "bars": [
            Bar(label, direct + potential)
            for label, direct, potential in zip(_spans(), shown.direct, shown.potential, strict=True)
        ],
        "trend": plots.trend(one.trend),
        "entries": _entries(one),
        "memberships": [_membership(request.described, one, held) for held in one.memberships],
        "makers": [_shown(branch, _upper_tie) for branch in queries.upwards(found)],
        "made": [_shown(branch, _lower_tie) for branch in made],
        "left_out": one.line - queries.size(made),
        "size": _size(found),
    }
    return render(request, "exposure/account.html", context)


def _membership(session: Session, one: Account, held: Held) -> Membership:
    ended = held.applications if may_end(session, one, held) else ()
    endings = tuple(
        (served.name, reverse("exposure:end", args=[one.account, held.habilitation, served.code])) for served in ended
    )
    return Membership(
        words.role(held), held.organisation_name, words.status(held.status), words.served(held), endings
    )


def _spans() -> tuple[str, str, str]:
    return gettext("1 heure"), gettext("24 heures"), gettext("72 heures")


def _size(line: Line) -> str:
    made = line.account.line
    return ngettext("%(made)s compte dans sa ligne", "%(made)s comptes dans sa ligne", made) % {
        "made": words.number(made)
    }


def _entries(one: Account) -> list[Entry]:
    language = formatting.language_of(get_language())
    return [
        Entry(gettext("Seconds facteurs"), ", ".join(words.factor(kind) for kind in one.factors) or gettext("Aucun")),
        Entry(
            gettext("Dernière utilisation"),
            gettext("Jamais") if one.last_use is None else formatting.long_date(one.last_use, language),
        ),
        Entry(gettext("Compte créé le"), formatting.long_date(one.created_at, language)),
        Entry(gettext("Attestation valable jusqu'au"), formatting.long_date(one.attested_until, language)),
        Entry(gettext("Revue valable jusqu'au"), formatting.long_date(one.reviewed_until, language)),
        Entry(
            gettext("Plafonds partagés"),
            ngettext(
                "Ses consultations comptent encore dans le plafond de %(number)s compte qui l'a fait entrer",
                "Ses consultations comptent encore dans le plafond de %(number)s comptes qui l'ont fait entrer",
                len(one.pools),
            )
            % {"number": len(one.pools)}
            if one.pools
            else gettext("Aucun"),
        ),
    ]


def _shown(branch: Branch, tie: Callable[[Branch], str]) -> Shown:
    node = branch.node
    return Shown(
        words.name(node),
        reverse("exposure:account", args=[node.account]) if node.name is not None else "",
        tie(branch),
        words.roles(node.memberships),
        words.status(node.status),
        node.exposure.direct[1],
        node.exposure.potential[1],
        tuple(_shown(each, tie) for each in branch.branches),
    )


def _upper_tie(branch: Branch) -> str:
    if branch.requested and branch.approved:
        return gettext("l'a demandé et approuvé")
    if not branch.requested and not branch.approved:
        return gettext("a demandé ou approuvé l'un de ses accès")
    return gettext("l'a demandé") if branch.requested else gettext("l'a approuvé")


def _lower_tie(branch: Branch) -> str:
    if branch.requested and branch.approved:
        return gettext("demandé et approuvé")
    if not branch.requested and not branch.approved:
        return gettext("un accès demandé ou approuvé")
    return gettext("demandé") if branch.requested else gettext("approuvé")
