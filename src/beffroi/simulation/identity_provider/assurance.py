"""Assurance values of ProConnect and how a persona may pretend to have signed in.

Values and meanings: ProConnect's partner documentation, pages "niveaux-acr", "double_authentification" and
"claim_amr" (amr after RFC 8176, plus ``mail``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from beffroi.standards.jose import read_json_object

ASSURANCE: Final = "https://proconnect.gouv.fr/assurance/"
EIDAS1, EIDAS2, EIDAS3 = "eidas1", "eidas2", "eidas3"
SELF_ASSERTED: Final = ASSURANCE + "self-asserted"
SELF_ASSERTED_2FA: Final = ASSURANCE + "self-asserted-2fa"
CONSISTENCY_CHECKED: Final = ASSURANCE + "consistency-checked"
CONSISTENCY_CHECKED_2FA: Final = ASSURANCE + "consistency-checked-2fa"


@dataclass(frozen=True, slots=True)
class Method:
    """One way to sign in: what the form calls it, what the tokens say of it, what a person reads."""

    code: str
    acr: str
    amr: tuple[str, ...]
    label: str


METHODS: Final = (
    Method("password", EIDAS1, ("pwd",), "Mot de passe seul (eidas1)"),
    Method("otp", EIDAS2, ("pwd", "otp", "mfa"), "Mot de passe et code de téléphone (eidas2)"),
    Method("card", EIDAS3, ("hwk", "pin", "mfa"), "Carte agent avec code (eidas3)"),
    Method("mail", EIDAS1, ("mail",), "Code reçu par courriel (eidas1)"),
    Method("self", SELF_ASSERTED, ("pwd",), "Identité déclarée (self-asserted)"),
    Method(
        "self-2fa",
        SELF_ASSERTED_2FA,
        ("pwd", "otp", "mfa"),
        "Identité déclarée, deux facteurs (self-asserted-2fa)",
    ),
    Method("checked", CONSISTENCY_CHECKED, ("pwd",), "Identité recoupée (consistency-checked)"),
    Method(
        "checked-2fa",
        CONSISTENCY_CHECKED_2FA,
        ("pwd", "otp", "mfa"),
        "Identité recoupée, deux facteurs (consistency-checked-2fa)",
    ),
)
BY_CODE: Final[Mapping[str, Method]] = {method.code: method for method in METHODS}
ACR_VALUES: Final = tuple(dict.fromkeys(method.acr for method in METHODS))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the ``claims`` parameter asks of the ID token (Core §5.5); ``essential_acr`` empty: any."""

    acr: bool = False
    amr: bool = False
    essential_acr: frozenset[str] = frozenset()

    def satisfied_by(self, acr: str) -> bool:
        return not self.essential_acr or acr in self.essential_acr


def read_claims_parameter(claims: str | None) -> Asked | None:
    """Read ``claims``; None when it is not the JSON that Core §5.5 describes."""
    if claims is None:
        return Asked()
    document = read_json_object(claims) if len(claims) <= 4_096 else None
    id_token = document.get("id_token", {}) if document is not None else None
    if not isinstance(id_token, dict):
        return None
    asked = id_token.get("acr")
    if asked is not None and not isinstance(asked, dict):
        return None
    essential: frozenset[str] = frozenset()
    if asked is not None and asked.get("essential") is True:
        values = asked.get("values", [asked["value"]] if "value" in asked else [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            return None
        essential = frozenset(value for value in values if isinstance(value, str))
    return Asked("acr" in id_token, "amr" in id_token, essential)


def preferred_method(asked: Asked, methods: Sequence[Method] = METHODS) -> Method:
    """What the form proposes first: a second factor where one is asked, the password alone otherwise."""
    order = ("otp", "checked-2fa", "self-2fa", "card", "password", "checked", "self")
    by_code = {method.code: method for method in methods}
    if not asked.essential_acr:
        return by_code["password"]
    fitting = (by_code[code] for code in order if code in by_code and asked.satisfied_by(by_code[code].acr))
    return next(fitting, by_code["otp"])
