"""What people are told, in words that need no explanation."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.client.personal import Consultation
from beffroi.governance.directory import api as directory

ASKED = (
    ("access", _("Une copie de tout ce qui est gardé sur moi")),
    ("rectification", _("Corriger quelque chose qui est faux")),
    ("restriction", _("Ne plus utiliser mes données le temps d'une vérification")),
    ("portability", _("Mes données dans un fichier pour un autre service")),
)
"""What a person may ask on line, in words that need no explanation."""


def asked(article: str) -> str:
    """What a request is about."""
    return str(dict(ASKED).get(article, "")) or gettext("Effacer mon dossier")


def request_state(code: str) -> str:
    """Where a request stands."""
    names = {
        "received": gettext("Reçue"),
        "identified": gettext("Reçue"),
        "in-progress": gettext("En cours de traitement"),
        "answered": gettext("Réponse donnée"),
        "refused": gettext("Refusée"),
    }
    return names.get(code, code)


def presence_state(code: str) -> str:
    """What became of a code made at a desk."""
    names = {
        "waiting": gettext("Pas encore utilisé"),
        "used": gettext("Utilisé"),
        "taken-back": gettext("Retiré par vous"),
        "expired": gettext("Expiré"),
        "ended": gettext("Ne sert plus"),
    }
    return names.get(code, code)


def refused_because(code: str | None) -> str:
    """Why a request was refused."""
    names = {
        "identity-not-proven": gettext("Motif : votre identité n'est pas établie."),
        "unfounded": gettext(
            "Motif : l'organisme juge la demande manifestement infondée, c'est-à-dire sans fondement."
        ),
        "excessive": gettext("Motif : l'organisme juge la demande excessive, par exemple trop souvent répétée."),
        "law-provides": gettext("Motif : une loi s'y oppose."),
    }
    return names.get(code or "", "")


def groups_seen(groups: tuple[str, ...]) -> str:
    """Field groups as people know them; nothing where there is none."""
    names = {
        "identity": gettext("votre nom et votre date de naissance"),
        "contact": gettext("vos coordonnées"),
        "nir": gettext("votre numéro de sécurité sociale"),
        "agency_id": gettext("votre identifiant France Travail"),
        "situation": gettext("votre situation (logement, études, ressources)"),
        "followup": gettext("les notes et les démarches de votre accompagnement"),
        "training": gettext("vos formations"),
        "sensitive_followup": gettext("les notes sensibles de votre accompagnement"),
        "legal_representative": gettext("les coordonnées de votre représentant légal"),
        "attachments": gettext("vos documents"),
    }
    said = [names.get(code, gettext("une partie de votre dossier")) for code in groups]
    text = ", ".join(said)
    return text[:1].upper() + text[1:]


def seen(consultation: Consultation) -> str:
    """What of the file was shown."""
    if consultation.kind == "answering":
        return gettext("Aucune rubrique : votre demande, ou cette liste pour vous la remettre")
    if not consultation.groups and consultation.kind == "released":
        return gettext("Rien : un code pour entrer dans votre espace vous a été remis")
    if not consultation.groups:
        return gettext("Seulement où vous êtes suivi, sans aucun détail")
    return groups_seen(consultation.groups)


def why(consultation: Consultation) -> str:
    """For which reason the file could be opened."""
    if consultation.explanation == "break-glass":
        if consultation.reason is None:
            return gettext("Ouverture en urgence, qu'une autre personne vérifie")
        reason = directory.written(consultation.reason)
        return gettext("Ouverture en urgence, qu'une autre personne vérifie : %(reason)s") % {"reason": reason}
    if consultation.kind == "found":
        return gettext("Une recherche à votre nom a trouvé votre dossier")
    reasons = {
        "followed": gettext("Cet organisme vous accompagne"),
        "referent": gettext("Cette personne est votre conseiller ou votre conseillère"),
        "cover": gettext("Cette personne remplace votre conseiller ou votre conseillère pendant son absence"),
        "appointment": gettext("Vous aviez un rendez-vous"),
        "prescription": gettext("Une formation vous est proposée"),
        "enrolment": gettext("Vous êtes inscrit à une formation"),
        "archived": gettext("Votre dossier est archivé : cet organisme répond à vos demandes"),
        "search": gettext("Une recherche à votre nom"),
        "registration": gettext("Votre inscription"),
        "transfer": gettext("Votre accompagnement passe à un autre organisme"),
    }
    return reasons.get(consultation.explanation or "", gettext("Motif inscrit au journal"))


def purpose(consultation: Consultation) -> str:
    """What the agent said the file was opened for."""
    return "" if consultation.purpose is None else directory.written(consultation.purpose)


def job(consultation: Consultation) -> str:
    """What the agent does; never the name."""
    return gettext("Agent") if consultation.job is None else directory.written(consultation.job)


def organisation(name: str | None) -> str:
    """In whose name it was done."""
    return gettext("Organisme non précisé") if name is None else name


def standing(code: str) -> str:
    """Where a report stands."""
    names = {
        "received": gettext("Reçu"),
        "examined": gettext("En cours d'examen"),
        "answered": gettext("Réponse donnée"),
    }
    return names.get(code, code)
