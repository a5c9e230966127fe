"""Words that these pages share, in the language of the page."""

from django.utils.translation import get_language, gettext

from beffroi.client.answers import Label
from beffroi.client.approvals import Word


def written(label: Label) -> str:
    """A word of the policy in the language of the page."""
    return label.en if english() else label.fr


def english() -> bool:
    """Whether the page is in English."""
    return (get_language() or "fr").startswith("en")


def said(word: Word) -> str:
    """The value of a line of a request."""
    return (word.en if english() else word.fr).reveal()


def status(code: str) -> tuple[str, str]:
    """A request's state as people read it, and the tone of its badge."""
    known = {
        "pending": (gettext("En attente"), "info"),
        "approved": (gettext("Approuvée"), "success"),
        "refused": (gettext("Refusée"), "danger"),
        "withdrawn": (gettext("Retirée"), "neutral"),
        "expired": (gettext("Expirée"), "neutral"),
    }
    return known.get(code, (code, "neutral"))


def step(code: str) -> tuple[str, str]:
    """Where a habilitation stands on its way in, and the tone of its badge."""
    known = {
        "approved": (gettext("Attend un code d'enrôlement"), "warning"),
        "identity": (gettext("Identité à prouver de nouveau"), "warning"),
        "enrolled": (gettext("Attend la formation"), "info"),
        "trained": (gettext("Formation réussie"), "info"),
        "probation": (gettext("Période probatoire"), "accent"),
    }
    return known.get(code, (code, "neutral"))


def code(state: str) -> tuple[str, str]:
    """What became of an enrolment code, and the tone of its badge."""
    known = {
        "open": (gettext("Code remis, pas encore utilisé"), "info"),
        "used": (gettext("Code utilisé"), "success"),
        "closed": (gettext("Code fermé après cinq essais faux"), "danger"),
        "expired": (gettext("Code expiré"), "neutral"),
    }
    return known.get(state, (state, "neutral"))


def reason(code: str) -> str:
    """Why an identity must be proven again."""
    known = {
        "lost-factor": gettext("Second facteur perdu, volé ou remplacé"),
        "other-subject": gettext("Même adresse, autre identité chez le fournisseur"),
        "other-provider": gettext("Même identité, autre fournisseur d'identité"),
        "unseen-provider": gettext("Fournisseur d'identité que l'organisme n'accepte pas"),
        "recreated": gettext("Compte recréé chez le fournisseur d'identité"),
    }
    return known.get(code, code)


def objection(code: str) -> str:
    """Why the reader may not decide a request."""
    known = {
        "no-duty": "",
        "already-decided": gettext("Cette demande est close : il n'y a plus rien à décider."),
        "same-person": gettext("Vous avez déjà pris part à cette demande : la suite revient à une autre personne."),
        "within-line": gettext(
            "Votre compte et celui de la personne qui demande sont liés : l'un a contribué à créer l'autre. "
            "L'approbation doit venir de l'extérieur."
        ),
        "reciprocal": gettext(
            "Cette personne a approuvé une de vos demandes depuis moins de 180 jours : quelqu'un d'autre doit "
            "décider."
        ),
    }
    return known.get(code, gettext("Vous ne pouvez pas décider cette demande."))
