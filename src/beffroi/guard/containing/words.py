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
    Extent.GROUPS: Label("Des groupes de champs", "Field groups"),
}
