"""What keeps a copy of a file from being handed out, in words, in French and in English."""

from collections.abc import Mapping
from typing import Final

from beffroi.core.exporting import Hindrance
from beffroi.core.refusals import Sentence

SENTENCES: Final[Mapping[Hindrance, Sentence]] = {
    Hindrance.UNKNOWN: Sentence(
        404,
        "Export inconnu",
        "Aucun export ne répond à cette demande ou à cette marque. Vérifiez ce que vous avez saisi.",
        "Unknown export",
        "No export answers to this request or this mark. Check what you typed.",
    ),
    Hindrance.NOT_AGREED: Sentence(
        409,
        "Export sans accord",
        "Une deuxième personne doit donner son accord avant que le fichier soit remis.",
        "Export not agreed to",
        "A second person must agree before the file is handed out.",
    ),
    Hindrance.OVER: Sentence(
        409,
        "Accord périmé",
        "Le délai pour retirer ce fichier est passé. Refaites une demande.",
        "Agreement over",
        "The time to fetch this file has passed. Make a new request.",
    ),
    Hindrance.ALL_HANDED_OUT: Sentence(
        409,
        "Toutes les copies sont remises",
        "Toutes les copies que l’accord permettait ont été remises. Refaites une demande.",
        "All copies handed out",
        "All the copies that the agreement allowed were handed out. Make a new request.",
    ),
    Hindrance.NO_SUCH_REASON: Sentence(
        422,
        "Motif inconnu",
        "Choisissez un motif de la liste.",
        "Unknown reason",
        "Choose a reason of the list.",
    ),
}
