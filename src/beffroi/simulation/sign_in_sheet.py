"""Who can sign in to the demonstration and how, told on the terminal to whoever starts it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from beffroi.guard.keys import read_secret, write_secret
from beffroi.simulation import agents as roles
from beffroi.simulation.identity_provider.personas import read_users_file
from beffroi.simulation.personas import NAMED_PEOPLE, NOBODY, OFFICE, OTHER_OFFICE, PERSONAS
from beffroi.simulation.residents import RESIDENTS

JOBS: Final[Mapping[str, str]] = {
    roles.ADVISER: "Conseiller en insertion",
    roles.RECEPTION: "Chargé d’accueil",
    roles.ACCOUNT_MANAGER: "Gestionnaire des comptes",
    roles.APPROVER: "Approbateur du réseau",
    roles.SECURITY_OFFICER: "Responsable de la sécurité",
    roles.TRAINING_STAFF: "Responsable de formation",
    roles.DATA_PROTECTION: "Correspondante à la protection des données",
    roles.BILLING_CLERK: "Gestionnaire de facturation",
}
"""What each role is called where people choose whom to sign in as."""
_CODES: Final = "enrolment-codes.json"


def write_codes(personas_file: Path, codes: Mapping[str, str]) -> None:
    """Keep the enrolment codes of those who need a passkey, beside the personas, mode 0600."""
    write_secret(personas_file.with_name(_CODES), json.dumps(codes, indent=1))


def sign_in_sheet(personas_file: Path) -> str:
    """Lines for the terminal: names, offices, second factors, and people worth searching for."""
    known = {persona.login: persona for persona in read_users_file(personas_file)}
    codes: dict[str, str] = {}
    if personas_file.with_name(_CODES).exists():
        codes = json.loads(read_secret(personas_file.with_name(_CODES)))
    named = [known[agent.login] for agent in PERSONAS if agent.login in known]
    lines = ["  Sign in (the password is not checked) with a code from the provider’s page /telephone:"]
    lines += [
        _line(persona.name, f"{persona.job}, {persona.organisation}") for persona in named if persona.totp_secret
    ]
    lines += ["", "  or with a passkey, enrolled once with the code given here:"]
    lines += [
        _line(persona.name, f"{codes.get(persona.login, 'code already handed over')}  {persona.job}")
        for persona in named
        if not persona.totp_secret
    ]
    lines += ["", "  Young people who can open their own space (/mon-espace/ of the console):"]
    lines += [
        _line(
            f"{one.given_name} {one.family_name.title()}", "no file: nobody is found" if one is RESIDENTS[-1] else ""
        )
        for one in RESIDENTS
    ]
    lines.append("    anybody with a code: an adviser opens a file, « Remettre un code pour son espace »")
    lines += ["", "  People to look for, by name and birth date:"]
    for office, index, what in (
        (OFFICE, 0, "followed by Camille Moreau"),
        (OFFICE, 72, "followed by her colleague Karim Haddad"),
        (OTHER_OFFICE, 0, "followed by another office: refused, break-glass possible"),
        (NOBODY, 0, "followed by nobody"),
    ):
        one = NAMED_PEOPLE[office][index]
        lines.append(_line(f"{one.first_name} {one.last_name}", f"{one.birth_date:%d/%m/%Y}  {what}"))
    return "\n".join([*lines, ""])


def _line(name: str, rest: str) -> str:
    return f"    {name:<18} {rest}"
