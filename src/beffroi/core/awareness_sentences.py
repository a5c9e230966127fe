"""What an objection to an exam says to the person who meets it, in French and in English."""

from collections.abc import Mapping
from typing import Final

from beffroi.core.awareness import Objection
from beffroi.core.refusals import Sentence

SENTENCES: Final[Mapping[Objection, Sentence]] = {
    Objection.NO_COURSE: Sentence(
        409,
        "Aucune formation à suivre",
        "Vous n’avez aucune habilitation, en cours ou à venir : aucune formation ne s’y rattache.",
        "No course to take",
        "You have no habilitation, in force or to come: no course goes with it.",
    ),
    Objection.NO_ATTEMPT_LEFT: Sentence(
        429,
        "Trois essais en 24 heures",
        "Vous avez commencé trois examens en 24 heures. Relisez les chapitres, puis réessayez plus tard.",
        "Three attempts in 24 hours",
        "You began three exams within 24 hours. Read the chapters again, then try later.",
    ),
    Objection.EXAM_UNKNOWN: Sentence(
        404,
        "Examen introuvable",
        "Aucun examen de votre compte ne répond à cette adresse.",
        "No such exam",
        "No exam of your account has this address.",
    ),
    Objection.EXAM_OVER: Sentence(
        409,
        "Examen déjà terminé",
        "Cet examen a déjà reçu ses réponses, date de plus de 24 heures, ou la formation a changé depuis.",
        "Exam already over",
        "This exam was answered already, is more than 24 hours old, or the course has changed since.",
    ),
    Objection.EXAM_INCOMPLETE: Sentence(
        422,
        "Réponses à compléter",
        "Répondez à toutes les questions de cet examen. Rien n’a été enregistré.",
        "Answers to complete",
        "Answer every question of this exam. Nothing was recorded.",
    ),
}
