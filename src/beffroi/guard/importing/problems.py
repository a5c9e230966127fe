"""What is wrong with a row: its line, the column, why, and what was expected. Never the value."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from beffroi.core.nir import NirRefusal
from beffroi.core.normalisation import NormalisationRefusal
from beffroi.guard.importing.columns import LONGEST


class Problem(NamedTuple):
    """One refused value. ``code`` is stable; ``line`` counts from 1, the header included."""

    line: int
    column: str
    code: str


_SENTENCES: Final = {
    "row_malformed": "La ligne n’a pas autant de colonnes que l’en-tête, ou un guillemet y est mal placé.",
    "encoding": "Le texte n’est pas codé en UTF-8.",
    "control_character": "Le texte contient un caractère de commande.",
    "too_long": "Ce texte est trop long pour cette colonne.",
    "required": "Cette colonne est obligatoire.",
    "person_id_malformed": "Un identifiant est un UUID en minuscules, ou vide.",
    "person_id_twice": "Cet identifiant est déjà dans le fichier ou dans la base.",
    "person_erased": "Cette personne a été effacée\u00a0: elle ne peut revenir sous le même identifiant.",
    "sex_malformed": "Le sexe s’écrit F ou M, ou reste vide.",
    "date_malformed": "Une date s’écrit AAAA-MM-JJ ou JJ/MM/AAAA.",
    "commune_code_malformed": "Un code de commune Insee compte cinq caractères.",
    "organisation_unknown": "Cette organisation n’est pas dans le réseau.",
    "referent_unknown": "Cet agent n’est pas connu à cette organisation.",
    "referent_alone": "Un référent demande une organisation qui suit la personne.",
    "representative_name": "Un représentant légal a au moins un nom.",
}


def sentence(problem: Problem) -> str:
    """What was expected, in French."""
    text = _SENTENCES.get(problem.code)
    if text is not None:
        return f"{text} ({LONGEST[problem.column]} caractères au plus)" if problem.code == "too_long" else text
    try:
        return NirRefusal(problem.code).sentence
    except ValueError:
        return NormalisationRefusal(problem.code).sentence


def write_report(problems: Iterable[Problem], path: Path) -> int:
    """Write a CSV of the problems, in order of line, for the owner's eyes only; how many."""
    written = 0
    with open(path, "w", encoding="utf-8", newline="", opener=_private) as file:
        writer = csv.writer(file)
        writer.writerow(("line", "column", "code", "expected"))
        for problem in sorted(problems):
            writer.writerow((*problem, sentence(problem)))
            written += 1
    return written


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
