"""What each thing that can be cut is called, in French and in English."""

from collections.abc import Mapping
from typing import Final

from beffroi.core.containing import Extent
from beffroi.core.policy import Label

KINDS: Final[Mapping[str, Label]] = {
    Extent.EVERYTHING: Label("Tout le réseau", "The whole network"),
    Extent.APPLICATION: Label("Une application", "An application"),
    Extent.ORGANISATION: Label("Un organisme", "An organisation"),
    Extent.LINE: Label("La lignée d’un compte", "The line of an account"),
    Extent.ACCOUNT: Label("Un compte", "An account"),
    Extent.FILES: Label("Les dossiers d’un organisme", "The files of an organisation"),
    Extent.GROUPS: Label("Des groupes de champs", "Field groups"),
}
EVERY_ONE: Final[Mapping[str, Label]] = {
    "training-organisation": Label("Tous les organismes de formation", "All training organisations"),
    "youth-office": Label("Toutes les Missions Locales", "All youth offices"),
    "employment-agency": Label("Toutes les agences pour l’emploi", "All employment agencies"),
}
"""Kinds of organisation whose files may be closed together."""
