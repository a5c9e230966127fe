"""An opening without a relation, for a reason that was typed: somebody else says whether it holds (I-14)."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from beffroi.core.refusals import Sentence

DUE: Final = timedelta(days=7)
"""Within so long of the opening somebody has said what it was; past that, it is late."""


class Verdict(StrEnum):
    """What a security officer says of it."""

    JUSTIFIED = "justified"
    QUESTIONED = "questioned"
    UNJUSTIFIED = "unjustified"


MOVES: Final[Mapping[Verdict | None, frozenset[Verdict]]] = {
    None: frozenset(Verdict),
    Verdict.QUESTIONED: frozenset({Verdict.JUSTIFIED, Verdict.UNJUSTIFIED}),
    Verdict.JUSTIFIED: frozenset(),
    Verdict.UNJUSTIFIED: frozenset(),
}
"""``QUESTIONED``: the agent is asked, aloud. The others are final."""


class Objection(StrEnum):
    """Why an opening is not shown, or not judged."""

    UNKNOWN = "glass-unknown"
    OWN = "glass-of-ones-own"
    JUDGED = "glass-judged"


SENTENCES: Final[Mapping[Objection, Sentence]] = {
    Objection.UNKNOWN: Sentence(
        404,
        "Ouverture inconnue",
        "Cette ouverture en urgence n’est pas de celles que vous examinez.",
        "Unknown opening",
        "This opening by break-glass is not one of those you examine.",
    ),
    Objection.OWN: Sentence(
        403,
        "Une autre personne doit l’examiner",
        "Elle est de vous, ou de quelqu’un de votre lignée : un autre agent de sécurité l’examine.",
        "Somebody else must examine it",
        "It is yours, or of somebody in your line: another security officer examines it.",
    ),
    Objection.JUDGED: Sentence(
        409,
        "Déjà examinée",
        "Quelqu’un s’est déjà prononcé sur cette ouverture.",
        "Examined already",
        "Somebody has already given a verdict on this opening.",
    ),
}


def may_judge(before: Verdict | None, verdict: Verdict) -> bool:
    """Whether a verdict may follow what was said before, or nothing."""
    return verdict in MOVES[before]
