"""The two parts that the demonstration provider plays: ProConnect for agents, FranceConnect+ for people.

What differs between them is here as data: scopes, claims, how an assurance is asked for, how one may sign in.
Sources: the partners' documentation of ProConnect and of FranceConnect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from beffroi.simulation.identity_provider.assurance import (
    EIDAS1,
    EIDAS2,
    EIDAS3,
    METHODS,
    Asked,
    Method,
    read_claims_parameter,
)
from beffroi.simulation.identity_provider.personas import Persona
from beffroi.simulation.identity_provider.residents import Resident

Somebody = Persona | Resident
PARAMETERS: Final = frozenset(
    {
        "response_type", "client_id", "redirect_uri", "scope", "claims", "state", "nonce",
        "prompt", "acr_values", "idp_hint", "login_hint", "siret_hint",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """One part. ``asked`` reads the assurance wanted in the parameters of a request, None when it cannot be read.

    ``claims`` are the claims of somebody under the scopes granted.
    """

    title: str
    cookie: str
    scopes: tuple[str, ...]
    parameters: frozenset[str]
    methods: tuple[Method, ...]
    asked: Callable[[Mapping[str, str]], Asked | None]
    claims: Callable[[Somebody, list[str]], dict[str, object]]
    telephones: bool

    @property
    def acr_values(self) -> tuple[str, ...]:
        """Assurance values that it may answer."""
        return tuple(dict.fromkeys(method.acr for method in self.methods))


def _asked_of_agents(parameters: Mapping[str, str]) -> Asked | None:
    return read_claims_parameter(parameters.get("claims"))


def _asked_of_people(parameters: Mapping[str, str]) -> Asked | None:
    """``acr_values`` is mandatory and names one level; a higher one is good too. ``claims`` may ask for ``amr``."""
    levels = (EIDAS1, EIDAS2, EIDAS3)
    wanted = parameters.get("acr_values", "")
    more = read_claims_parameter(parameters.get("claims"))
    if wanted not in levels or more is None:
        return None
    return Asked(acr=True, amr=more.amr, essential_acr=frozenset(levels[levels.index(wanted) :]))


def _claims_of_agents(somebody: Somebody, granted: list[str]) -> dict[str, object]:
    assert isinstance(somebody, Persona), "the agents' provider knows agents"
    known: dict[str, tuple[str, object]] = {
        "given_name": ("given_name", somebody.given_name),
        "usual_name": ("usual_name", somebody.usual_name),
        "email": ("email", somebody.email),
        "uid": ("uid", somebody.login),
        "siret": ("siret", somebody.siret),
        "idp_id": ("idp_id", somebody.idp_id),
        "phone": ("phone_number", somebody.phone),
        "roles": ("roles", list(somebody.roles)),
        "organization_label": ("organization_label", somebody.organisation),
    }
    return {name: value for key, (name, value) in known.items() if key in granted and value is not None}


_PIVOT: Final = (
    "given_name", "family_name", "preferred_username", "birthdate", "gender", "birthplace", "birthcountry",
)  # fmt: skip


def _claims_of_people(somebody: Somebody, granted: list[str]) -> dict[str, object]:
    assert isinstance(somebody, Resident), "the people's provider knows people"
    every = {name: getattr(somebody, name) for name in _PIVOT if name in granted}
    return {name: value for name, value in every.items() if value is not None}


PROCONNECT: Final = Role(
    title="Fournisseur d’identité de démonstration",
    cookie="demonstration_identity_provider",
    scopes=(
        "openid", "given_name", "usual_name", "email", "uid", "siret", "idp_id", "phone", "roles",
        "organization_label",
    ),
    parameters=PARAMETERS,
    methods=METHODS,
    asked=_asked_of_agents,
    claims=_claims_of_agents,
    telephones=True,
)  # fmt: skip
FRANCECONNECT: Final = Role(
    title="Identité des particuliers, démonstration",
    cookie="demonstration_people_provider",
    scopes=("openid", *_PIVOT),
    parameters=PARAMETERS - {"siret_hint"},
    methods=(
        Method("password", EIDAS1, ("pwd",), "Mot de passe seul (eidas1)"),
        Method("otp", EIDAS2, ("pwd", "otp", "mfa"), "Identité numérique sur téléphone (eidas2)"),
        Method("card", EIDAS3, ("hwk", "pin", "mfa"), "Carte d’identité lue par le téléphone (eidas3)"),
    ),
    asked=_asked_of_people,
    claims=_claims_of_people,
    telephones=False,
)
