"""What the pages call what was read and why."""

from django.utils.translation import get_language, gettext

from beffroi.ui import field_groups, formatting


def number(value: int) -> str:
    """A count as it is written."""
    return formatting.number(value, formatting.language_of(get_language()))


def group(code: str) -> str:
    """A field group; ``known`` when nothing but that the person is known was told."""
    return (
        gettext("Aucun champ : trouvée par une recherche, ou réponse à sa demande")
        if code == "known"
        else field_groups.name(code)
    )


def groups(codes: tuple[str, ...]) -> str:
    """Field groups in a row."""
    return ", ".join(group(code) for code in codes or ("known",))


def scope(code: str) -> str:
    """Through what openings were made, before ids."""
    scopes = {
        "account": gettext("Comptes"),
        "organisation": gettext("Organismes"),
        "application": gettext("Applications"),
    }
    return scopes.get(code, code)


def why(explanation: str | None) -> str:
    """Why an opening was allowed."""
    reasons = {
        "followed": gettext("Suivie par l'organisme"),
        "referent": gettext("Référent de la personne"),
        "cover": gettext("Remplaçant du référent"),
        "appointment": gettext("Rendez-vous"),
        "prescription": gettext("Prescription"),
        "enrolment": gettext("Inscription"),
        "archived": gettext("Dossier archivé"),
        "search": gettext("Recherche"),
        "registration": gettext("Nouveau dossier"),
        "transfer": gettext("Transfert"),
        "presence": gettext("Présence prouvée"),
        "break-glass": gettext("Ouverture d'urgence"),
    }
    return "" if explanation is None else reasons.get(explanation, explanation)
