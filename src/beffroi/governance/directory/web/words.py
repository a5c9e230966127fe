"""Words that several pages share, in the language of the page."""

from django.utils.translation import get_language, gettext

from beffroi.client.answers import Label, Membership


def written(label: Label) -> str:
    """A word of the policy in the language of the page."""
    return label.en if (get_language() or "fr").startswith("en") else label.fr


def role_label(membership: Membership) -> str:
    """The role's name, or its code's absence said plainly."""
    return gettext("Rôle non reconnu") if membership.label is None else written(membership.label)


def bucket_label(bucket: str) -> str:
    """What a budget of distinct people counts, for the agent whose budget it is."""
    known = {
        "portfolio": gettext("Personnes dont vous êtes le référent"),
        "office": gettext("Autres personnes de votre structure"),
        "reception": gettext("Personnes reçues à l'accueil"),
        "trainees": gettext("Vos stagiaires"),
        "break-glass": gettext("Ouvertures motivées en urgence"),
        "search": gettext("Personnes trouvées ailleurs par une recherche"),
        "relations": gettext("Personnes inscrites ou rattachées"),
    }
    return known.get(bucket, gettext("Autres dossiers"))
