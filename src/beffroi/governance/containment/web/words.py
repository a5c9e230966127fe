"""What the pages call what is cut, why, and what it costs."""

from django.utils.translation import get_language, gettext, ngettext

from beffroi.client.answers import Label
from beffroi.client.containment import Cost, Cut
from beffroi.ui import field_groups, formatting
from beffroi.ui.components import Entry

SUSPENSION = "suspension"


def said(label: Label) -> str:
    """A label in the language of the page."""
    return label.en if formatting.language_of(get_language()) == "en" else label.fr


def number(value: int) -> str:
    """A count as it is written."""
    return formatting.number(value, formatting.language_of(get_language()))


def scope(kind: str, name: str, codes: tuple[str, ...]) -> str:
    """What is cut, in a few words."""
    match kind:
        case "everything":
            return gettext("Tout le réseau")
        case "groups":
            return gettext("Champs retirés : %(groups)s") % {"groups": field_groups.names(codes)}
        case "application":
            return gettext("Application %(name)s") % {"name": name}
        case "organisation":
            return gettext("Organisme %(name)s") % {"name": name}
        case "files":
            return gettext("Dossiers : %(name)s") % {"name": name}
        case "line":
            return gettext("Lignée : %(name)s") % {"name": name}
        case "suspension":
            return gettext("Compte suspendu : %(name)s") % {"name": name}
        case _:
            return gettext("Compte : %(name)s") % {"name": name}


def title(cut: Cut) -> str:
    """What a cut cuts."""
    return scope(cut.kind, cut.name.reveal() or every_one(cut.scope), cut.groups)


def every_one(kind: str) -> str:
    """All organisations of a kind; nothing for an id."""
    match kind:
        case "training-organisation":
            return gettext("tous les organismes de formation")
        case "youth-office":
            return gettext("toutes les Missions Locales")
        case "employment-agency":
            return gettext("toutes les agences pour l'emploi")
        case _:
            return ""


def effect(kind: str) -> str:
    """What cutting this kind of thing does."""
    match kind:
        case "everything":
            return gettext("Plus aucun dossier ne s'ouvre, pour personne, dans aucune application.")
        case "application":
            return gettext("Cette application n'ouvre plus rien ; les autres continuent.")
        case "organisation":
            return gettext("Plus personne n'ouvre de dossier au nom de cet organisme.")
        case "files":
            return gettext(
                "Plus aucun dossier ne s'ouvre au nom de cet organisme. Ses agents restent connectés : devis et"
                " factures continuent."
            )
        case "line":
            return gettext(
                "Ce compte et tous ceux qu'il a fait entrer, à tous les degrés, sont coupés, y compris ceux qu'il"
                " ferait encore entrer."
            )
        case "groups":
            return gettext("Les dossiers s'ouvrent sans ces champs.")
        case _:
            return gettext("Ce compte n'ouvre plus rien.")


def why(cut: Cut) -> str:
    """The reason of a cut."""
    if cut.reason is None:
        return gettext("Motif au journal")
    return cut.reason.code if cut.reason.label is None else said(cut.reason.label)


def who(cut: Cut) -> str:
    """Who cut."""
    if cut.made_by is not None:
        return cut.made_by.reveal()
    if cut.operator is not None:
        return gettext("%(operator)s, depuis la machine du gardien") % {"operator": cut.operator}
    return gettext("Auteur au journal")


def ended(cut: Cut) -> str:
    """What ended with a cut."""
    if cut.sessions is None:
        return ""
    text = ngettext("%(number)s session fermée", "%(number)s sessions fermées", cut.sessions)
    return text % {"number": number(cut.sessions)}


def stops(kind: str, cost: Cost, people: int) -> list[Entry]:
    """What would stop."""
    entries = [
        Entry(gettext("Agents arrêtés"), number(cost.stopped), note=_working(cost)),
        Entry(gettext("Sessions fermées"), number(cost.sessions)),
        Entry(gettext("Organismes touchés"), number(cost.organisations), note=_emptied(cost)),
    ]
    if people:
        entries.insert(
            0,
            Entry(gettext("Comptes coupés"), number(people), note=gettext("Invités et suspendus compris.")),
        )
    if cost.reduced:
        label = gettext("Agents sans dossiers") if kind == "files" else gettext("Agents privés de ces champs")
        entries.append(Entry(label, number(cost.reduced)))
    return entries


def stays(cost: Cost) -> list[Entry]:
    """What would stay up."""
    return [
        Entry(gettext("Agents qui continuent"), number(cost.going_on)),
        Entry(gettext("Organismes intacts"), number(cost.untouched)),
        Entry(
            gettext("Approbation et sécurité"),
            number(cost.watchers),
            note=gettext("Qui approuve, confine ou enquête garde la main."),
        ),
    ]


def _working(cost: Cost) -> str:
    now = ngettext("dont %(number)s au travail maintenant", "dont %(number)s au travail maintenant", cost.working)
    text = now % {"number": number(cost.working)}
    if not cost.elsewhere:
        return text
    other = ngettext(
        "%(number)s garde une autre structure", "%(number)s gardent une autre structure", cost.elsewhere
    ) % {"number": number(cost.elsewhere)}
    return f"{text} ; {other}"


def _emptied(cost: Cost) -> str:
    if not cost.emptied:
        return ""
    text = ngettext(
        "%(number)s n'aura plus personne au travail", "%(number)s n'auront plus personne au travail", cost.emptied
    )
    return text % {"number": number(cost.emptied)}
