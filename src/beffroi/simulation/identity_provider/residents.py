"""Invented people who prove who they are to the provider in the role of FranceConnect, read from a file."""

from pathlib import Path
from typing import Annotated, Final

import msgspec

from beffroi.simulation.identity_provider.personas import (
    Code,
    Text,
    read_private_json,
    refuse_twins,
    write_private_json,
)

_DAY: Final = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"


class Resident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One invented person with a pivot identity; ``birthplace`` is an INSEE code, empty when born abroad."""

    login: Code
    given_name: Text
    family_name: Text
    birthdate: Annotated[str, msgspec.Meta(pattern=_DAY)]
    gender: Annotated[str, msgspec.Meta(pattern=r"\A(?:female|male)\Z")]
    birthplace: Annotated[str, msgspec.Meta(pattern=r"\A(?:[0-9][0-9AB][0-9]{3})?\Z")]
    birthcountry: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{5}\Z")]
    sub: Code
    preferred_username: Text | None = None

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.preferred_username or self.family_name}"

    @property
    def job(self) -> str:
        year, month, day = self.birthdate.split("-")
        return f"{'née' if self.gender == 'female' else 'né'} le {day}/{month}/{year}"

    @property
    def organisation(self) -> str:
        return "identité inventée"


class ResidentsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    residents: tuple[Resident, ...]


def write_residents_file(path: Path, residents: tuple[Resident, ...]) -> None:
    """Replace the file in one step, mode 0600."""
    write_private_json(path, ResidentsFile(residents))


def read_residents_file(path: Path) -> tuple[Resident, ...]:
    """The residents of ``path``.

    Raises ``SettingsRefused`` naming the file when it is missing, too large, not of the schema, or gives two people
    one login or one sub.
    """
    residents = read_private_json(path, ResidentsFile, "a file of residents").residents
    refuse_twins(path, residents)
    return residents
