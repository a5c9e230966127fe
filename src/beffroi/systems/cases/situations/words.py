"""What the screens call subjects and what is told of them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beffroi.core.situations import Subject

SUBJECTS: Mapping[Subject, Promise] = {
    Subject.HOUSING: _("Logement"),
    Subject.RESOURCES: _("Ressources"),
    Subject.MOBILITY: _("Mobilité"),
    Subject.SCHOOLING: _("Scolarité"),
    Subject.WORK: _("Emploi"),
    Subject.FAMILY: _("Famille"),
    Subject.HEALTH_COVER: _("Couverture santé"),
}
CODES: Mapping[Subject, Mapping[str, Promise]] = {
    Subject.HOUSING: {
        "family": _("Chez ses parents ou sa famille"),
        "alone": _("Logement à son nom"),
        "shared": _("En colocation"),
        "hostel": _("Foyer ou résidence"),
        "hosted": _("Hébergement par un proche"),
        "homeless": _("Sans logement"),
    },
    Subject.RESOURCES: {
        "none": _("Aucune ressource"),
        "wage": _("Salaire"),
        "benefit": _("Allocation chômage ou prestation"),
        "allowance": _("Allocation du programme suivi"),
        "grant": _("Bourse"),
        "family-help": _("Aide de la famille"),
    },
    Subject.MOBILITY: {
        "none": _("Aucun moyen de transport"),
        "public-transport": _("Transports en commun"),
        "bicycle": _("Vélo ou trottinette"),
        "licence": _("Permis, sans véhicule"),
        "vehicle": _("Véhicule"),
    },
    Subject.SCHOOLING: {
        "pupil": _("Au collège ou au lycée"),
        "student": _("Études supérieures"),
        "apprentice": _("Apprentissage"),
        "left-school": _("Scolarité arrêtée sans diplôme"),
        "diploma": _("Diplôme obtenu"),
    },
    Subject.WORK: {
        "none": _("Sans emploi, sans recherche"),
        "seeking": _("En recherche d'emploi"),
        "fixed-term": _("Contrat à durée déterminée"),
        "permanent": _("Contrat à durée indéterminée"),
        "temporary": _("Intérim"),
        "internship": _("Stage"),
        "civic-service": _("Service civique"),
    },
    Subject.FAMILY: {
        "single": _("Sans conjoint"),
        "couple": _("En couple"),
        "expecting": _("Attend un enfant"),
        "children": _("A un ou des enfants"),
        "carer": _("S'occupe d'un proche"),
    },
    Subject.HEALTH_COVER: {
        "none": _("Sans couverture"),
        "general": _("Régime général, sans complémentaire"),
        "complementary": _("Avec complémentaire"),
        "solidarity": _("Complémentaire santé solidaire"),
    },
}
"""Each subject has the words of its own codes (core/situations.py), and no others: a test holds it."""
