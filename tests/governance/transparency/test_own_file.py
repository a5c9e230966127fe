"""Every kind of line that a file holds is told to its person: none comes out empty."""

import pytest

from beffroi.governance.transparency.web import own_file
from beffroi.ui.formatting import NBSP


@pytest.fixture(autouse=True)
def _french(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages as they are written, whatever the language of a request."""
    monkeypatch.setattr(own_file, "gettext", str)
    monkeypatch.setattr(own_file, "get_language", lambda: "fr")


FOLLOWUP = {
    "notes": [
        {
            "at": "2026-03-01T10:00:00Z",
            "text": "Après",
            "earlier": [{"until": "2026-03-02T10:00:00Z", "text": "Avant"}],
        }
    ],
    "actions": [
        {"label": "Permis", "status": "to-do", "by": "person", "due_on": "2026-04-01", "author": "a"},
        {"label": "Devis", "status": "to-do", "by": "agent", "due_on": "2026-04-02", "author": "a"},
        {"label": "Logement", "status": "done", "by": "person", "due_on": "2026-03-01", "at": "2026-02-28"},
        {"label": "Stage", "status": "dropped"},
    ],
    "payments": [
        {
            "at": "2026-03-02T10:00:00Z",
            "programme": "cej",
            "month": "2026-02",
            "cents": 55206,
            "paid_on": "2026-03-05",
        },
        {"at": "2026-03-02T10:00:00Z", "programme": "cej", "month": "2026-03", "cents": 50},
    ],
}
SITUATION = {
    "changes": [
        {
            "at": "2026-03-02T10:00:00Z",
            "on": "2026-02-01",
            "subject": "housing",
            "code": "hosted",
            "text": "Chez un ami",
        },
        {"at": "2026-03-02T10:00:00Z", "on": "2026-02-01", "subject": "work", "code": "seeking"},
    ]
}
REPRESENTATIVE = {
    "last_name": "Mere", "letters": True, "others": [{"last_name": "Pere", "phone": "0612345678", "letters": False}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("group", "told"),
    [
        (
            FOLLOWUP,
            [
                ("Démarche", "Permis – à faire – par vous – au plus tard le 1er avril 2026"),
                ("Démarche", "Devis – à faire – par votre conseiller – au plus tard le 2 avril 2026"),
                ("Démarche", "Logement – accomplie – 28 février 2026"),
                ("Démarche", "Stage – abandonnée"),
                ("Note", "1er mars 2026 – Après"),
                ("Note avant correction", "Avant"),
                ("Paiement", "02/2026 – 552,06 €, payé le 5 mars 2026"),
                ("Paiement", "03/2026 – 0,50 €"),
            ],
        ),
        (
            SITUATION,
            [
                ("Changement de situation", "1er février 2026 – Logement – Chez un ami"),
                ("Changement de situation", "1er février 2026 – Emploi"),
            ],
        ),
        (
            REPRESENTATIVE,
            [
                ("Nom", "Mere"),
                ("Reçoit les courriers", "Oui"),
                ("Autre représentant", "Pere, 0612345678"),
            ],
        ),
    ],
)
def test_person_is_told_every_line_of_a_group_in_words(group: dict[str, object], told: list[tuple[str, str]]) -> None:
    said = [(one.term, one.value.replace(NBSP, " ")) for one in own_file._entries(group)]
    assert said == told
