"""What the papers of a training say. In French: it is French law that asks for them.

The certificate holds what the ministry of labour's model asks for, and no more: who, which training, of which nature
(Code du travail, L. 6313-1), from when to when, for how many hours, by whom it was given.
Neither birth date nor number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from beffroi.core.training import Day, Half
from beffroi.systems.prescriptions.api import TrainingSession
from beffroi.ui.formatting import french, long_date
from beffroi.ui.paper import Paper

_FR: Final = "fr"
_HALVES: Final = {Half.MORNING: "Matin", Half.AFTERNOON: "Après-midi"}
_SPARE_LINES: Final = 2
_ROW: Final = 11.0
_BLANK: Final = "…………………………………………"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate says beside the name; ``over`` tells a certificate from an attestation on the way."""

    organisation: str
    title: str
    reference: str
    place: str
    first: date
    last: date
    minutes: int
    planned: int
    over: bool
    on: date


def certificate(facts: Facts, name: str) -> bytes:
    """A certificate, or while the training lasts an attestation of attendance."""
    heading = "Certificat de réalisation" if facts.over else "Attestation d'assiduité"
    paper = Paper(french(heading), language=_FR)
    paper.paragraph(facts.organisation, bold=True)
    paper.space(8)
    paper.heading(french(heading))
    paper.space(4)
    paper.paragraph(f"Je soussigné ou soussignée {_BLANK},")
    paper.paragraph(french(f"représentant de l'organisme de formation {facts.organisation}, atteste que"))
    paper.paragraph(name, bold=True)
    so_far = "" if facts.over else "jusqu'ici "
    paper.paragraph(french(f"a suivi {so_far}l'action suivante :"))
    paper.space(3)
    first, last = long_date(facts.first, _FR), long_date(facts.last, _FR)
    for term, value in (
        ("Intitulé", f"{facts.title} ({facts.reference})"),
        ("Nature de l'action", "action de formation (Code du travail, article L. 6313-1, 1°)"),
        ("Lieu", facts.place),
        ("Dates", f"le {first}" if facts.first == facts.last else f"du {first} au {last}"),
        ("Durée réalisée", f"{hours(facts.minutes)} sur {hours(facts.planned)} prévues"),
    ):
        paper.paragraph(french(f"{term} : {value}"))
    paper.space(5)
    paper.paragraph(
        french(
            "La durée est la somme des demi-journées de présence notées par l'organisme. Il conserve les pièces qui "
            "l'établissent, feuilles d'émargement comprises, pendant la durée que prévoient ses obligations."
        ),
        small=True,
    )
    paper.space(8)
    paper.paragraph(f"Fait à {_BLANK}, le {long_date(facts.on, _FR)}")
    paper.paragraph(french("Nom, qualité, cachet et signature du responsable de l'organisme :"))
    return paper.bytes()


def signatures(session: TrainingSession, day: Day, names: Sequence[str]) -> bytes:
    """The sheet of a day with a line a trainee, some to spare, and one for whoever teaches."""
    paper = Paper("Feuille d’émargement", language=_FR)
    paper.heading("Feuille d’émargement")
    paper.paragraph(session.organisation_name, bold=True)
    paper.paragraph(french(f"{session.title} ({session.reference}), {session.place}"))
    paper.paragraph(long_date(day.on, _FR, weekday=True).capitalize(), bold=True)
    columns = [f"{_HALVES[half]} ({hours(day.minutes(half))})" for half in day.halves]
    widths = [5.0, *(4.0 for _ in columns)]
    blank = [""] * len(columns)
    paper.table(
        ["Stagiaire", *columns], widths, [[name, *blank] for name in (*names, *[""] * _SPARE_LINES)], height=_ROW
    )
    paper.table(["Formateur ou formatrice", *columns], widths, [["", *blank]], height=_ROW)
    paper.paragraph("Chaque personne signe pour chaque demi-journée où elle est présente.", small=True)
    return paper.bytes()


def hours(minutes: int) -> str:
    """« 3 h 30 »."""
    whole, rest = divmod(minutes, 60)
    return french(f"{whole} h {rest:02d}" if rest else f"{whole} h")
